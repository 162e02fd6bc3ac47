/**
 * A drive as a calibrated station: the `queue` fidelity. A read passes
 *
 *   1. the controller, `readCommandTime` each, first in first out: the ceiling on IOPS; then `overheadTime`, in which it
 *      holds nothing that another could wait for (fetch, firmware, completion: pipelined);
 *   2. the units (dies x planes that work independently). Page p of the drive lies on unit p mod units, so the pages of
 *      a large command are read in parallel, and small random reads collide: half a queue's depth is not half the units
 *      at work. A unit is taken for accessTime, + a tail drawn at random, + bytes beyond 4 KiB / nandRate; for the page
 *      it read last, which its register holds, only for bytes / nandRate;
 *   3. the data phase over the link at `readRate`. It starts with the first page, and as late as lets the last page
 *      follow without a gap.
 *
 * A write passes the controller (`writeCommandTime`) and its data phase at `writeRate` and is then in the buffer. It completes `acknowledgeTime`
 * later, or when the medium (one server: max(1 / programIops, bytes / programRate) a command) has taken in the writes
 * before it, whichever is later.
 *
 * Stages 1 and 2 are first in first out with service times known at submission, so their end is computed then (as
 * NVMeVirt's ssd_advance_nand does) and a read costs two events. Not modelled: writes that delay reads. Parameters:
 * queue-parameters.ts, or calibration.
 */
import { duration, type HandlerId, type Picoseconds, type Simulation } from '../sim/index.ts';
import { type BlockOperation, READ } from './block-device.ts';
import { Commands } from './commands.ts';
import type { Drive, DriveOptions } from './drive.ts';
import { DataPhase } from './pcie/data-phase.ts';
import type { QueueParameters } from './queue-parameters.ts';

export interface QueueDeviceOptions extends DriveOptions {
  readonly parameters: QueueParameters;
}

/** Bytes of a page that `accessTime` covers: the size of the read it was measured with. */
const ACCESS_BYTES = 4096;

export class QueueDevice implements Drive {
  readonly name: string;
  readonly fidelity = 'queue';
  readonly capacity: number;
  readonly blockSize: number;
  readonly maxTransfer: number;
  readonly queues: number;
  readonly #commands: Commands;
  readonly #simulation: Simulation;
  readonly #parameters: QueueParameters;
  readonly #random: () => number;
  /** When the controller, each unit and the medium will have done all they were given. */
  #controllerFree: Picoseconds = 0;
  readonly #unitFree: Float64Array;
  /** The page that each unit has read last and holds in its register. */
  readonly #unitPage: Float64Array;
  #mediumFree: Picoseconds = 0;
  #unitTime: Picoseconds = 0;
  readonly #reads: DataPhase;
  readonly #writes: DataPhase;
  readonly #readReady: HandlerId;
  readonly #writeReady: HandlerId;
  readonly #finished: HandlerId;

  constructor(simulation: Simulation, options: QueueDeviceOptions) {
    const {
      name,
      blockSize = 512,
      maxTransfer = Infinity,
      queues = 128,
      readPath = [],
      writePath = [],
    } = options;
    const { parameters } = options;
    this.name = name;
    this.capacity = options.capacity;
    this.blockSize = blockSize;
    this.maxTransfer = maxTransfer;
    this.queues = queues;
    const commands = new Commands(simulation, this);
    this.#commands = commands;
    this.#simulation = simulation;
    this.#parameters = parameters;
    this.#random = simulation.random(`${name}/tail`);
    this.#unitFree = new Float64Array(parameters.units);
    this.#unitPage = new Float64Array(parameters.units).fill(-1);
    this.#finished = simulation.register((command) => commands.finish(command));
    const written = simulation.register((command) => this.#program(command));
    this.#reads = new DataPhase(simulation, commands, parameters.readRate, readPath, this.#finished);
    this.#writes = new DataPhase(simulation, commands, parameters.writeRate, writePath, written);
    this.#readReady = simulation.register((command) => this.#reads.submit(command));
    this.#writeReady = simulation.register((command) => this.#writes.submit(command));
  }

  submit(
    operation: BlockOperation,
    offset: number,
    bytes: number,
    queue: number,
    done: HandlerId,
    tag: number,
  ): void {
    const command = this.#commands.start(operation, offset, bytes, queue, done, tag);
    const { readCommandTime, writeCommandTime } = this.#parameters;
    const commandTime = operation === READ ? readCommandTime : writeCommandTime;
    this.#controllerFree = Math.max(this.#simulation.now, this.#controllerFree) + commandTime;
    if (operation === READ) {
      const start = this.#controllerFree + this.#parameters.overheadTime;
      this.#simulation.at(this.#access(offset, bytes, start), this.#readReady, command);
    } else {
      this.#simulation.at(this.#controllerFree, this.#writeReady, command);
    }
  }

  get statistics() {
    return this.#commands.statistics;
  }

  get busy() {
    return {
      read: this.#reads.busy,
      write: this.#writes.busy,
      units: this.#unitTime / this.#unitFree.length,
    };
  }

  restartStatistics(): void {
    this.#commands.restart();
  }

  /** Gives the pages of a read to their units at `time`. @returns when its data phase can begin */
  #access(offset: number, bytes: number, time: Picoseconds): Picoseconds {
    const { pageBytes, readRate } = this.#parameters;
    const units = this.#unitFree.length;
    const end = offset + bytes;
    let page = Math.floor(offset / pageBytes);
    let unit = page - Math.floor(page / units) * units;
    let first = Infinity;
    let last = 0;
    for (let from = offset; from < end; page++) {
      const to = Math.min(end, (page + 1) * pageBytes);
      const taken = this.#unitTimeOf(to - from, this.#unitPage[unit] === page);
      this.#unitPage[unit] = page;
      const ready = Math.max(time, this.#unitFree[unit]) + taken;
      this.#unitFree[unit] = ready;
      this.#unitTime += taken;
      if (ready < first) first = ready;
      if (ready > last) last = ready;
      from = to;
      unit = unit + 1 === units ? 0 : unit + 1;
    }
    return Math.max(first, last - duration(Math.max(0, bytes - pageBytes), readRate));
  }

  #unitTimeOf(bytes: number, held: boolean): Picoseconds {
    const { accessTime, nandRate, readTail } = this.#parameters;
    if (held) return duration(bytes, nandRate);
    let time = accessTime;
    if (bytes > ACCESS_BYTES) time += duration(bytes - ACCESS_BYTES, nandRate);
    if (readTail.length === 0) return time;
    let draw = this.#random();
    for (const { share, extra } of readTail) {
      if (draw < share) return time + extra;
      draw -= share;
    }
    return time;
  }

  #program(command: number): void {
    const { programIops, programRate, acknowledgeTime } = this.#parameters;
    const { now } = this.#simulation;
    const bytes = this.#commands.bytesOf(command);
    const taken = Math.max(duration(1, programIops), duration(bytes, programRate));
    const turn = Math.max(now, this.#mediumFree);
    this.#mediumFree = turn + taken;
    this.#simulation.at(Math.max(now + acknowledgeTime, turn), this.#finished, command);
  }
}
