/**
 * Time-weighted means, bounded series and batch means.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchMeans, Series, Simulation, seconds, TimeWeighted } from '../../../sim/index.ts';
import { student975 } from '../../../sim/statistics/batch-means.ts';
import { property } from '../../property.ts';

describe('time-weighted mean', () => {
  it('weighs each value with the time it lasted', () => {
    const depth = new TimeWeighted();
    depth.set(10, 4);
    depth.add(15, -3);
    expect([depth.mean(20), depth.max, depth.value, depth.integral(20)]).toEqual([
      (4 * 5 + 5) / 20,
      4,
      1,
      25,
    ]);
  });

  it('forgets a warm-up', () => {
    const depth = new TimeWeighted(5, 2);
    expect(depth.mean(5)).toBe(2);
    depth.set(10, 100);
    depth.set(11, 3);
    depth.restart(20);
    depth.set(30, 1);
    expect([depth.mean(40), depth.max]).toEqual([2, 3]);
  });
});

describe('series', () => {
  const samples = fc.array(fc.record({ time: fc.nat(10_000), value: fc.nat(100) }), { maxLength: 100 });

  property([samples, fc.constantFrom(2, 8, 64)])(
    'keeps its bound and every sample in its bucket',
    (all, points) => {
      const series = new Series({ width: 3, points });
      for (const { time, value } of all) series.add(time, value);
      const found = series.points();
      expect(found.length).toBeLessThanOrEqual(points);
      found.forEach(({ time, sum, count }, i) => {
        const inside = all.filter((sample) => sample.time >= time && sample.time < time + series.width);
        expect(time).toBe(i * series.width);
        expect([sum, count]).toEqual([inside.reduce((total, { value }) => total + value, 0), inside.length]);
      });
      expect(found.reduce((total, { count }) => total + count, 0)).toBe(all.length);
    },
  );

  it('gives rates per second', () => {
    const series = new Series({ width: seconds(0.5), points: 4 });
    series.add(seconds(0.1), 100);
    series.add(seconds(0.6), 300);
    expect(series.rates()).toEqual([
      { time: 0, rate: 200 },
      { time: seconds(0.5), rate: 600 },
    ]);
  });

  it('refuses a width of 0, an odd bound and an instant before 0', () => {
    expect(() => new Series({ width: 0 })).toThrow('width is 0 ps');
    expect(() => new Series({ width: 1, points: 7 })).toThrow('7 points');
    expect(() => new Series({ width: 1 }).add(-1, 1)).toThrow('sample at -1 ps');
  });
});

describe('batch means', () => {
  /** An autoregressive sequence of mean 10 whose neighbours correlate by `phi`. */
  const sequence = (seed: string, length: number, phi: number, batches: BatchMeans) => {
    const random = new Simulation({ seed }).random('sequence');
    let x = 0;
    for (let i = 0; i < length; i++) {
      x = phi * x + (random() - 0.5);
      batches.record(10 + x);
    }
    return batches;
  };
  const coverage = (length: number, phi: number) => {
    const runs = Array.from({ length: 400 }, (_, i) => sequence(`${i}`, length, phi, new BatchMeans()).ci95);
    return runs.filter(([low, high]) => low <= 10 && 10 <= high).length / runs.length;
  };

  it('covers the mean in 95 % of independent runs', () => {
    // Standard error of the share is 1.1 %.
    expect(coverage(1000, 0)).toBeGreaterThan(0.92);
    expect(coverage(1000, 0)).toBeLessThan(0.98);
  });

  it('covers it when neighbours correlate, if the run is long', () => {
    expect(coverage(4000, 0.8)).toBeGreaterThan(0.9);
    expect(coverage(4000, 0.8)).toBeLessThan(0.98);
  });

  it('shows in the correlation of its batches when the run is too short', () => {
    const mean = (length: number) =>
      Array.from(
        { length: 50 },
        (_, i) => sequence(`${i}`, length, 0.95, new BatchMeans()).correlation,
      ).reduce((a, b) => a + b / 50, 0);
    expect(mean(60)).toBeGreaterThan(0.3);
    expect(Math.abs(mean(5000))).toBeLessThan(0.15);
  });

  it('drops the warm-up', () => {
    const batches = new BatchMeans({ warmup: 2 });
    for (const value of [1000, 1000, 1, 2, 3, 4]) batches.record(value);
    expect([batches.count, batches.mean]).toEqual([4, 2.5]);
    const half = (3.182 * Math.sqrt(5 / 3)) / 2;
    expect(batches.ci95[0]).toBeCloseTo(2.5 - half, 9);
    expect(batches.ci95[1]).toBeCloseTo(2.5 + half, 9);
  });

  it('merges batches without losing any', () => {
    const batches = new BatchMeans();
    for (let i = 0; i < 80; i++) batches.record(i);
    // Merged at 40 and at 80 observations: 20 batches of 4, whose means are 1.5, 5.5, … 77.5, of variance 16 · 35.
    const half = (2.093 * Math.sqrt(16 * 35)) / Math.sqrt(20);
    expect(batches.mean).toBe(39.5);
    expect(batches.ci95[1] - batches.mean).toBeCloseTo(half, 9);
  });

  it('knows nothing from one observation', () => {
    const batches = new BatchMeans();
    batches.record(5);
    expect([batches.mean, batches.ci95]).toEqual([5, [-Infinity, Infinity]]);
  });

  it('has the quantiles of the tables', () => {
    expect([1, 10, 30, 40, 60, 120].map((degrees) => Number(student975(degrees).toFixed(3)))).toEqual([
      12.706, 2.228, 2.042, 2.021, 2.0, 1.98,
    ]);
  });
});
