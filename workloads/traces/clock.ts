/**
 * Time stamps of a trace as picoseconds from the trace's zero.
 *
 * Recorded clocks count from boot (bpftrace), from 1601 in 100 ns (MSR) or from 1970 in microseconds (Alibaba), which a
 * Float64 of picoseconds cannot hold. A stamp therefore arrives in two halves, `high` and `low` = its last nine digits
 * (or seconds and nanoseconds), and the zero is taken away before they are joined: exact while a trace lasts less than
 * 2.5 hours (2^53 ps).
 */
import { EXACT_LIMIT, type Picoseconds } from '../../sim/time.ts';

const BASE = 1e9;

export class TraceClock {
  readonly #unit: number;
  #high = NaN;
  #low = 0;
  #earliest = 0;
  #latest = 0;

  /**
   * @param unit picoseconds of one unit of `low`
   * @param zero `first`: the first stamp is the zero; `recorded`: the recording tool's own zero is kept
   */
  constructor(unit: Picoseconds, zero: 'first' | 'recorded') {
    this.#unit = unit;
    if (zero === 'recorded') this.#high = 0;
  }

  /** Picoseconds from the zero to the stamp high x 10^9 + low. */
  at(high: number, low: number): Picoseconds {
    if (Number.isNaN(this.#high)) {
      this.#high = high;
      this.#low = low;
    }
    const time = Math.round(((high - this.#high) * BASE + (low - this.#low)) * this.#unit);
    if (time < this.#earliest) this.#earliest = time;
    else if (time > this.#latest) this.#latest = time;
    return time;
  }

  warnings(): string[] {
    return this.#latest - this.#earliest > EXACT_LIMIT
      ? ['the trace lasts more than 2.5 hours: times are rounded to 2 ps and more (2^53 ps)']
      : [];
  }
}
