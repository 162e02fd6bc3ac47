/**
 * Events that are mostly due in the order in which they are scheduled (ends of service, first in, first out): a ring holds
 * them and only the first is in the event heap, which stays small however long the queue. An event due before the last
 * of the ring goes into the heap itself.
 *
 * Each keeps the place among equal times that it had at `at`: exactly as if every one were `sim.at(…)`.
 */

import { turned } from './grown.ts';
import type { HandlerId, Simulation } from './simulation.ts';
import type { Picoseconds } from './time.ts';

export class EventFifo {
  readonly #sim: Simulation;
  readonly #fired: HandlerId;
  #capacity = 16;
  /** Instant and order of each, and handler and argument. */
  #due = new Float64Array(2 * this.#capacity);
  #continuations = new Int32Array(2 * this.#capacity);
  #head = 0;
  #count = 0;
  #last: Picoseconds = 0;

  constructor(sim: Simulation) {
    this.#sim = sim;
    this.#fired = sim.register(() => this.#fire());
  }

  /** Calls done(a, 0) at an instant. */
  at(time: Picoseconds, done: HandlerId, a: number): void {
    const sim = this.#sim;
    const last = this.#last;
    if (last <= sim.now || time < last) {
      if (time > last) this.#last = time;
      sim.at(time, done, a);
      return;
    }
    if (this.#count === this.#capacity) this.#grow();
    const order = sim.reserveOrder();
    const tail = (this.#head + this.#count) & (this.#capacity - 1);
    this.#last = time;
    this.#due[2 * tail] = time;
    this.#due[2 * tail + 1] = order;
    this.#continuations[2 * tail] = done;
    this.#continuations[2 * tail + 1] = a;
    if (this.#count++ === 0) sim.atReserved(time, order, this.#fired);
  }

  #fire(): void {
    const sim = this.#sim;
    const done = this.#continuations[2 * this.#head];
    const a = this.#continuations[2 * this.#head + 1];
    this.#head = (this.#head + 1) & (this.#capacity - 1);
    if (--this.#count > 0)
      sim.atReserved(this.#due[2 * this.#head], this.#due[2 * this.#head + 1], this.#fired);
    sim.call(done, a, 0);
  }

  #grow(): void {
    this.#due = turned(this.#due, this.#head, 2);
    this.#continuations = turned(this.#continuations, this.#head, 2);
    this.#head = 0;
    this.#capacity *= 2;
  }
}
