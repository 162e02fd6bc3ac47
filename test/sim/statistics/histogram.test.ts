/**
 * Histograms against sorted samples and against HdrHistogram.
 */
import fc from 'fast-check';
import { build } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { exponential, Histogram, Simulation } from '../../../sim/index.ts';
import { property } from '../../property.ts';

const BOUND = 1 / 256;
const filled = (values: number[]) => {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
};
const positive = fc.oneof(
  fc.double({ min: 2 ** -64, max: 1e300, noNaN: true }),
  fc.integer({ min: 1, max: 1_000_000 }),
  fc.constant(0),
);
const PERCENTILES = [0, 1, 25, 50, 90, 99, 99.9, 100];

describe('histogram', () => {
  property([fc.array(positive, { minLength: 1, maxLength: 200 }), fc.constantFrom(...PERCENTILES)])(
    'percentiles are within 1/256 of the sample of nearest rank',
    (values, p) => {
      const sample = values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil((p / 100) * values.length)) - 1];
      expect(Math.abs(filled(values).percentile(p) - sample)).toBeLessThanOrEqual(BOUND * sample);
    },
  );

  property([fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 100 })])(
    'count, extremes, mean and deviation are those of the samples',
    (values) => {
      const histogram = filled(values);
      const mean = values.reduce((a, b) => a + b) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
      expect([histogram.count, histogram.min, histogram.max]).toEqual([
        values.length,
        Math.min(...values),
        Math.max(...values),
      ]);
      expect(histogram.mean).toBeCloseTo(mean, 6);
      expect(Math.abs(histogram.standardDeviation - Math.sqrt(variance))).toBeLessThan(
        1e-6 * Math.max(...values, 1),
      );
    },
  );

  property([fc.array(positive, { maxLength: 100 }), fc.array(positive, { maxLength: 100 })])(
    'merging is recording both',
    (left, right) => {
      const merged = filled(left);
      merged.merge(filled(right));
      const both = filled([...left, ...right]);
      expect(merged.buckets()).toEqual(both.buckets());
      for (const p of PERCENTILES) expect(merged.percentile(p)).toBe(both.percentile(p));
      expect([merged.count, merged.min, merged.max]).toEqual([both.count, both.min, both.max]);
    },
  );

  it('merges the deviation', () => {
    const merged = filled([1, 2, 3]);
    merged.merge(filled([100, 110, 90, 3]));
    expect(merged.standardDeviation).toBeCloseTo(filled([1, 2, 3, 100, 110, 90, 3]).standardDeviation, 9);
  });

  it('agrees with HdrHistogram on latencies', () => {
    const random = new Simulation({ seed: 'histogram' }).random('latencies');
    const histogram = new Histogram();
    const oracle = build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: 1e13,
      numberOfSignificantValueDigits: 4,
    });
    for (let i = 0; i < 100_000; i++) {
      const latency = Math.round(8e7 + exponential(random, 2e7));
      histogram.record(latency);
      oracle.recordValue(latency);
    }
    for (const p of [1, 50, 90, 99, 99.9, 99.99]) {
      const expected = oracle.getValueAtPercentile(p);
      expect(Math.abs(histogram.percentile(p) - expected)).toBeLessThan((BOUND + 1e-4) * expected);
    }
    expect(histogram.mean / oracle.mean).toBeCloseTo(1, 4);
  });

  it('lists buckets that hold their values and cover every sample', () => {
    const values = [0, 1e-30, 1, 1.004, 1.01, 3, 1e9];
    const buckets = filled(values).buckets();
    expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
    for (const value of values) {
      const holding = buckets.filter(({ low, high }) => low <= value && value < high);
      expect(holding).toHaveLength(1);
      if (value > 2 ** -64) expect(holding[0].high / holding[0].low).toBeLessThanOrEqual(1 + 1 / 128);
    }
  });

  it('is 0 everywhere when empty', () => {
    const { count, min, max, mean, standardDeviation } = new Histogram();
    expect([count, min, max, mean, standardDeviation, new Histogram().percentile(99)]).toEqual([
      0, 0, 0, 0, 0, 0,
    ]);
  });

  it.each([-1, Number.NaN, Infinity])('refuses %d', (value) => {
    expect(() => new Histogram().record(value)).toThrow('histogram');
  });
});
