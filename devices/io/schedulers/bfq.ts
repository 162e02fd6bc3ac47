/**
 * BFQ among threads of equal weight: each has a queue, and the drive serves one queue at a time until it is empty or has
 * had its budget of 8 MiB (bfq_default_max_budget, 16 x 1,024 sectors); the next that waited longest follows. Source:
 * Linux block/bfq-iosched.c and Documentation/block/bfq-iosched.rst. A queue stays in order of arrival here. Not modelled:
 * idling for a queue that has emptied (not done for equal weights on drives with queues of their own), budgets that adapt,
 * weight raising, writes as a queue apart.
 */
import { IntegerQueue } from '../../integer-queue.ts';
import type { Scheduler, WaitingRequests } from './scheduler.ts';

const BUDGET_BYTES = 16 * 1024 * 512;
const NONE = -1;

export class Bfq implements Scheduler {
  readonly #requests: WaitingRequests;
  readonly #queues: readonly IntegerQueue[];
  /** Queues with requests that are not in service, in the order in which they are. */
  readonly #backlogged = new IntegerQueue();
  #inService = NONE;
  #budget = 0;

  constructor(requests: WaitingRequests, queues: number) {
    this.#requests = requests;
    this.#queues = Array.from({ length: queues }, () => new IntegerQueue());
  }

  insert(request: number): void {
    const queue = this.#requests.queueOf(request);
    if (this.#queues[queue].length === 0 && queue !== this.#inService) this.#backlogged.push(queue);
    this.#queues[queue].push(request);
  }

  next(): number {
    if (this.#inService === NONE || this.#budget <= 0 || this.#queues[this.#inService].length === 0)
      this.#serve();
    if (this.#inService === NONE) return -1;
    const request = this.#queues[this.#inService].shift();
    this.#budget -= this.#requests.bytesOf(request);
    return request;
  }

  completed(): void {}

  endingAt(): number {
    return -1;
  }

  /** Gives the drive to the next queue. */
  #serve(): void {
    if (this.#inService !== NONE && this.#queues[this.#inService].length > 0)
      this.#backlogged.push(this.#inService);
    this.#inService = this.#backlogged.length > 0 ? this.#backlogged.shift() : NONE;
    this.#budget = BUDGET_BYTES;
  }
}
