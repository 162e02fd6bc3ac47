/**
 * A first-in first-out queue of small integers (ids of pooled records): a ring in a typed array that doubles when full,
 * so that queueing allocates nothing once the ring has reached the depth of the run.
 */
import { turned } from '../sim/grown.ts';

export class IntegerQueue {
  length = 0;
  #ring = new Int32Array(64);
  #head = 0;

  push(value: number): void {
    if (this.length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.length++) & (this.#ring.length - 1)] = value;
  }

  /** The oldest value; the queue must not be empty. */
  get first(): number {
    return this.#ring[this.#head];
  }

  /** Takes the oldest value; the queue must not be empty. */
  shift(): number {
    const value = this.#ring[this.#head];
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.length--;
    return value;
  }

  #grow(): void {
    this.#ring = turned(this.#ring, this.#head, 1);
    this.#head = 0;
  }
}
