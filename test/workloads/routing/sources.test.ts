/** Sources of routing: shape, determinism, and the laws that each must obey. */
import fc from 'fast-check';
import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { createPolicy } from '../../../policies/index.ts';
import {
  accessIds,
  createRoutingSource,
  emptyRouting,
  generateRouting,
  NOT_RECORDED,
  type RoutedTokens,
  type RoutingModel,
  rowOf,
  tokenRange,
} from '../../../workloads/routing/index.ts';
import { limitGroups, topK } from '../../../workloads/routing/top-k.ts';
import { property } from '../../property.ts';

const stream = (seed: string) => seedrandom.xor4096(seed) as () => number;

const model = (changes: Partial<RoutingModel> = {}): RoutingModel => ({
  layers: 3,
  topK: 4,
  experts: 32,
  order: 'ranked',
  rank: 6,
  skew: 0.3,
  tokenCorrelation: [0.4, 0.1],
  context: [{ tokens: 64, share: 1 }],
  layerShares: Array.from({ length: 3 }, () => ({ static: 0.3, context: 0.1, token: 0.4 })),
  ...changes,
});

const recorded: RoutedTokens = {
  tokens: 3,
  layers: 1,
  topK: 2,
  experts: 8,
  ids: Uint16Array.of(0, 1, 2, 3, 4, 5),
};

describe('every generator', () => {
  const kinds = [
    { kind: 'uniform', layers: 3, topK: 4, experts: 32 },
    { kind: 'synthetic', model: model() },
    { kind: 'synthetic', model: model({ order: 'ascending', groups: { count: 8, chosen: 4 } }) },
    { kind: 'synthetic', model: model({ tokenCorrelation: [], context: [] }) },
  ] as const;

  it.each(kinds)('chooses topK distinct experts: %o', (options) => {
    const routed = generateRouting(options, 50, stream('a'));
    expect(routed).toMatchObject({ tokens: 50, layers: 3, topK: 4, experts: 32 });
    for (let row = 0; row < 50 * 3; row++) {
      const ids = [...routed.ids.subarray(row * 4, row * 4 + 4)];
      expect(new Set(ids).size).toBe(4);
      expect(Math.max(...ids)).toBeLessThan(32);
    }
  });

  it.each(
    kinds,
  )('depends on the seed alone, not on how many tokens are asked for at a time: %o', (options) => {
    const whole = generateRouting(options, 20, stream('b'));
    const source = createRoutingSource(options, stream('b'));
    const parts = [source.next(3), source.next(0), source.next(17)];
    expect(parts.flatMap(({ ids }) => [...ids])).toEqual([...whole.ids]);
    expect(generateRouting(options, 20, stream('c')).ids).not.toEqual(whole.ids);
  });
});

describe('uniform', () => {
  it('gives each expert its share', () => {
    const { ids } = generateRouting(
      { kind: 'uniform', layers: 1, topK: 4, experts: 16 },
      20_000,
      stream('u'),
    );
    const counts = new Float64Array(16);
    for (const id of ids) counts[id]++;
    // 5,000 expected, standard deviation sqrt(20000 · 1/4 · 3/4) = 61
    for (const count of counts) expect(Math.abs(count - 5000)).toBeLessThan(5 * 61);
  });

  /** Hits of a policy over the trace's second half, capacity in objects. */
  const hitRatio = (ids: Uint32Array, objects: number, policy: string, capacity: number) => {
    const cache = createPolicy(policy, { capacity, objects, random: stream('evict') });
    const half = ids.length >> 1;
    cache.accessMany(ids, 0, half);
    return cache.accessMany(ids, half, ids.length) / (ids.length - half);
  };

  it.each([
    'lru',
    'fifo',
    'clock',
    'lfu',
    'random',
  ])('independent draws with replacement hit capacity / N under %s: no forced-admission policy can do better or worse', (policy) => {
    const random = stream('iid');
    const ids = Uint32Array.from({ length: 400_000 }, () => Math.floor(random() * 200));
    for (const capacity of [20, 100]) {
      const p = capacity / 200;
      const error = Math.sqrt((p * (1 - p)) / 200_000);
      expect(Math.abs(hitRatio(ids, 200, policy, capacity) - p)).toBeLessThan(4 * error);
    }
  });

  /**
   * Distinct top-k draws are not independent: an expert cannot come back within its own token. A case that can be worked
   * out: one layer, LRU of capacity k. At the start of a token it holds exactly the token before. Choice i (from 0) is one
   * of n - i experts, equally likely; it hits if it is one of the old ones neither chosen nor evicted yet; a miss evicts
   * the least recent, which is such an old one. The chance follows by running over the states (chosen, evicted).
   */
  const lruOfK = (k: number, n: number) => {
    let states = new Map<string, number>([['0,0', 1]]);
    let hits = 0;
    for (let i = 0; i < k; i++) {
      const after = new Map<string, number>();
      const add = (key: string, p: number) => after.set(key, (after.get(key) ?? 0) + p);
      for (const [key, p] of states) {
        const [chosen, evicted] = key.split(',').map(Number);
        const held = k - chosen - evicted;
        const hit = held / (n - i);
        hits += p * hit;
        add(`${chosen + 1},${evicted}`, p * hit);
        add(`${chosen},${evicted + 1}`, p * (1 - hit));
      }
      states = after;
    }
    return hits / k;
  };

  it('distinct top-k draws give another value: LRU of capacity topK, worked out exactly', () => {
    const [k, n] = [6, 24];
    const routed = generateRouting({ kind: 'uniform', layers: 1, topK: k, experts: n }, 60_000, stream('d'));
    const expected = lruOfK(k, n);
    const measured = hitRatio(accessIds(routed), n, 'lru', k);
    const error = Math.sqrt((expected * (1 - expected)) / 180_000);
    expect(Math.abs(measured - expected)).toBeLessThan(4 * error);
    expect(Math.abs(expected - k / n)).toBeGreaterThan(20 * error);
  });
});

describe('synthetic', () => {
  it('without any structure is uniform', () => {
    const none = { static: 0, context: 0, token: 0 };
    const flat = model({ layerShares: [none, none, none] });
    const { ids } = generateRouting({ kind: 'synthetic', model: flat }, 20_000, stream('s'));
    const counts = new Float64Array(32);
    for (const id of ids) counts[id]++;
    // 3 layers x 20,000 tokens x 4/32
    for (const count of counts) expect(Math.abs(count - 7500)).toBeLessThan(5 * Math.sqrt(7500));
  });

  it('all static chooses the same experts for ever', () => {
    const all = { static: 1, context: 0, token: 0 };
    const routed = generateRouting(
      { kind: 'synthetic', model: model({ layerShares: [all, all, all] }) },
      9,
      stream('x'),
    );
    for (let t = 1; t < 9; t++)
      expect(tokenRange(routed, t, t + 1).ids).toEqual(tokenRange(routed, 0, 1).ids);
  });

  it('sources with equal weights are one model: static popularity is the same in both texts', () => {
    const all = { static: 1, context: 0, token: 0 };
    const options = (seed: string) =>
      ({ kind: 'synthetic', model: model({ layerShares: [all, all, all] }), weights: stream(seed) }) as const;
    const [a, b, c] = [options('w'), options('w'), options('v')].map(
      (o, i) => generateRouting(o, 1, stream(`${i}`)).ids,
    );
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  it.each([
    [{ rank: 0 }, /rank is 0; allowed: 1 to 1024/],
    [{ skew: 3 }, /skew is 3/],
    [{ layerShares: [] }, /layerShares has 0 entries; allowed: 3/],
    [{ groups: { count: 5, chosen: 2 } }, /groups are 2 of 5/],
    [{ groups: { count: 32, chosen: 3 } }, /enough of them chosen to hold 4/],
    [{ tokenCorrelation: [1] }, /tokenCorrelation/],
    [{ context: [{ tokens: 0, share: 1 }] }, /context 0 tokens/],
    [{ topK: 33 }, /topK is 33; allowed: 1 to experts \(32\)/],
  ] as [Partial<RoutingModel>, RegExp][])('refuses %o', (changes, message) => {
    expect(() => generateRouting({ kind: 'synthetic', model: model(changes) }, 1, stream('e'))).toThrow(
      message,
    );
  });
});

describe('top-k', () => {
  property([fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 20 }), fc.nat()])(
    'is a sort, ties to the lower id',
    (values, seed) => {
      const k = 1 + (seed % values.length);
      const into = new Uint16Array(k + 2);
      topK(Float64Array.from(values), k, into, 1);
      const sorted = [...values.keys()].sort((a, b) => values[b] - values[a] || a - b);
      expect([...into.subarray(1, k + 1)]).toEqual(sorted.slice(0, k));
    },
  );

  it('keeps the groups with the highest sum of two', () => {
    const scores = Float64Array.of(9, 0, 5, 5, 1, 7, 6, 1);
    limitGroups(scores, { count: 4, chosen: 2 });
    const none = Number.NEGATIVE_INFINITY;
    expect([...scores]).toEqual([9, 0, 5, 5, none, none, none, none]);
  });
});

describe('replay', () => {
  it('gives the recording, again from its start, or refuses', () => {
    const repeat = createRoutingSource({ kind: 'replay', recorded, atEnd: 'repeat' }, stream('r'));
    expect([...repeat.next(2).ids, ...repeat.next(3).ids]).toEqual([0, 1, 2, 3, 4, 5, 0, 1, 2, 3]);
    const refuse = createRoutingSource({ kind: 'replay', recorded, atEnd: 'refuse' }, stream('r'));
    refuse.next(3);
    expect(() => refuse.next(1)).toThrow(/4 tokens of routing are needed and 3 were recorded/);
  });
});

describe('routed tokens', () => {
  it('become object ids layer by layer, without rows that were not recorded', () => {
    const routed = {
      ...emptyRouting(2, { layers: 2, topK: 1, experts: 10 }),
      ids: Uint16Array.of(3, NOT_RECORDED, 4, 5),
    };
    expect([...accessIds(routed)]).toEqual([3, 4, 15]);
    expect(rowOf(routed, 1, 1)).toBe(3);
  });
});
