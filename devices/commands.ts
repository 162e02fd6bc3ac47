/**
 * The commands that a device has accepted and not yet completed, and what every device counts about them. Refuses what
 * a controller would refuse: a transfer beyond the capacity or MDTS, of no whole blocks, or to a queue it does not have.
 */
import { type HandlerId, Histogram, type Simulation, TimeWeighted } from '../sim/index.ts';
import { grown } from '../sim/slots.ts';
import type { BlockDevice, BlockOperation } from './block-device.ts';
import { Jobs } from './jobs.ts';

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

export class Commands {
  statistics: DeviceStatistics;
  readonly #simulation: Simulation;
  readonly #device: BlockDevice;
  readonly #jobs: Jobs;
  /** Offset, bytes, operation and queue of each: one record, so that a command costs one cache line here. */
  #records = new Float64Array(4 * 64);

  constructor(simulation: Simulation, device: BlockDevice) {
    this.#simulation = simulation;
    this.#device = device;
    this.#jobs = new Jobs(simulation, device.name);
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
    const command = this.#jobs.start(1, done, tag);
    const record = 4 * command;
    if (record >= this.#records.length) this.#records = grown(this.#records, 2 * this.#records.length);
    this.#records[record] = offset;
    this.#records[record + 1] = bytes;
    this.#records[record + 2] = operation;
    this.#records[record + 3] = queue;
    this.statistics.depth.add(this.#simulation.now, 1);
    return command;
  }

  operationOf(command: number): BlockOperation {
    return this.#records[4 * command + 2] as BlockOperation;
  }

  offsetOf(command: number): number {
    return this.#records[4 * command];
  }

  bytesOf(command: number): number {
    return this.#records[4 * command + 1];
  }

  queueOf(command: number): number {
    return this.#records[4 * command + 3];
  }

  /** The command is complete: counts it and calls its continuation. */
  finish(command: number): void {
    const { statistics } = this;
    const { now } = this.#simulation;
    const operation = this.operationOf(command);
    const bytes = this.bytesOf(command);
    statistics.completed[operation]++;
    statistics.bytes[operation] += bytes;
    statistics.latency[operation].record(now - this.#jobs.startOf(command));
    statistics.commandBytes[operation].record(bytes);
    statistics.depth.add(now, -1);
    this.#jobs.endPart(command);
  }

  /** Forgets what was counted before now (the end of a warm-up). */
  restart(): void {
    this.statistics = fresh(this.#simulation.now, this.statistics.depth.value);
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
