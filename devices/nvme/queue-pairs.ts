/**
 * Submission queues as the controller sees them: how many entries the doorbells have announced, how many commands it has
 * taken from each and not completed, and whose turn it is.
 *
 * Round robin takes `burst` entries a turn from each queue, weighted round robin burst x weight. A queue gives no entry
 * beyond its fetch limit, and none while all command slots are taken. Source: NVM Express Base Specification 2.0,
 * section 3.4.4 (arbitration); the fetch limit is MQSim's Queue_Fetch_Size.
 */
import { IntegerQueue } from '../integer-queue.ts';
import { ReadySet } from '../ready-set.ts';

export interface ArbitrationOptions {
  /** Commands of a queue that the controller works on at once; default Infinity. */
  readonly fetchLimit?: number;
  /** Commands that it works on at once in all; default Infinity. */
  readonly commandSlots?: number;
  /** Entries taken from a queue in its turn; default 1. */
  readonly burst?: number;
  /** Weight of each queue, missing ones 1; default round robin. */
  readonly weights?: readonly number[];
}

const NONE = -1;

export class QueuePairs {
  readonly #fetchLimit: number;
  readonly #burst: number;
  readonly #weights: readonly number[];
  #slots: number;
  readonly #waiting: (IntegerQueue | undefined)[];
  readonly #taken: Int32Array;
  /** Queues that have an entry and may give it. */
  readonly #eligible: ReadySet;
  /** The queue whose turn it is, and the entries that it may still give in it. */
  #turn = 0;
  #left = 0;

  constructor(queues: number, options: ArbitrationOptions = {}) {
    const { fetchLimit = Infinity, commandSlots = Infinity, burst = 1, weights = [] } = options;
    if (!(fetchLimit >= 1 && commandSlots >= 1 && burst >= 1 && weights.every((weight) => weight >= 1))) {
      throw new RangeError(
        'arbitration: fetch limit, command slots, burst and weights must all be 1 or more',
      );
    }
    this.#fetchLimit = fetchLimit;
    this.#slots = commandSlots;
    this.#burst = burst;
    this.#weights = weights;
    this.#waiting = new Array(queues).fill(undefined);
    this.#taken = new Int32Array(queues);
    this.#eligible = new ReadySet(queues);
  }

  /** A doorbell has announced a command. */
  announce(queue: number, command: number): void {
    let waiting = this.#waiting[queue];
    if (!waiting) {
      waiting = new IntegerQueue();
      this.#waiting[queue] = waiting;
    }
    waiting.push(command);
    this.#update(queue);
  }

  /** The next command to fetch, or -1 when there is none that may be. */
  take(): number {
    if (this.#eligible.empty || this.#slots === 0) return NONE;
    if (this.#left === 0 || !this.#eligible.has(this.#turn)) {
      this.#turn = this.#eligible.next();
      this.#left = this.#burst * (this.#weights[this.#turn] ?? 1);
    }
    const queue = this.#turn;
    this.#left--;
    this.#slots--;
    this.#taken[queue]++;
    const command = (this.#waiting[queue] as IntegerQueue).shift();
    this.#update(queue);
    return command;
  }

  /** A command of this queue is complete. */
  release(queue: number): void {
    this.#taken[queue]--;
    this.#slots++;
    this.#update(queue);
  }

  #update(queue: number): void {
    const waits = (this.#waiting[queue]?.length ?? 0) > 0;
    this.#eligible.set(queue, waits && this.#taken[queue] < this.#fetchLimit);
  }
}
