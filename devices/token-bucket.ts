/**
 * A token bucket: holds up to `burst` tokens, full at the start, and gains `rate` of them a second. A command waits until
 * the bucket holds its tokens (or is full, where it wants more than fit; then it leaves a debt) and takes them:
 *
 *   in any time t no more than  burst + rate t  (+ one command larger than the burst)  passes
 *
 * Commands pass in order, so the instant of each is known when it comes. Source: ITU-T I.371, generic cell rate algorithm
 * as a virtual-scheduling algorithm; Linux net/sched/sch_tbf.c.
 */
import { type Picoseconds, seconds } from '../sim/index.ts';

export interface TokenBucketOptions {
  /** Tokens per second. */
  readonly rate: number;
  /** Tokens; 0: no burst at all. */
  readonly burst: number;
}

export class TokenBucket {
  readonly #perToken: Picoseconds;
  readonly #burst: number;
  /** Tokens at `#since`; below 0 a debt. */
  #tokens: number;
  #since: Picoseconds = 0;

  constructor({ rate, burst }: TokenBucketOptions) {
    if (!(rate > 0 && burst >= 0)) {
      throw new RangeError(
        `token bucket of rate ${rate} and burst ${burst}: above 0, and 0 or more, are needed`,
      );
    }
    this.#perToken = seconds(1) / rate;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** The first instant, not before `from`, at which the bucket holds `tokens`. */
  readyAt(from: Picoseconds, tokens: number): Picoseconds {
    const missing = Math.min(tokens, this.#burst) - this.#at(from);
    return missing > 0 ? from + Math.ceil(missing * this.#perToken) : from;
  }

  /** Takes the tokens at an instant no earlier than the last. */
  take(at: Picoseconds, tokens: number): void {
    this.#tokens = this.#at(at) - tokens;
    this.#since = at;
  }

  #at(time: Picoseconds): number {
    return Math.min(this.#burst, this.#tokens + (time - this.#since) / this.#perToken);
  }
}
