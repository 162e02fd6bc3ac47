/** Prefetchers: what they name, how often they are right, and what they never do. */
import fc from 'fast-check';
import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { gateLookahead } from '../../../policies/prefetch/gate-lookahead.ts';
import { oracle as oraclePrefetcher } from '../../../policies/prefetch/oracle.ts';
import type { RoutedTruth } from '../../../policies/prefetch/prefetcher.ts';
import { createPrefetcher, type PrefetcherSpec, prefetchers } from '../../../policies/prefetch/registry.ts';

/** Expert (7 token + 3 layer + k) mod experts: distinct within a row. */
const truth = (tokens: number, layers: number, experts: number, topK: number): RoutedTruth => ({
  tokens,
  layers,
  experts,
  topK,
  prompt: 0,
  expertAt: (token, layer, k) => (7 * token + 3 * layer + k) % experts,
});

const unused = () => 0.5;

const planOf = (predict: (plan: (t: number, l: number, e: number) => void) => void) => {
  const named: [number, number, number][] = [];
  predict((token, layer, expert) => named.push([token, layer, expert]));
  return named;
};

describe('oracle', () => {
  it('names the next layers, nearest first, across the end of a token', () => {
    const oracle = oraclePrefetcher.create(truth(2, 3, 10, 2), { distance: 2, budget: 8 }, unused);
    expect(planOf((plan) => oracle.predict(0, 1, plan))).toEqual([
      [0, 2, 6],
      [0, 2, 7],
      [1, 0, 7],
      [1, 0, 8],
    ]);
  });

  it('stops at the last token', () => {
    const oracle = oraclePrefetcher.create(truth(2, 3, 10, 2), { distance: 3, budget: 1 }, unused);
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
          const gate = gateLookahead.create(
            known,
            { ...options, recall, widen },
            seedrandom.xor4096(`${seed}`),
          );
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
    const gate = gateLookahead.create(known, options, seedrandom.xor4096('recall'));
    const repeats = 5000;
    let right = 0;
    for (let i = 0; i < repeats; i++)
      right += planOf((plan) => gate.predict(0, 0, plan)).filter(([, , e]) => e >= 3 && e < 11).length;
    const trials = 8 * repeats;
    const sigma = Math.sqrt((0.85 * 0.15) / trials);
    expect(Math.abs(right / trials - 0.85)).toBeLessThan(4 * sigma);
  });

  it('takes a recall by rank, the last one for all further ranks', () => {
    const known = truth(1, 2, 256, 5);
    const gate = gateLookahead.create(known, { ...options, recall: [1, 0] }, seedrandom.xor4096('ranks'));
    const named = planOf((plan) => gate.predict(0, 0, plan)).map(([, , e]) => e);
    // Layer 1 routes to 3, 4, 5, 6, 7, in order of rank.
    expect(named.filter((e) => e >= 3 && e < 8)).toEqual([3]);
    expect(named).toHaveLength(5);
  });

  it('cuts right and wrong ones alike, in any order', () => {
    const gate = gateLookahead.create(
      truth(1, 2, 256, 4),
      { ...options, recall: 1, widen: 2, budget: 4 },
      seedrandom.xor4096('alike'),
    );
    const right = new Array<number>(4).fill(0); // by place in the list
    const repeats = 2000;
    for (let i = 0; i < repeats; i++)
      planOf((plan) => gate.predict(0, 0, plan)).forEach(([, , e], place) => {
        if (e >= 3 && e < 7) right[place]++;
      });
    // Half of the list of 8 is right; four sigma of 2,000 throws.
    for (const count of right)
      expect(Math.abs(count / repeats - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / repeats));
  });

  it('cuts at the budget', () => {
    const gate = gateLookahead.create(
      truth(1, 2, 64, 8),
      { ...options, budget: 3 },
      seedrandom.xor4096('cut'),
    );
    expect(planOf((plan) => gate.predict(0, 0, plan))).toHaveLength(3);
  });
});

describe('what learns', () => {
  /** Tokens of one layer pair, as [experts of layer 0, experts of layer 1]; the first is the prompt. */
  const told = (tokens: [number[], number[]][], experts = 8): RoutedTruth => ({
    layers: 2,
    experts,
    topK: 2,
    tokens: tokens.length - 1,
    prompt: 1,
    expertAt: (token, layer, k) => tokens[token + 1][layer][k],
  });
  const routed = told([
    [
      [0, 1],
      [4, 5],
    ],
    [
      [0, 2],
      [4, 6],
    ],
    [
      [2, 3],
      [6, 7],
    ],
  ]);
  const rules = { distance: 1, widen: 1, budget: 99 };
  const named = (spec: PrefetcherSpec, token: number) => {
    const prefetcher = createPrefetcher(spec, routed, unused);
    for (let earlier = 0; earlier < token; earlier++) planOf((plan) => prefetcher.predict(earlier, 0, plan));
    return planOf((plan) => prefetcher.predict(token, 0, plan)).map(([, , expert]) => expert);
  };

  it('previous token names what the layer ahead chose before, the prompt’s last token included', () => {
    expect(named({ policy: 'previous-token', ...rules }, 0)).toEqual([4, 5]);
    expect(named({ policy: 'previous-token', ...rules, budget: 1 }, 1)).toEqual([4]);
  });

  it('popularity names the most frequent so far', () => {
    expect(named({ policy: 'popularity', ...rules }, 1)).toEqual([4, 5]);
    expect(named({ policy: 'popularity', ...rules, widen: 1.5 }, 1)).toEqual([4, 5, 6]);
  });

  it('markov names what followed the experts chosen now', () => {
    // After 0 came 4 twice, 5 and 6 once; after 2 came 4 and 6.
    expect(named({ policy: 'markov', ...rules }, 0)).toEqual([4, 5]);
    expect(named({ policy: 'markov', ...rules, widen: 4 }, 1)).toEqual([4, 6]);
  });

  it('certain names the hash-routed layers at the start of the token, and predicts nothing else', () => {
    const prefetcher = createPrefetcher({ policy: 'certain', layers: 1 }, routed, unused);
    expect(planOf((plan) => prefetcher.begin!(1, plan))).toEqual([
      [1, 0, 2],
      [1, 0, 3],
    ]);
    expect(planOf((plan) => prefetcher.predict(1, 0, plan))).toEqual([]);
  });
});

describe('every prefetcher', () => {
  const specs: PrefetcherSpec[] = [
    { policy: 'none' },
    { policy: 'next-layer' },
    { policy: 'previous-token', distance: 1, budget: 2 },
    { policy: 'popularity', distance: 2, widen: 2, budget: 5 },
    { policy: 'markov', distance: 1, widen: 1.5, budget: 99 },
    { policy: 'gate-lookahead', distance: 1, widen: 2, budget: 3, recall: 0.5 },
    { policy: 'certain', layers: 2 },
    { policy: 'oracle', distance: 3, budget: 2 },
  ];
  it('is among those tried here', () => {
    expect(specs.map(({ policy }) => policy).sort()).toEqual(Object.keys(prefetchers).sort());
  });

  const shape = { layers: 4, experts: 12, topK: 3, prompt: 3, tokens: 6 };
  const drawn = (seed: string): RoutedTruth => {
    const random = seedrandom.xor4096(seed);
    const rows = Array.from({ length: (shape.prompt + shape.tokens) * shape.layers }, () =>
      Array.from({ length: shape.experts }, (_, e) => ({ e, key: random() }))
        .sort((a, b) => a.key - b.key)
        .slice(0, shape.topK)
        .map(({ e }) => e),
    );
    return { ...shape, expertAt: (t, layer, k) => rows[(t + shape.prompt) * shape.layers + layer][k] };
  };

  it.each(specs)('$policy names distinct experts ahead, within its budget', (spec) => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const prefetcher = createPrefetcher(spec, drawn(seed), seedrandom.xor4096(seed));
        for (let token = 0; token < shape.tokens; token++) {
          for (let layer = 0; layer < shape.layers; layer++) {
            const plans = planOf((plan) => prefetcher.predict(token, layer, plan));
            const keys = plans.map(([t, l, e]) => `${t} ${l} ${e}`);
            expect(new Set(keys).size).toBe(keys.length);
            for (const [t, l, e] of plans) {
              expect(t * shape.layers + l).toBeGreaterThan(token * shape.layers + layer);
              expect(t < shape.tokens && l < shape.layers && e >= 0 && e < shape.experts).toBe(true);
              const sameLayer = plans.filter((other) => other[0] === t && other[1] === l).length;
              if ('budget' in spec) expect(sameLayer).toBeLessThanOrEqual(spec.budget);
            }
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  /** The score of each expert of the layer `distance` ahead, from what is known at (token, layer). */
  const learned = (policy: string, truth: RoutedTruth, token: number, layer: number, distance: number) => {
    const rowOf = (t: number, l: number) =>
      Array.from({ length: truth.topK }, (_, k) => truth.expertAt(t, l, k));
    const before: number[] = [];
    for (let t = -truth.prompt; t < token; t++) before.push(t);
    return Array.from({ length: truth.experts }, (_, expert) => {
      const led = before.filter((t) => rowOf(t, layer + distance).includes(expert));
      if (policy === 'popularity') return led.length;
      return rowOf(token, layer).reduce((sum, from) => {
        const chosen = before.filter((t) => rowOf(t, layer).includes(from)).length;
        return sum + (chosen && led.filter((t) => rowOf(t, layer).includes(from)).length / chosen);
      }, 0);
    });
  };

  it.each(['popularity', 'markov'] as const)('%s ranks by all that is known', (policy) => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 3 }), (seed, distance) => {
        const truth = drawn(seed);
        const prefetcher = createPrefetcher({ policy, distance, widen: 4, budget: 99 }, truth, unused);
        for (let token = 0; token < shape.tokens; token++) {
          for (let layer = 0; layer < shape.layers; layer++) {
            const named = planOf((plan) => prefetcher.predict(token, layer, plan)).map(([, , e]) => e);
            if (layer + distance >= shape.layers) {
              expect(named).toEqual([]);
              continue;
            }
            // Sums that are equal on paper may differ in their last digit: scores are compared, not who of equals is first.
            const scores = learned(policy, truth, token, layer, distance).map((x) =>
              Number(x.toPrecision(9)),
            );
            const best = scores.filter((score) => score > 0).sort((x, y) => y - x);
            expect(named.map((expert) => scores[expert])).toEqual(best);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it.each(
    specs.filter(({ policy }) => !prefetchers[policy].clairvoyant),
  )('$policy does not look at routing that is not known yet', (spec) => {
    fc.assert(
      fc.property(fc.string(), fc.nat(5), fc.nat(3), (seed, token, layer) => {
        const truth = drawn(seed);
        const known = (t: number, l: number) => t < token || (t === token && l <= layer);
        const guarded: RoutedTruth = {
          ...truth,
          expertAt(t, l, k) {
            if (!known(t, l)) throw new Error(`looked at token ${t}, layer ${l}`);
            return truth.expertAt(t, l, k);
          },
        };
        const open = createPrefetcher(spec, truth, unused);
        const blind = createPrefetcher(spec, guarded, unused);
        expect(planOf((plan) => blind.predict(token, layer, plan))).toEqual(
          planOf((plan) => open.predict(token, layer, plan)),
        );
      }),
      { numRuns: 50 },
    );
  });
});
