/**
 * A time series with a bounded number of points: samples are summed in buckets of equal width; when time outgrows the
 * last bucket, neighbours are merged and the width doubles. Sums and counts are exact at every width.
 */
import { type Picoseconds, toSeconds } from '../time.ts';

export interface SeriesPoint {
  /** Start of the bucket, ps. */
  time: Picoseconds;
  sum: number;
  count: number;
}

export class Series {
  /** Present width of a bucket, ps. */
  width: Picoseconds;
  private readonly sums: Float64Array;
  private readonly counts: Float64Array;
  private used = 0;

  /**
   * @param width first width of a bucket, ps
   * @param points most points ever held; even
   */
  constructor({ width, points = 512 }: { width: Picoseconds; points?: number }) {
    if (!(Number.isInteger(width) && width > 0)) {
      throw new Error(`series: width is ${width} ps; it must be a whole number of ps, 1 or more`);
    }
    if (!(Number.isInteger(points / 2) && points >= 2)) {
      throw new Error(`series: ${points} points asked; it must be an even number, 2 or more`);
    }
    this.width = width;
    this.sums = new Float64Array(points);
    this.counts = new Float64Array(points);
  }

  /** Adds a sample (bytes moved, a latency) at an instant from 0; instants may come in any order. */
  add(time: Picoseconds, value: number): void {
    if (!(time >= 0 && time < Infinity))
      throw new Error(`series: sample at ${time} ps; instants are finite, from 0`);
    // The sample's bucket then lies in the upper half, beyond all earlier ones, and sets `used`.
    while (time >= this.width * this.sums.length) this.halve();
    const bucket = Math.floor(time / this.width);
    this.sums[bucket] += value;
    this.counts[bucket]++;
    if (bucket >= this.used) this.used = bucket + 1;
  }

  /** Every bucket from 0 to the last that holds a sample, empty ones included. */
  points(): SeriesPoint[] {
    return Array.from({ length: this.used }, (_, i) => ({
      time: i * this.width,
      sum: this.sums[i],
      count: this.counts[i],
    }));
  }

  /** Sums divided by the width: units per second, e.g. throughput from bytes. */
  rates(): { time: Picoseconds; rate: number }[] {
    return this.points().map(({ time, sum }) => ({ time, rate: sum / toSeconds(this.width) }));
  }

  private halve(): void {
    for (const array of [this.sums, this.counts]) {
      for (let i = 0; i < array.length / 2; i++) array[i] = array[2 * i] + array[2 * i + 1];
      array.fill(0, array.length / 2);
    }
    this.width *= 2;
  }
}
