/**
 * Log-linear histogram of numbers ≥ 0: every power of two is cut into 128 equal buckets, found from the exponent and
 * the upper 7 mantissa bits of the Float64 itself, without a logarithm.
 *
 * A percentile is the middle of the bucket that holds the sample of that rank, so it is within 1/256 (0.4 %) of that
 * sample; minimum, maximum, count, sum and mean are exact. Numbers from 0 to 2^-64 share one bucket.
 * The idea is HdrHistogram's (G. Tene); memory grows only with the range in use.
 */

const MANTISSA_BITS = 7;
const SHIFT = 20 - MANTISSA_BITS;
/** Bucket of 2^-64 on the scale of all positive Float64; what lies below is counted as 0. */
const LOWEST = (1023 - 64) << MANTISSA_BITS;

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
/** Which of the two 32-bit words carries sign, exponent and upper mantissa. */
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

const lowerEdge = (bucket: number): number => {
  words[HIGH] = (bucket + LOWEST) << SHIFT;
  words[1 - HIGH] = 0;
  return float[0];
};

export class Histogram {
  count = 0;
  sum = 0;
  /** Σ (value - first)², for the deviation: shifting by a sample avoids most of the cancellation. */
  private squares = 0;
  private first = 0;
  private least = Infinity;
  private greatest = -Infinity;
  private zeros = 0;
  /** Counts of buckets base, base + 1, …; empty until a first positive number. */
  private counts = new Float64Array(0);
  private base = 0;

  /** @throws if the value is negative, NaN or infinite */
  record(value: number): void {
    if (!(value >= 0 && value < Infinity))
      throw new Error(`histogram: ${value} recorded; finite numbers from 0 only`);
    if (this.count++ === 0) this.first = value;
    this.sum += value;
    this.squares += (value - this.first) * (value - this.first);
    if (value < this.least) this.least = value;
    if (value > this.greatest) this.greatest = value;
    float[0] = value;
    const bucket = (words[HIGH] >>> SHIFT) - LOWEST;
    if (bucket < 0) {
      this.zeros++;
      return;
    }
    const index = bucket - this.base;
    if (index >= 0 && index < this.counts.length) this.counts[index]++;
    else this.widen(bucket);
  }

  /** 0 if empty. */
  get min(): number {
    return this.count > 0 ? this.least : 0;
  }

  /** 0 if empty. */
  get max(): number {
    return this.count > 0 ? this.greatest : 0;
  }

  /** 0 if empty. */
  get mean(): number {
    return this.count > 0 ? this.sum / this.count : 0;
  }

  /** Sample standard deviation; 0 below two samples. */
  get standardDeviation(): number {
    if (this.count < 2) return 0;
    const shifted = this.mean - this.first;
    return Math.sqrt(Math.max(0, this.squares - this.count * shifted * shifted) / (this.count - 1));
  }

  /**
   * The value of rank ceil(p/100 · count) (nearest rank), within 1/256 of it; 0 if empty.
   * @param p 0 (the minimum) to 100 (the maximum)
   */
  percentile(p: number): number {
    if (!(p >= 0 && p <= 100)) throw new Error(`histogram: percentile ${p} asked; it must lie from 0 to 100`);
    const rank = Math.max(1, Math.ceil((p / 100) * this.count));
    if (rank >= this.count) return this.max;
    if (rank === 1) return this.min;
    let below = this.zeros;
    if (rank <= below) return this.min;
    for (let i = 0; ; i++) {
      below += this.counts[i];
      if (rank > below) continue;
      const bucket = this.base + i;
      const middle = (lowerEdge(bucket) + lowerEdge(bucket + 1)) / 2;
      return Math.min(Math.max(middle, this.min), this.max);
    }
  }

  /** Adds another histogram's samples. */
  merge(other: Histogram): void {
    if (other.count === 0) return;
    if (this.count === 0) this.first = other.first;
    // Σ(x - f)² for this first f from the other's g: Σ(x-g)² + 2(g-f)·Σ(x-g) + n(g-f)².
    const moved = other.first - this.first;
    const deviations = other.sum - other.count * other.first;
    this.squares += other.squares + 2 * moved * deviations + other.count * moved * moved;
    this.count += other.count;
    this.sum += other.sum;
    this.least = Math.min(this.least, other.least);
    this.greatest = Math.max(this.greatest, other.greatest);
    this.zeros += other.zeros;
    for (const bucket of [other.base, other.base + other.counts.length - 1]) {
      if (other.counts.length > 0) this.cover(bucket);
    }
    for (let i = 0; i < other.counts.length; i++) this.counts[other.base + i - this.base] += other.counts[i];
  }

  /** The buckets that hold something, upwards: values from `low` to below `high`. */
  buckets(): { low: number; high: number; count: number }[] {
    const found = this.zeros > 0 ? [{ low: 0, high: lowerEdge(0), count: this.zeros }] : [];
    this.counts.forEach((count, i) => {
      const bucket = this.base + i;
      if (count > 0) found.push({ low: lowerEdge(bucket), high: lowerEdge(bucket + 1), count });
    });
    return found;
  }

  private widen(bucket: number): void {
    this.cover(bucket);
    this.counts[bucket - this.base]++;
  }

  /** Extends the counts by whole powers of two until they hold this bucket. */
  private cover(bucket: number): void {
    const from = bucket & -(1 << MANTISSA_BITS);
    const to = from + (1 << MANTISSA_BITS);
    const empty = this.counts.length === 0;
    const low = empty ? from : Math.min(from, this.base);
    const high = empty ? to : Math.max(to, this.base + this.counts.length);
    if (!empty && low === this.base && high === low + this.counts.length) return;
    const wider = new Float64Array(high - low);
    wider.set(this.counts, empty ? 0 : this.base - low);
    this.counts = wider;
    this.base = low;
  }
}
