/**
 * A drive as a calibrated station: the `queue` fidelity. A read passes
 *
 *   1. the controller, `readCommandTime` each, first in first out: the ceiling on IOPS; then `overheadTime`, and beyond
 *      8 KiB `listTime` (PRP list), in which it holds nothing that another could wait for;
 *   2. the units (queue-units.ts);
 *   3. the data phase over the link at `readRate`. It starts with the first page, and as late as lets the last page
 *      follow without a gap.
 *
 * With `queuedFetch` the reads of its entry and PRP list, and its completion, each wait for the data that is on the link
 * then, for PCI Express passes none of it by.
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
import { QueueUnits } from './queue-units.ts';

export interface QueueDeviceOptions extends DriveOptions {
  readonly parameters: QueueParameters;
}

/** Larger transfers have a PRP list: two entries of 4 KiB are in the command. */
const LIST_BYTES = 8192;

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
  readonly #units: QueueUnits;
  /** When the controller and the medium will have done all they were given. */
  #controllerFree: Picoseconds = 0;
  #mediumFree: Picoseconds = 0;
  readonly #reads: DataPhase;
  readonly #writes: DataPhase;
  readonly #fetched: HandlerId;
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
    this.#units = new QueueUnits(parameters, simulation.random(`${name}/tail`));
    this.#finished = simulation.register((command) => commands.finish(command));
    const written = simulation.register((command) => this.#program(command));
    this.#fetched = simulation.register((command, left) => this.#fetch(command, left));
    const through = simulation.register((command) =>
      simulation.after(this.#reads.backlog, this.#finished, command),
    );
    const read = parameters.queuedFetch ? through : this.#finished;
    this.#reads = new DataPhase(simulation, commands, parameters.readRate, readPath, read);
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
    if (operation === READ) {
      if (this.#parameters.queuedFetch) this.#fetch(command, bytes > LIST_BYTES ? 2 : 1);
      else this.#startRead(command);
      return;
    }
    const { writeCommandTime } = this.#parameters;
    this.#controllerFree = Math.max(this.#simulation.now, this.#controllerFree) + writeCommandTime;
    this.#simulation.at(this.#controllerFree, this.#writeReady, command);
  }

  /** `left` reads of host memory, each behind the data that is on the link then. */
  #fetch(command: number, left: number): void {
    if (left === 0) this.#startRead(command);
    else this.#simulation.after(this.#reads.backlog, this.#fetched, command, left - 1);
  }

  #startRead(command: number): void {
    const { readCommandTime, overheadTime, listTime = 0 } = this.#parameters;
    const bytes = this.#commands.bytesOf(command);
    this.#controllerFree = Math.max(this.#simulation.now, this.#controllerFree) + readCommandTime;
    const start = this.#controllerFree + overheadTime + (bytes > LIST_BYTES ? listTime : 0);
    const ready = this.#units.access(this.#commands.offsetOf(command), bytes, this.#simulation.now, start);
    this.#simulation.at(ready, this.#readReady, command);
  }

  get statistics() {
    return this.#commands.statistics;
  }

  get busy() {
    return {
      read: this.#reads.busy,
      write: this.#writes.busy,
      units: this.#units.busy,
    };
  }

  restartStatistics(): void {
    this.#commands.restart();
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
