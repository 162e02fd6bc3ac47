/**
 * mq-deadline: reads and writes apart, each sorted by offset. Up to 16 requests (fifo_batch) go in ascending order from
 * one direction; then reads have their turn again, unless writes wait that they have passed over twice (writes_starved).
 * A turn goes on where the direction's last ended, but begins with its oldest request when that has waited longer than
 * 500 ms (reads) or 5 s (writes), or when nothing lies beyond. Source: Linux block/mq-deadline.c and
 * Documentation/block/deadline-iosched.rst, with one priority class.
 */
import { ms } from '../../../sim/index.ts';
import { type BlockOperation, READ, WRITE } from '../../block-device.ts';
import type { Scheduler, WaitingRequests } from './scheduler.ts';
import { SortedRequests } from './sorted-requests.ts';

const FIFO_BATCH = 16;
const WRITES_STARVED = 2;
const EXPIRE = [ms(500), ms(5000)];

export class MqDeadline implements Scheduler {
  readonly #requests: WaitingRequests;
  readonly #waiting: readonly SortedRequests[];
  /** Direction of the last request; where each direction goes on. */
  #direction: BlockOperation = READ;
  readonly #position = [0, 0];
  #batched = 0;
  #starved = 0;

  constructor(requests: WaitingRequests) {
    this.#requests = requests;
    this.#waiting = [new SortedRequests(requests), new SortedRequests(requests)];
  }

  insert(request: number): void {
    this.#waiting[this.#requests.operationOf(request)].insert(request);
  }

  next(): number {
    const [reads, writes] = this.#waiting;
    if (reads.length + writes.length === 0) return -1;
    const onward = this.#onward(this.#direction);
    if (onward >= 0 && this.#batched < FIFO_BATCH) return this.#take(this.#direction, onward);
    const direction = this.#choose();
    this.#batched = 0;
    return this.#take(direction, this.#start(direction));
  }

  completed(): void {}

  endingAt(operation: BlockOperation, offset: number): number {
    return this.#waiting[operation].endingAt(offset);
  }

  #choose(): BlockOperation {
    const [reads, writes] = this.#waiting;
    if (reads.length > 0 && (writes.length === 0 || this.#starved++ < WRITES_STARVED)) return READ;
    this.#starved = 0;
    return WRITE;
  }

  /** Place of the first request at or beyond where the direction's last was, or -1. */
  #onward(direction: BlockOperation): number {
    const waiting = this.#waiting[direction];
    const place = waiting.from(this.#position[direction]);
    return place < waiting.length ? place : -1;
  }

  /** Place of a turn's first request. */
  #start(direction: BlockOperation): number {
    const waiting = this.#waiting[direction];
    const oldest = waiting.oldest();
    const waited = this.#requests.now - this.#requests.sinceOf(waiting.at(oldest));
    const onward = this.#onward(direction);
    return waited >= EXPIRE[direction] || onward < 0 ? oldest : onward;
  }

  #take(direction: BlockOperation, place: number): number {
    const request = this.#waiting[direction].take(place);
    this.#direction = direction;
    this.#position[direction] = this.#requests.offsetOf(request);
    this.#batched++;
    return request;
  }
}
