/**
 * A drive as a calibrated station: the `queue` fidelity. A read passes
 *
 *   1. the controller, `readCommandTime` on one of its `cores`, first in first out: the ceiling on IOPS; then `overheadTime`, and beyond
 *      8 KiB `listTime` (PRP list), in which it holds nothing that another could wait for;
 *   2. the units (queue-units.ts);
 *   3. the data phase over the link at `readRate`. It starts with the first page, and as late as lets the last page
 *      follow without a gap.
 *
 * With `pageTransfers`, for drives whose link fills before anything else, stage 3 is a page's (page-reads.ts): each crosses
 * its channel and the link in turn with those of other reads, and so do the requests for a command's entry and PRP list.
 * Of `commandSlots` each command holds one; those beyond wait in the host's queues.
 *
 * A write passes the controller (`writeCommandTime`) and its data phase at `writeRate` and is then in the buffer. It
 * completes `acknowledgeTime` later, or when the medium (one server: max(1 / programIops, bytes / programRate) a command)
 * has taken in all but `bufferBytes` of the writes before it, whichever is later.
 *
 * Stages 1 and 2 are first in first out with service times known at submission, so their end is computed then (as
 * NVMeVirt's ssd_advance_nand does) and a read costs two events; or two a page, and two or three. Not modelled: writes that
 * delay reads (but by slots). Parameters: queue-parameters.ts, or calibration.
 */
import { duration, type HandlerId, type Picoseconds, type Simulation } from '../sim/index.ts';
import { type BlockOperation, READ } from './block-device.ts';
import { Commands } from './commands.ts';
import type { Drive, DriveOptions } from './drive.ts';
import { IntegerQueue } from './integer-queue.ts';
import { PageReads } from './page-reads.ts';
import { DataPhase } from './pcie/data-phase.ts';
import type { QueueParameters } from './queue-parameters.ts';
import { QueueUnits } from './queue-units.ts';
import { Servers } from './servers.ts';

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
  readonly #controller: Servers;
  /** When the medium will have taken in all it was given. */
  #mediumFree: Picoseconds = 0;
  /** Command slots that are free, and the commands that wait for one. */
  #slots: number;
  readonly #waiting = new IntegerQueue();
  /** Of reads: as a whole, or page by page. */
  readonly #reads: DataPhase;
  readonly #pages: PageReads | undefined;
  readonly #writes: DataPhase;
  readonly #fetched: HandlerId;
  readonly #asked: HandlerId;
  readonly #listed: HandlerId;
  readonly #described: HandlerId;
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
    const { readRate, writeRate, pageTransfers, cores = 1, commandSlots = Infinity } = parameters;
    this.name = name;
    this.capacity = options.capacity;
    this.blockSize = blockSize;
    this.maxTransfer = maxTransfer;
    this.queues = queues;
    const commands = new Commands(simulation, this);
    this.#commands = commands;
    this.#simulation = simulation;
    this.#parameters = parameters;
    this.#slots = commandSlots;
    this.#controller = new Servers(cores);
    this.#finished = simulation.register((command) => this.#finish(command));
    const written = simulation.register((command) => this.#program(command));
    this.#fetched = simulation.register((command) => this.#onFetched(command));
    this.#asked = simulation.register((command) => this.#pages?.message(this.#listed, command));
    this.#listed = simulation.register((command) => this.#startRead(command, 0));
    this.#reads = new DataPhase(simulation, commands, readRate, readPath, this.#finished);
    const random = simulation.random(`${name}/tail`);
    this.#units = new QueueUnits(parameters, random);
    if (pageTransfers) this.#pages = new PageReads(simulation, parameters, random, readPath, this.#finished);
    this.#described = simulation.register((command) =>
      this.#pages?.read(command, commands.offsetOf(command), commands.bytesOf(command)),
    );
    this.#writes = new DataPhase(simulation, commands, writeRate, writePath, written);
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
    if (this.#slots === 0) this.#waiting.push(command);
    else this.#take(command);
  }

  /** The controller takes a command from the host's queues. */
  #take(command: number): void {
    this.#slots--;
    if (this.#commands.operationOf(command) === READ) {
      if (this.#pages) this.#pages.message(this.#fetched, command);
      else this.#startRead(command, this.#listTimeOf(command));
      return;
    }
    const { writeCommandTime } = this.#parameters;
    const start = this.#controller.take(this.#simulation.now, writeCommandTime);
    this.#simulation.at(start + writeCommandTime, this.#writeReady, command);
  }

  /** The request for a command's entry is through; that for its PRP list waits a read of host memory longer. */
  #onFetched(command: number): void {
    const { listTime = 0 } = this.#parameters;
    if (this.#listTimeOf(command) > 0) this.#simulation.after(listTime, this.#asked, command);
    else this.#startRead(command, 0);
  }

  #listTimeOf(command: number): Picoseconds {
    return this.#commands.bytesOf(command) > LIST_BYTES ? (this.#parameters.listTime ?? 0) : 0;
  }

  /** @param delay besides the controller's */
  #startRead(command: number, delay: Picoseconds): void {
    const { readCommandTime, overheadTime } = this.#parameters;
    const { now } = this.#simulation;
    const start = this.#controller.take(now, readCommandTime) + readCommandTime + overheadTime + delay;
    if (this.#pages) {
      this.#simulation.at(start, this.#described, command);
      return;
    }
    const [offset, bytes] = [this.#commands.offsetOf(command), this.#commands.bytesOf(command)];
    this.#simulation.at(this.#units.access(offset, bytes, start), this.#readReady, command);
  }

  get statistics() {
    return this.#commands.statistics;
  }

  get busy() {
    return {
      read: (this.#pages ?? this.#reads).busy,
      write: this.#writes.busy,
      units: this.#pages ? this.#pages.unitTime : this.#units.busy,
    };
  }

  restartStatistics(): void {
    this.#commands.restart();
  }

  #program(command: number): void {
    const { programIops, programRate, acknowledgeTime, bufferBytes = 0 } = this.#parameters;
    const { now } = this.#simulation;
    const bytes = this.#commands.bytesOf(command);
    const taken = Math.max(duration(1, programIops), duration(bytes, programRate));
    const turn = Math.max(now, this.#mediumFree);
    this.#mediumFree = turn + taken;
    const buffered = Math.floor((taken * bufferBytes) / bytes);
    this.#simulation.at(Math.max(now + acknowledgeTime, turn - buffered), this.#finished, command);
  }

  /** Gives the slot to the command that has waited longest, and completes this one. */
  #finish(command: number): void {
    this.#slots++;
    if (this.#waiting.length > 0) this.#take(this.#waiting.shift());
    this.#commands.finish(command);
  }
}
