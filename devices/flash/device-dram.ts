/**
 * The drive's own DRAM, through which data passes on its way between flash and host: first in, first out at its rate,
 * each byte as often as it is written or read there (twice: in from the flash, out to the host).
 */
import { duration, type Picoseconds } from '../../sim/index.ts';

export interface DeviceDramOptions {
  /** Bytes per second. */
  readonly rate: number;
  /** Times that a byte crosses it; default 2. */
  readonly passes?: number;
}

export class DeviceDram {
  busy: Picoseconds = 0;
  /** Transfers, and the sum of their waits for those before them; ps. */
  transfers = 0;
  waited: Picoseconds = 0;
  readonly #rate: number;
  #free: Picoseconds = 0;

  constructor({ rate, passes = 2 }: DeviceDramOptions) {
    this.#rate = rate / passes;
  }

  /** Takes bytes that arrive now. @returns when they are through */
  pass(now: Picoseconds, bytes: number): Picoseconds {
    const time = duration(bytes, this.#rate);
    this.busy += time;
    const start = this.#free > now ? this.#free : now;
    this.transfers++;
    this.waited += start - now;
    this.#free = start + time;
    return this.#free;
  }
}
