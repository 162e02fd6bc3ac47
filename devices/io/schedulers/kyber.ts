/**
 * Kyber: at most 256 reads and 128 synchronous writes of a drive at a time, whatever its queues hold; reads and writes
 * take turns of up to 16 and 8. Source: Linux block/kyber-iosched.c (kyber_depth, kyber_batch_size). There the depths
 * shrink while one direction misses its target (reads 2 ms, writes 10 ms) and the other does not; reads alone keep theirs.
 * That feedback is not modelled.
 */
import { IntegerQueue } from '../../integer-queue.ts';
import type { Scheduler, WaitingRequests } from './scheduler.ts';

const DEPTH = [256, 128];
const BATCH = [16, 8];

export class Kyber implements Scheduler {
  readonly #requests: WaitingRequests;
  readonly #waiting = [new IntegerQueue(), new IntegerQueue()];
  readonly #taken = [0, 0];
  #direction = 0;
  #batched = 0;

  constructor(requests: WaitingRequests) {
    this.#requests = requests;
  }

  insert(request: number): void {
    this.#waiting[this.#requests.operationOf(request)].push(request);
  }

  next(): number {
    if (this.#batched >= BATCH[this.#direction] || !this.#may(this.#direction)) {
      const other = 1 - this.#direction;
      this.#batched = 0;
      if (this.#may(other)) this.#direction = other;
      else if (!this.#may(this.#direction)) return -1;
    }
    this.#batched++;
    this.#taken[this.#direction]++;
    return this.#waiting[this.#direction].shift();
  }

  completed(request: number): void {
    this.#taken[this.#requests.operationOf(request)]--;
  }

  endingAt(): number {
    return -1;
  }

  #may(direction: number): boolean {
    return this.#waiting[direction].length > 0 && this.#taken[direction] < DEPTH[direction];
  }
}
