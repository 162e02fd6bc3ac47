/**
 * k servers that take jobs first in first out, with service times known on arrival, so that the start of each job is
 * computed then: a G/G/k queue without events of its own.
 */
import type { Picoseconds } from '../sim/index.ts';

export class Servers {
  /** The server that `take` gave the last job. */
  last = 0;
  readonly #free: Float64Array;

  /** @param count k, a whole number from 1 */
  constructor(count: number) {
    this.#free = new Float64Array(count);
  }

  /** Gives a job that arrives now to the server that is free first. @returns when it starts */
  take(now: Picoseconds, time: Picoseconds): Picoseconds {
    const free = this.#free;
    let server = 0;
    for (let other = 1; other < free.length; other++) if (free[other] < free[server]) server = other;
    const start = free[server] > now ? free[server] : now;
    free[server] = start + time;
    this.last = server;
    return start;
  }
}
