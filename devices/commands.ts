/**
 * The commands that a device has accepted and not yet completed, and what every device counts about them. Refuses what
 * a controller would refuse: a transfer beyond the capacity or MDTS, of no whole blocks, or to a queue it does not have.
 */
import { Census } from '../sim/conservation.ts';
import { FreeList } from '../sim/free-list.ts';
import { type HandlerId, Histogram, type Simulation, TimeWeighted } from '../sim/index.ts';
import type { BlockDevice, BlockOperation } from './block-device.ts';
import { ABSENT, auditVisits, grownVisits } from './visit-records.ts';

/** What a device has done since the start or the last restart. Indices: READ, WRITE. */
export interface DeviceStatistics {
  /** Commands completed, and their bytes. */
  readonly completed: [number, number];
  readonly bytes: [number, number];
  /** Submission to completion, ps. */
  readonly latency: [Histogram, Histogram];
  /** Bytes of a command. */
  readonly commandBytes: [Histogram, Histogram];
  /** Commands in the device: the queue depth that the drive sees. */
  readonly depth: TimeWeighted;
}

/** Words of a command's record: one cache line. */
const OFFSET = 0;
const BYTES = 1;
const OPERATION = 2;
const QUEUE = 3;
const DONE = 4;
const TAG = 5;
const STARTED = 6;
const WORDS = 8;

export class Commands {
  statistics: DeviceStatistics;
  readonly #simulation: Simulation;
  readonly #device: BlockDevice;
  readonly #census = new Census();
  readonly #places: FreeList;
  #records: Float64Array = new Float64Array(0);

  constructor(simulation: Simulation, device: BlockDevice) {
    this.#simulation = simulation;
    this.#device = device;
    this.#places = new FreeList(`commands at ${device.name}`);
    this.#grow();
    simulation.audit(() =>
      auditVisits(this.#census, device.name, simulation.now, this.#records, WORDS, STARTED),
    );
    this.statistics = fresh(simulation.now, 0);
  }

  /** Accepts a command now. @returns its id, valid until `finish`. Throws RangeError for a command a controller refuses */
  start(
    operation: BlockOperation,
    offset: number,
    bytes: number,
    queue: number,
    done: HandlerId,
    tag: number,
  ): number {
    checkCommand(this.#device, offset, bytes, queue);
    const command = this.#places.take();
    const record = WORDS * command;
    if (record >= this.#records.length) this.#grow();
    const records = this.#records;
    const { now } = this.#simulation;
    records[record + OFFSET] = offset;
    records[record + BYTES] = bytes;
    records[record + OPERATION] = operation;
    records[record + QUEUE] = queue;
    records[record + DONE] = done;
    records[record + TAG] = tag;
    records[record + STARTED] = now;
    this.#census.arrive(now);
    this.statistics.depth.add(now, 1);
    return command;
  }

  operationOf(command: number): BlockOperation {
    return this.#records[WORDS * command + OPERATION] as BlockOperation;
  }

  offsetOf(command: number): number {
    return this.#records[WORDS * command + OFFSET];
  }

  bytesOf(command: number): number {
    return this.#records[WORDS * command + BYTES];
  }

  queueOf(command: number): number {
    return this.#records[WORDS * command + QUEUE];
  }

  /** The command is complete: counts it and calls its continuation. */
  finish(command: number): void {
    const { statistics } = this;
    const { now } = this.#simulation;
    const records = this.#records;
    const record = WORDS * command;
    const operation = records[record + OPERATION];
    const bytes = records[record + BYTES];
    const started = records[record + STARTED];
    statistics.completed[operation]++;
    statistics.bytes[operation] += bytes;
    statistics.latency[operation].record(now - started);
    statistics.commandBytes[operation].record(bytes);
    statistics.depth.add(now, -1);
    this.#census.complete(now, started);
    records[record + STARTED] = ABSENT;
    this.#places.release(command);
    this.#simulation.call(records[record + DONE], records[record + TAG], 0);
  }

  /** Forgets what was counted before now (the end of a warm-up). */
  restart(): void {
    this.statistics = fresh(this.#simulation.now, this.statistics.depth.value);
  }

  #grow(): void {
    this.#records = grownVisits(this.#records, this.#places.capacity, WORDS, STARTED);
  }
}

/** Throws RangeError for a command that a device must refuse; see BlockDevice.submit. */
export function checkCommand(device: BlockDevice, offset: number, bytes: number, queue: number): void {
  const { name, blockSize, capacity, maxTransfer, queues } = device;
  if (!(bytes > 0 && isMultiple(bytes, blockSize) && isMultiple(offset, blockSize))) {
    throw new RangeError(
      `${name}: command of ${bytes} B at ${offset}: whole blocks of ${blockSize} B are needed`,
    );
  }
  if (!(offset >= 0 && offset + bytes <= capacity)) {
    throw new RangeError(
      `${name}: command of ${bytes} B at ${offset} ends beyond the ${capacity} B of the device`,
    );
  }
  if (bytes > maxTransfer) {
    throw new RangeError(`${name}: command of ${bytes} B: MDTS is ${maxTransfer} B; the driver must cut it`);
  }
  if (!(queue >= 0 && queue < queues)) {
    throw new RangeError(`${name}: command to queue ${queue}: queues 0 to ${queues - 1} exist`);
  }
}

/** Exact below 2^53, and several times faster than the remainder of numbers beyond 2^31. */
const isMultiple = (n: number, of: number): boolean => Math.floor(n / of) * of === n;

const fresh = (now: number, depth: number): DeviceStatistics => ({
  completed: [0, 0],
  bytes: [0, 0],
  latency: [new Histogram(), new Histogram()],
  commandBytes: [new Histogram(), new Histogram()],
  depth: new TimeWeighted(now, depth),
});
