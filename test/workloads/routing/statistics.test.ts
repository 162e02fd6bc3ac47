/** Statistics of routing against slow definitions, and on measured traces against figures worked out independently. */

import { createReadStream } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPolicy } from '../../../policies/index.ts';
import { decodeTokens, loadRouting } from '../../../workloads/routing/formats/index.ts';
import { accessIds, type RoutedTokens, routingStatistics } from '../../../workloads/routing/index.ts';
import { missCurves } from '../../../workloads/routing/statistics/miss-curves.ts';
import {
  entropyBits,
  popularity,
  popularityDivergence,
} from '../../../workloads/routing/statistics/popularity.ts';
import { predictability } from '../../../workloads/routing/statistics/predictability.ts';
import { choiceBits, pairSpread, reuseByLag } from '../../../workloads/routing/statistics/reuse.ts';
import { lruMissRatios, reuseDistances } from '../../../workloads/routing/statistics/reuse-distance.ts';
import { workingSet } from '../../../workloads/routing/statistics/working-set.ts';
import { describeMeasured, measured } from '../../data.ts';
import { property } from '../../property.ts';

const EXPERTS = 40;
const routing = fc
  .array(
    fc.array(fc.uniqueArray(fc.integer({ min: 0, max: EXPERTS - 1 }), { minLength: 3, maxLength: 3 }), {
      minLength: 2,
      maxLength: 2,
    }),
    {
      minLength: 2,
      maxLength: 30,
    },
  )
  .map(
    (rows): RoutedTokens => ({
      tokens: rows.length,
      layers: 2,
      topK: 3,
      experts: EXPERTS,
      ids: Uint16Array.from(rows.flat(2)),
    }),
  );
const row = (r: RoutedTokens, t: number, l: number) => [
  ...r.ids.subarray((t * 2 + l) * 3, (t * 2 + l) * 3 + 3),
];

describe('against slow definitions', () => {
  property([routing])('reuse by lag', (routed) => {
    const lags = [1, 2, routed.tokens - 1].filter((lag) => lag < routed.tokens);
    const fast = reuseByLag(choiceBits(routed), lags);
    for (const [i, byLayer] of fast.entries()) {
      for (let l = 0; l < 2; l++) {
        let both = 0;
        for (let t = lags[i]; t < routed.tokens; t++) {
          both += row(routed, t, l).filter((e) => row(routed, t - lags[i], l).includes(e)).length;
        }
        expect(byLayer[l]).toBeCloseTo(both / (3 * (routed.tokens - lags[i])), 12);
      }
    }
  });

  property([
    fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 3000 }),
    fc.integer({ min: 1, max: 14 }),
  ])('LRU by stack distances is LRU by replay', (list, capacity) => {
    const ids = Uint32Array.from(list);
    const [ratio] = lruMissRatios(reuseDistances(ids, 13), [capacity]);
    const cache = createPolicy('lru', { capacity, objects: 13 });
    expect(ratio).toBeCloseTo(1 - cache.accessMany(ids, 0, ids.length) / ids.length, 12);
  });

  property([routing])('working set of the whole trace is its distinct experts', (routed) => {
    expect(workingSet(routed, [1, routed.tokens, routed.tokens + 1])).toEqual([
      6,
      new Set(accessIds(routed)).size,
      Number.NaN,
    ]);
  });

  property([routing])(
    'MIN misses no more than LRU, curves never rise, and all end in the compulsory misses',
    (routed) => {
      const { lru, lfu, min } = missCurves(routed, [0.1, 0.3, 1]);
      const compulsory = new Set(accessIds(routed)).size / routed.ids.length;
      for (let i = 0; i < 3; i++) expect(min[i]).toBeLessThanOrEqual(Math.min(lru[i], lfu[i]) + 1e-12);
      for (const curve of [lru, min]) expect(curve[1]).toBeLessThanOrEqual(curve[0]);
      for (const curve of [lru, lfu, min]) expect(curve[2]).toBeCloseTo(compulsory, 12);
    },
  );
});

describe('closed forms', () => {
  it('entropy and divergence', () => {
    expect(entropyBits([1, 1, 1, 1])).toBe(2);
    expect(popularityDivergence([Uint32Array.of(4, 0)], [Uint32Array.of(0, 9)])).toEqual([1]);
    expect(popularityDivergence([Uint32Array.of(4, 2)], [Uint32Array.of(2, 1)])[0]).toBeCloseTo(0, 12);
  });

  it('a layer that follows from the one before is predicted without error, popularity alone is not', () => {
    const ids = Uint16Array.from({ length: 400 }, (_, i) =>
      i % 2 === 0 ? (i / 2) % 10 : (((i - 1) / 2) % 10) + 10,
    );
    const routed = { tokens: 200, layers: 2, topK: 1, experts: 20, ids };
    expect(predictability(routed)).toEqual({ distance: 1, recall: [1], popularityRecall: [0.1] });
  });

  it('layers that move together spread the likeness of pairs, independent ones do not', () => {
    const layers = 64;
    const same = Uint16Array.from({ length: 100 * layers }, (_, i) => Math.floor(i / layers) % 2);
    const apart = Uint16Array.from(
      { length: 100 * layers },
      (_, i) => (Math.floor(i / layers) >> ((i % layers) % 6)) & 1,
    );
    const shape = { tokens: 100, layers, topK: 1, experts: 2 };
    expect(pairSpread(choiceBits({ ...shape, ids: same }), 50)).toBeGreaterThan(0.49);
    expect(pairSpread(choiceBits({ ...shape, ids: apart }), 50)).toBeLessThan(0.3);
  });
});

describeMeasured('measured routing', ['routing/qwen3-30b.route.csv.gz', 'routing/olmoe-299.jsonl'], () => {
  it('Qwen3-30B: miss ratios and reuse as worked out by another program', async () => {
    const path = 'routing/qwen3-30b.route.csv.gz';
    const routed = decodeTokens(await loadRouting(createReadStream(measured(path)), { file: path }));
    const { lru, min } = missCurves(routed, [0.05, 0.125, 0.25, 0.5]);
    const rounded = (values: number[]) => values.map((x) => Math.round(x * 1000) / 1000);
    expect(rounded(lru)).toEqual([0.623, 0.422, 0.184, 0.083]);
    expect(rounded(min)).toEqual([0.424, 0.215, 0.105, 0.083]);
    const reuse = routingStatistics(routed).reuse.map((one) => one.mean);
    expect(rounded(reuse.slice(0, 4))).toEqual([0.38, 0.289, 0.277, 0.267]);
  });

  it('OLMoE: early layers are nearer to uniform, and neighbouring tokens alike', async () => {
    const path = 'routing/olmoe-299.jsonl';
    const routed = await loadRouting(createReadStream(measured(path)), { file: path });
    const { entropyBits: bits } = popularity(routed);
    expect(bits[0]).toBeGreaterThan(bits[8]);
    expect(bits.every((b) => b > 0 && b < 6)).toBe(true);
    const { reuse, uniformReuse, predictability: layers } = routingStatistics(routed);
    expect(reuse[0].mean).toBeGreaterThan(3 * uniformReuse);
    // Layers are correlated: the one before predicts better than popularity.
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    expect(mean(layers[0].recall)).toBeGreaterThan(mean(layers[0].popularityRecall));
  });
});
