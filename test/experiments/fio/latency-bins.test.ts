/** fio's histogram against the definition of its bins and against sorted samples. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyBins } from '../../../experiments/fio/latency-bins.ts';
import { Permutation } from '../../../experiments/fio/permutation.ts';
import { property } from '../../property.ts';

const filled = (values: readonly number[]) => {
  const bins = new LatencyBins();
  for (const value of values) bins.record(value);
  return bins;
};

describe('bins', () => {
  it.each([
    [5, 5],
    [127, 127],
    [128, 129],
    [31_600, 31_616],
    [31_743, 31_616],
    [31_744, 31_872],
    [77_000, 77_312],
  ])('%d ns falls into the bin that fio prints as %d', (value, bin) => {
    expect(filled([value]).bins()).toEqual([[bin, 1]]);
  });

  property([fc.array(fc.double({ min: 1, max: 1e10, noNaN: true }), { minLength: 1, maxLength: 300 })])(
    'mean and deviation are exact, percentiles within a bin, and sums add up',
    (values) => {
      const bins = filled(values);
      const mean = values.reduce((a, b) => a + b) / values.length;
      expect(bins.mean / mean).toBeCloseTo(1, 9);
      const sorted = values.toSorted((a, b) => a - b);
      for (const percent of [1, 50, 99, 100]) {
        const exact = sorted[Math.ceil((values.length * percent) / 100) - 1];
        const [found] = bins.percentiles([percent]);
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(Math.max(1, exact / 64));
      }
      const half = filled(values.slice(0, values.length >> 1));
      half.add(filled(values.slice(values.length >> 1)));
      expect(half.deviation).toBeCloseTo(bins.deviation, -Math.log10(bins.deviation + 1) + 6);
      expect(half.bins()).toEqual(bins.bins());
    },
  );
});

describe('random order', () => {
  property([fc.integer({ min: 1, max: 3000 }), fc.integer()])('visits every block once', (size, seed) => {
    let state = seed >>> 0;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const order = new Permutation(size, random);
    const found = Array.from({ length: size }, (_, place) => order.at(place));
    expect(found.toSorted((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, block) => block));
  });
});
