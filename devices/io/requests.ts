/**
 * The requests of an I/O interface that are in flight: from the moment a thread takes one up until it has reaped it.
 * Keeps what belongs to a request, and the interface's statistics.
 */

import { grown } from '../../sim/grown.ts';
import { type HandlerId, Histogram, type Simulation, TimeWeighted } from '../../sim/index.ts';
import { Jobs } from '../jobs.ts';
import type { IoStatistics, ReadPriority } from './interface.ts';

export class Requests {
  statistics: IoStatistics;
  readonly #simulation: Simulation;
  readonly #jobs: Jobs;
  #capacity = 64;
  #read = new Int32Array(this.#capacity);
  #thread = new Int32Array(this.#capacity);
  #commands = new Int32Array(this.#capacity);
  /** The next request of the same merged one, or -1. */
  #joined = new Int32Array(this.#capacity);
  #offset = new Float64Array(this.#capacity);
  #bytes = new Float64Array(this.#capacity);

  constructor(simulation: Simulation, name: string) {
    this.#simulation = simulation;
    this.#jobs = new Jobs(simulation, name);
    this.statistics = fresh(simulation.now, 0);
  }

  /**
   * A request of `bytes` at `offset`, part of `read`, taken up by `thread`; `commands` NVMe commands for the driver.
   * @param ended called as ended(thread, 0) at its end
   */
  start(
    read: number,
    priority: ReadPriority,
    thread: number,
    offset: number,
    bytes: number,
    commands: number,
    ended: HandlerId,
  ): number {
    const { statistics } = this;
    const request = this.#jobs.start(1, ended, thread);
    if (request >= this.#capacity) this.#grow();
    this.#read[request] = read;
    this.#thread[request] = thread;
    this.#commands[request] = commands;
    this.#joined[request] = -1;
    this.#offset[request] = offset;
    this.#bytes[request] = bytes;
    statistics.requests++;
    statistics.requestsBy[priority]++;
    statistics.commands += commands;
    statistics.bytes[priority] += bytes;
    statistics.requestBytes.record(bytes);
    statistics.depth.add(this.#simulation.now, 1);
    return request;
  }

  readOf(request: number): number {
    return this.#read[request];
  }

  threadOf(request: number): number {
    return this.#thread[request];
  }

  commandsOf(request: number): number {
    return this.#commands[request];
  }

  offsetOf(request: number): number {
    return this.#offset[request];
  }

  bytesOf(request: number): number {
    return this.#bytes[request];
  }

  /** The driver has `next` in one piece with `request`, which lies before it. */
  join(request: number, next: number): void {
    this.#joined[request] = next;
  }

  /** The request in one piece with this one and behind it, or -1. */
  joinedTo(request: number): number {
    return this.#joined[request];
  }

  end(request: number): void {
    const { statistics } = this;
    const { now } = this.#simulation;
    statistics.depth.add(now, -1);
    statistics.latency.record(now - this.#jobs.startOf(request));
    this.#jobs.endPart(request);
  }

  /** Forgets what was counted before now (the end of a warm-up). */
  restart(): void {
    this.statistics = fresh(this.#simulation.now, this.statistics.depth.value);
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#read = grown(this.#read, this.#capacity);
    this.#thread = grown(this.#thread, this.#capacity);
    this.#commands = grown(this.#commands, this.#capacity);
    this.#joined = grown(this.#joined, this.#capacity);
    this.#offset = grown(this.#offset, this.#capacity);
    this.#bytes = grown(this.#bytes, this.#capacity);
  }
}

const fresh = (now: number, depth: number): IoStatistics => ({
  reads: 0,
  requests: 0,
  requestsBy: [0, 0],
  commands: 0,
  bytes: [0, 0],
  cancelledBytes: 0,
  depth: new TimeWeighted(now, depth),
  latency: new Histogram(),
  requestBytes: new Histogram(),
});
