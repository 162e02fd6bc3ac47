/**
 * A drive behind Linux's block layer (request_queue, blk-mq): the largest command that the driver makes, the places that a
 * hardware queue has, and an I/O scheduler.
 *
 * - A command holds at most max_sectors_kb, the drive's MDTS, and max_segments pages of 4 KiB where the buffer's pages are
 *   scattered; the array cuts larger ones (../array.ts).
 * - Each hardware queue (a submission queue of the drive) holds nr_requests requests, from the caller to their completion;
 *   a caller that finds no place waits its turn. Of those the drive has at most `tags`: its queue's entries less one. With
 *   no scheduler nr_requests cannot exceed the tags.
 * - What waits for a tag is the scheduler's to choose from (schedulers/). A request that begins where a waiting one ends
 *   joins it (back merge), up to the largest command, under schedulers that keep requests sorted.
 *
 * Sources: Linux Documentation/ABI/stable/sysfs-block, block/blk-mq-sched.c (dispatch stops at the first request without a
 * tag), block/blk-merge.c.
 */

import { grown } from '../../sim/grown.ts';
import type { HandlerId, Picoseconds, Simulation } from '../../sim/index.ts';
import type { BlockDevice, BlockOperation } from '../block-device.ts';
import { Commands } from '../commands.ts';
import { IntegerQueue } from '../integer-queue.ts';
import {
  makeScheduler,
  type Scheduler,
  type SchedulerName,
  type WaitingRequests,
} from './schedulers/scheduler.ts';
import { SpinLock } from './spin-lock.ts';

export interface RequestQueueOptions {
  readonly device: BlockDevice;
  /** Default none. */
  readonly scheduler?: SchedulerName;
  /** Requests of a hardware queue; default the tags without a scheduler, else twice as many, but at most 256. */
  readonly nrRequests?: number;
  /** Commands that the drive holds of a hardware queue; default no limit. */
  readonly tags?: number;
  /** Largest command in bytes; default the drive's alone. */
  readonly maxSectors?: number;
  /** Pieces of memory in a command, each a page; default no limit: buffers are contiguous. */
  readonly maxSegments?: number;
}

const PAGE_BYTES = 4096;
/** BLKDEV_DEFAULT_RQ. */
const DEFAULT_REQUESTS = 128;
const NONE = -1;

export class RequestQueue implements BlockDevice, WaitingRequests {
  readonly name: string;
  readonly fidelity: BlockDevice['fidelity'];
  readonly capacity: number;
  readonly blockSize: number;
  readonly maxTransfer: number;
  readonly queues: number;
  /** Under which its scheduler keeps its lists (see scheduler-cost.ts). */
  readonly lock: SpinLock;
  /** Requests that joined a waiting one, and those that found no place in their queue. */
  readonly counts = { merged: 0, waited: 0 };
  readonly #simulation: Simulation;
  readonly #device: BlockDevice;
  readonly #commands: Commands;
  readonly #scheduler: Scheduler;
  readonly #places: number;
  readonly #tags: number;
  /** Per hardware queue: requests in it, those of them that the drive has, callers without a place. */
  readonly #held: Int32Array;
  readonly #dispatched: Int32Array;
  readonly #callers: IntegerQueue[];
  /** The request that the scheduler gave out and that waits for a tag. */
  #next = NONE;
  /** Per request: what it is, its bytes with those that joined it, and the next of these. */
  #operation = new Uint8Array(64);
  #queue = new Int32Array(64);
  #bytes = new Float64Array(64);
  #since = new Float64Array(64);
  #joined = new Int32Array(64);
  readonly #completed: HandlerId;

  constructor(simulation: Simulation, options: RequestQueueOptions) {
    const { device, scheduler = 'none', tags = Infinity } = options;
    const { nrRequests = scheduler === 'none' ? tags : 2 * Math.min(tags, DEFAULT_REQUESTS) } = options;
    const { maxSectors = Infinity, maxSegments = Infinity } = options;
    this.name = device.name;
    this.fidelity = device.fidelity;
    this.capacity = device.capacity;
    this.blockSize = device.blockSize;
    this.queues = device.queues;
    const largest = Math.min(device.maxTransfer, maxSectors, maxSegments * PAGE_BYTES);
    this.maxTransfer = largest === Infinity ? largest : Math.floor(largest / this.blockSize) * this.blockSize;
    if (!(this.maxTransfer > 0 && tags >= 1 && nrRequests >= 1))
      throw new RangeError(
        `${this.name}: commands of ${largest} B, ${tags} tags, nr_requests ${nrRequests}; a block of ${this.blockSize} B and 1 of each are needed`,
      );
    this.lock = new SpinLock(simulation);
    this.#simulation = simulation;
    this.#device = device;
    this.#commands = new Commands(simulation, this);
    this.#places = scheduler === 'none' ? Math.min(nrRequests, tags) : nrRequests;
    this.#tags = tags;
    this.#scheduler = makeScheduler(scheduler, this, this.queues);
    this.#held = new Int32Array(this.queues);
    this.#dispatched = new Int32Array(this.queues);
    this.#callers = Array.from({ length: this.queues }, () => new IntegerQueue());
    this.#completed = simulation.register((request) => this.#onCompleted(request));
  }

  /** Of requests: with the wait for a place and a tag. */
  get statistics() {
    return this.#commands.statistics;
  }

  get now(): Picoseconds {
    return this.#simulation.now;
  }

  operationOf(request: number): BlockOperation {
    return this.#operation[request] as BlockOperation;
  }

  offsetOf(request: number): number {
    return this.#commands.offsetOf(request);
  }

  bytesOf(request: number): number {
    return this.#bytes[request];
  }

  queueOf(request: number): number {
    return this.#queue[request];
  }

  sinceOf(request: number): Picoseconds {
    return this.#since[request];
  }

  submit(
    operation: BlockOperation,
    offset: number,
    bytes: number,
    queue: number,
    done: HandlerId,
    tag: number,
  ): void {
    const request = this.#commands.start(operation, offset, bytes, queue, done, tag);
    if (request >= this.#bytes.length) this.#grow();
    this.#operation[request] = operation;
    this.#queue[request] = queue;
    this.#bytes[request] = bytes;
    this.#joined[request] = NONE;
    if (this.#merge(request)) return;
    if (this.#held[queue] < this.#places) {
      this.#insert(request);
      this.#dispatch();
    } else {
      this.counts.waited++;
      this.#callers[queue].push(request);
    }
  }

  /** Joins a request to a waiting one that ends where it begins. */
  #merge(request: number): boolean {
    const offset = this.offsetOf(request);
    const into = this.#scheduler.endingAt(this.operationOf(request), offset);
    if (into === NONE || this.#bytes[into] + this.#bytes[request] > this.maxTransfer) return false;
    this.#bytes[into] += this.#bytes[request];
    this.#joined[request] = this.#joined[into];
    this.#joined[into] = request;
    this.counts.merged++;
    return true;
  }

  #insert(request: number): void {
    this.#held[this.#queue[request]]++;
    this.#since[request] = this.#simulation.now;
    this.#scheduler.insert(request);
  }

  /** Gives the drive what it has tags for. */
  #dispatch(): void {
    for (;;) {
      if (this.#next === NONE) this.#next = this.#scheduler.next();
      const request = this.#next;
      if (request === NONE) return;
      const queue = this.#queue[request];
      if (this.#dispatched[queue] === this.#tags) return;
      this.#next = NONE;
      this.#dispatched[queue]++;
      this.#device.submit(
        this.operationOf(request),
        this.offsetOf(request),
        this.#bytes[request],
        queue,
        this.#completed,
        request,
      );
    }
  }

  #onCompleted(request: number): void {
    const queue = this.#queue[request];
    this.#dispatched[queue]--;
    this.#held[queue]--;
    this.#scheduler.completed(request);
    if (this.#callers[queue].length > 0) this.#insert(this.#callers[queue].shift());
    this.#dispatch();
    for (let each = request; each !== NONE; ) {
      const next = this.#joined[each];
      this.#commands.finish(each);
      each = next;
    }
  }

  #grow(): void {
    const length = 2 * this.#bytes.length;
    this.#operation = grown(this.#operation, length);
    this.#queue = grown(this.#queue, length);
    this.#bytes = grown(this.#bytes, length);
    this.#since = grown(this.#since, length);
    this.#joined = grown(this.#joined, length);
  }
}
