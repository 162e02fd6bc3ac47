/** The waterfall's steps sum to the predicted token time, whatever binds and however much is hidden. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frontier } from '../../../experiments/report/charts/pareto.ts';
import { waterfallSteps } from '../../../experiments/report/waterfall.ts';
import type { Bound, Result } from '../../../experiments/result.ts';
import { property } from '../../property.ts';
import { sampleResult } from '../result/sample.ts';

const result = (
  rate: number,
  bound: number,
  component: Bound['component'],
  time: Result['time'],
): Result => ({
  ...sampleResult({ tokensPerSecond: rate }),
  bounds: [{ resource: 'link', tokensPerSecond: bound, component, detail: '' }],
  binding: 'link',
  time,
});
const time = (compute: number, exposedIo: number): Result['time'] => ({
  compute,
  exposedIo,
  software: 1 - compute - exposedIo,
  reclaim: 0,
  other: 0,
});

describe('waterfall', () => {
  it('adds what exceeds the bound, then all other parts, when reads are exposed in full', () => {
    const steps = waterfallSteps(result(2, 4, 'exposedIo', time(0.25, 0.75)));
    expect(steps.map(({ part, seconds }) => [part, seconds])).toEqual([
      ['bound', 0.25],
      ['exposedIo', 0.125],
      ['compute', 0.125],
    ]);
  });

  it('adds only the part of compute that no read hid', () => {
    const steps = waterfallSteps(result(2, 2.5, 'exposedIo', time(0.75, 0.25)));
    expect(steps.map(({ part }) => part)).toEqual(['bound', 'compute']);
    expect(steps[1].seconds).toBeCloseTo(0.1, 12);
  });

  it('shows the parts of time alone when the bound lies below the prediction', () => {
    const steps = waterfallSteps(result(2, 1, 'compute', time(0.5, 0.5)));
    expect(steps.map(({ part }) => part)).toEqual(['compute', 'exposedIo']);
  });

  property([
    fc.double({ min: 0.01, max: 1000, noNaN: true }),
    fc.double({ min: 1, max: 100, noNaN: true }),
    fc.constantFrom<Bound['component']>('compute', 'exposedIo', 'software'),
    fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000)).filter((parts) => parts.some((part) => part > 0)),
  ])('steps are positive and sum to the token time', (rate, headroom, component, [a, b, c]) => {
    const sum = a + b + c;
    const parts = { compute: a / sum, exposedIo: b / sum, software: c / sum, reclaim: 0, other: 0 };
    const steps = waterfallSteps(result(rate, rate * headroom, component, parts));
    for (const step of steps) expect(step.seconds).toBeGreaterThan(0);
    const total = steps.reduce((all, step) => all + step.seconds, 0);
    expect(Math.abs(total * rate - 1)).toBeLessThan(1e-9);
  });
});

property([fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { minLength: 1, maxLength: 30 })])(
  'the Pareto frontier holds exactly the best points that no other beats',
  (points) => {
    const results = points.map(([price, rate]) => ({
      ...sampleResult({ tokensPerSecond: rate + 1 }),
      prefillSeconds: price,
    }));
    const price = (r: Result) => r.prefillSeconds;
    const rate = (r: Result) => r.tokensPerSecond.mean;
    const kept = frontier(results, price);
    const beats = (a: Result, b: Result) =>
      price(a) <= price(b) && rate(a) >= rate(b) && (price(a) < price(b) || rate(a) > rate(b));
    for (const r of results) {
      const beaten = results.some((other) => beats(other, r));
      expect(kept.some((k) => price(k) === price(r) && rate(k) === rate(r))).toBe(!beaten);
    }
  },
);
