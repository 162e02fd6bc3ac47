/**
 * A lock that its holders take in the order in which they ask (Linux's queued spinlock). A thread that waits burns its
 * core; that is the thread's to do.
 */
import type { HandlerId, Simulation } from '../../sim/index.ts';
import { IntegerQueue } from '../integer-queue.ts';

export class SpinLock {
  /** Times that it was taken, and those that had to wait. */
  readonly counts = { taken: 0, contended: 0 };
  readonly #simulation: Simulation;
  readonly #handlers = new IntegerQueue();
  readonly #tags = new IntegerQueue();
  #held = false;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** Takes it now, or asks for it: granted(tag, 0) is called when its turn has come. @returns whether it was taken now */
  acquire(granted: HandlerId, tag: number): boolean {
    this.counts.taken++;
    if (!this.#held) {
      this.#held = true;
      return true;
    }
    this.counts.contended++;
    this.#handlers.push(granted);
    this.#tags.push(tag);
    return false;
  }

  release(): void {
    if (this.#handlers.length > 0) this.#simulation.call(this.#handlers.shift(), this.#tags.shift(), 0);
    else this.#held = false;
  }
}
