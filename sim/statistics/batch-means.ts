/**
 * Mean and 95 % confidence interval of a correlated sequence (successive token times) by batch means: the sequence is
 * cut into b long batches, whose means are nearly independent, and mean ± t(b-1; 0.975) · s / √b.
 * Source: A. M. Law, "Simulation Modeling and Analysis", 5th ed., section 9.5.3.
 *
 * Memory is bounded: from 2·b batches on, neighbours are merged and the batch length doubles, so that 20 to 40 batches
 * stand. The first `warmup` observations are dropped. The interval is only as good as the batches are long: while
 * `correlation` (lag 1, between batches) is clearly positive, it is too narrow and the run too short.
 */

const BATCHES = 20;

/** Student's t, 97.5 %, for 1 to 30 degrees of freedom; NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2. */
const STUDENT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** Student's t, 97.5 %: the table, then its expansion about the normal quantile (Abramowitz and Stegun 26.7.5). */
export function student975(degrees: number): number {
  if (degrees <= STUDENT.length) return STUDENT[degrees - 1];
  const z = 1.959964;
  return z + (z ** 3 + z) / (4 * degrees) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2);
}

export class BatchMeans {
  /** Observations after the warm-up. */
  count = 0;
  private sum = 0;
  private skip: number;
  private batchLength = 1;
  private readonly sums = new Float64Array(2 * BATCHES);
  private full = 0;
  private inBatch = 0;
  private batchSum = 0;

  /** @param warmup observations to drop before the first that counts */
  constructor({ warmup = 0 }: { warmup?: number } = {}) {
    this.skip = warmup;
  }

  record(value: number): void {
    if (this.skip > 0) {
      this.skip--;
      return;
    }
    this.count++;
    this.sum += value;
    this.batchSum += value;
    if (++this.inBatch < this.batchLength) return;
    this.sums[this.full++] = this.batchSum;
    this.batchSum = 0;
    this.inBatch = 0;
    if (this.full === this.sums.length) this.merge();
  }

  /** 0 if nothing has been recorded. */
  get mean(): number {
    return this.count > 0 ? this.sum / this.count : 0;
  }

  /** [low, high] around the mean; infinite while there are fewer than two batches. */
  get ci95(): [low: number, high: number] {
    if (this.full < 2) return [-Infinity, Infinity];
    const means = this.batchMeans();
    const centre = means.reduce((a, b) => a + b) / means.length;
    const variance = means.reduce((total, m) => total + (m - centre) ** 2, 0) / (means.length - 1);
    const half = student975(means.length - 1) * Math.sqrt(variance / means.length);
    return [this.mean - half, this.mean + half];
  }

  /** Correlation between neighbouring batches, about 0 ± 2/√b when they are independent; 0 if it is not defined. */
  get correlation(): number {
    const means = this.batchMeans();
    const centre = means.reduce((a, b) => a + b, 0) / Math.max(1, means.length);
    const variance = means.reduce((total, m) => total + (m - centre) ** 2, 0);
    if (variance === 0) return 0;
    return means.slice(1).reduce((total, m, i) => total + (m - centre) * (means[i] - centre), 0) / variance;
  }

  private batchMeans(): number[] {
    return Array.from(this.sums.subarray(0, this.full), (sum) => sum / this.batchLength);
  }

  private merge(): void {
    this.full /= 2;
    for (let i = 0; i < this.full; i++) this.sums[i] = this.sums[2 * i] + this.sums[2 * i + 1];
    this.batchLength *= 2;
  }
}
