/** Prefetchers: what they name, how often they are right, and what they never do. */
import fc from 'fast-check';
import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { gateLookahead } from '../../../policies/prefetch/gate-lookahead.ts';
import { oraclePrefetcher } from '../../../policies/prefetch/oracle.ts';
import type { RoutedTruth } from '../../../policies/prefetch/prefetcher.ts';

/** Expert (7 token + 3 layer + k) mod experts: distinct within a row. */
const truth = (tokens: number, layers: number, experts: number, topK: number): RoutedTruth => ({
  tokens,
  layers,
  experts,
  topK,
  expertAt: (token, layer, k) => (7 * token + 3 * layer + k) % experts,
});

const planOf = (predict: (plan: (t: number, l: number, e: number) => void) => void) => {
  const named: [number, number, number][] = [];
  predict((token, layer, expert) => named.push([token, layer, expert]));
  return named;
};

describe('oracle', () => {
  it('names the next layers, nearest first, across the end of a token', () => {
    const oracle = oraclePrefetcher(truth(2, 3, 10, 2), { distance: 2, budget: 8 });
    expect(planOf((plan) => oracle.predict(0, 1, plan))).toEqual([
      [0, 2, 6],
      [0, 2, 7],
      [1, 0, 7],
      [1, 0, 8],
    ]);
  });

  it('stops at the last token', () => {
    const oracle = oraclePrefetcher(truth(2, 3, 10, 2), { distance: 3, budget: 1 });
    expect(planOf((plan) => oracle.predict(1, 1, plan))).toEqual([[1, 2, 3]]);
    expect(planOf((plan) => oracle.predict(1, 2, plan))).toEqual([]);
  });
});

describe('gate look-ahead', () => {
  const options = { recall: 0.85, distance: 1, widen: 1, budget: 99 };

  it('names widen x top-k distinct experts of the layer ahead, and none beyond the token', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.double({ min: 1, max: 4, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer(),
        (topK, widen, recall, seed) => {
          const experts = 32;
          const known = truth(1, 4, experts, topK);
          const gate = gateLookahead(known, { ...options, recall, widen }, seedrandom.xor4096(`${seed}`));
          const named = planOf((plan) => gate.predict(0, 1, plan));
          const routed = named.filter(([, , e]) =>
            Array.from({ length: topK }, (_, k) => known.expertAt(0, 2, k)).includes(e),
          );
          expect(new Set(named.map(([, , e]) => e)).size).toBe(named.length);
          expect(named.every(([t, l]) => t === 0 && l === 2)).toBe(true);
          expect(named.length).toBe(Math.min(Math.round(topK * widen), experts - topK + routed.length));
          expect(planOf((plan) => gate.predict(0, 3, plan))).toEqual([]);
        },
      ),
    );
  });

  it('is right as often as its recall says', () => {
    const known = truth(1, 2, 256, 8);
    const gate = gateLookahead(known, options, seedrandom.xor4096('recall'));
    const repeats = 5000;
    let right = 0;
    for (let i = 0; i < repeats; i++)
      right += planOf((plan) => gate.predict(0, 0, plan)).filter(([, , e]) => e >= 3 && e < 11).length;
    const trials = 8 * repeats;
    const sigma = Math.sqrt((0.85 * 0.15) / trials);
    expect(Math.abs(right / trials - 0.85)).toBeLessThan(4 * sigma);
  });

  it('cuts at the budget', () => {
    const gate = gateLookahead(truth(1, 2, 64, 8), { ...options, budget: 3 }, seedrandom.xor4096('cut'));
    expect(planOf((plan) => gate.predict(0, 0, plan))).toHaveLength(3);
  });
});
