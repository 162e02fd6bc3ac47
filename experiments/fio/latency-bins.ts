/**
 * fio's latency histogram: 29 groups of 64 bins over whole nanoseconds; the first two groups are exact, each later one
 * is twice as coarse, and a bin is reported by its middle. Source: fio stat.h, "Aggregate latency bins" (FIO_IO_U_PLAT_BITS
 * 6, FIO_IO_U_PLAT_GROUP_NR 29), stat.c plat_val_to_idx, plat_idx_to_val, calc_clat_percentiles.
 */
const BITS = 6;
const VALUES = 1 << BITS;
const GROUPS = 29;

export class LatencyBins {
  count = 0;
  min = Number.POSITIVE_INFINITY;
  max = 0;
  readonly #bins = new Float64Array(GROUPS * VALUES);
  #mean = 0;
  #squares = 0;

  /** @param value nanoseconds; fractions are cut off for the bins only */
  record(value: number): void {
    this.count++;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    const change = value - this.#mean;
    this.#mean += change / this.count;
    this.#squares += change * (value - this.#mean);
    this.#bins[binOf(value)]++;
  }

  add(other: LatencyBins): void {
    if (other.count === 0) return;
    const count = this.count + other.count;
    const change = other.#mean - this.#mean;
    this.#mean += (change * other.count) / count;
    this.#squares += other.#squares + (change * change * this.count * other.count) / count;
    this.count = count;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    other.#bins.forEach((n, bin) => {
      this.#bins[bin] += n;
    });
  }

  get mean(): number {
    return this.#mean;
  }

  get deviation(): number {
    return this.count > 1 ? Math.sqrt(this.#squares / (this.count - 1)) : 0;
  }

  /** Values at these percentages, ascending, ns. */
  percentiles(percents: readonly number[]): number[] {
    const found: number[] = [];
    let sum = 0;
    let bin = 0;
    for (const percent of [...percents].sort((a, b) => a - b)) {
      const rank = Math.ceil((this.count * percent) / 100);
      while (bin < this.#bins.length - 1 && sum + this.#bins[bin] < rank) sum += this.#bins[bin++];
      found.push(middleOf(bin));
    }
    return found;
  }

  /** [middle in ns, count] of the bins that hold something. */
  bins(): [number, number][] {
    return [...this.#bins].flatMap((n, bin) => (n > 0 ? [[middleOf(bin), n] as [number, number]] : []));
  }

  /** Share, in percent, of values above `low` and up to `high` ns, as the bins tell. */
  share(low: number, high: number): number {
    if (this.count === 0) return 0;
    let inside = 0;
    this.#bins.forEach((n, bin) => {
      const middle = middleOf(bin);
      if (middle > low && middle <= high) inside += n;
    });
    return (100 * inside) / this.count;
  }
}

function binOf(value: number): number {
  const whole = Math.floor(value);
  if (whole < 2 * VALUES) return whole;
  const shift = Math.floor(Math.log2(whole)) - BITS;
  const offset = Math.floor(whole / 2 ** shift) & (VALUES - 1);
  return Math.min((shift + 1) * VALUES + offset, GROUPS * VALUES - 1);
}

function middleOf(bin: number): number {
  if (bin < 2 * VALUES) return bin;
  const shift = (bin >> BITS) - 1;
  return 2 ** (shift + BITS) + ((bin & (VALUES - 1)) + 0.5) * 2 ** shift;
}
