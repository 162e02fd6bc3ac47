/**
 * What a generator must reproduce, measured alike on the recording and on generated tokens: miss ratios of LRU and MIN
 * (cold cache, fractions of all experts), reuse at some lags, and the share of accesses that are an expert's first.
 */
import { createPolicy, futureOf } from '../../../policies/index.ts';
import { accessIds, type RoutedTokens, tokenRange } from '../routed-tokens.ts';
import { choiceBits, meanOverLayers, reuseByLag } from '../statistics/reuse.ts';
import { lruMissRatios, reuseDistances } from '../statistics/reuse-distance.ts';

export const FRACTIONS = [0.05, 0.125, 0.25, 0.5];
export const LAGS = [1, 2, 4, 8, 16, 32, 64];

export interface Targets {
  /** LRU and MIN miss ratios at FRACTIONS. */
  readonly lru: number[];
  readonly min: number[];
  /** Mean over layers at those of LAGS below 0.6 of the tokens. */
  readonly reuse: number[];
  /** First accesses / accesses: the miss ratio of a cache that holds everything. */
  readonly compulsory: number;
}

export function targetsOf(routed: RoutedTokens): Targets {
  const ids = accessIds(routed);
  const objects = routed.layers * routed.experts;
  const capacities = FRACTIONS.map((fraction) => Math.floor(fraction * objects));
  const distances = reuseDistances(ids, objects);
  const future = futureOf(ids, objects);
  const min = capacities.map((capacity) => {
    const policy = createPolicy('min', { capacity, objects, future });
    return 1 - policy.accessMany(ids, 0, ids.length) / ids.length;
  });
  const lags = LAGS.filter((lag) => lag < 0.6 * routed.tokens);
  const reuse = reuseByLag(choiceBits(routed), lags).map(meanOverLayers);
  return {
    lru: lruMissRatios(distances, capacities),
    min,
    reuse,
    compulsory: distances.histogram[0] / ids.length,
  };
}

/** Mean of the targets of evenly spaced windows, all tokens covered as far as `most` windows reach. */
export function windowTargets(routed: RoutedTokens, length: number, most: number): Targets {
  const windows = Math.min(most, Math.ceil(routed.tokens / length));
  const starts = Array.from({ length: windows }, (_, w) =>
    windows === 1 ? 0 : Math.round((w * (routed.tokens - length)) / (windows - 1)),
  );
  return meanTargets(starts.map((start) => targetsOf(tokenRange(routed, start, start + length))));
}

export function meanTargets(all: readonly Targets[]): Targets {
  const mean = (pick: (targets: Targets) => number) =>
    all.reduce((sum, one) => sum + pick(one), 0) / all.length;
  const each = (name: 'lru' | 'min' | 'reuse') => all[0][name].map((_, i) => mean((one) => one[name][i]));
  return {
    lru: each('lru'),
    min: each('min'),
    reuse: each('reuse'),
    compulsory: mean((one) => one.compulsory),
  };
}

/** As one vector, each number scaled by how much a miss of it counts. */
export function targetVector({ lru, min, reuse, compulsory }: Targets): number[] {
  return [...lru, ...min, ...reuse.map((r, i) => r * REUSE_WEIGHT[i]), compulsory];
}
/** Reuse at neighbouring and at far lags says most; those between follow from them. */
const REUSE_WEIGHT = [1.5, 0.5, 0.5, 1, 0.5, 0.5, 1];
