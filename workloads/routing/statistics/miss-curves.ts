/**
 * Miss ratio against capacity: one global cache of experts of equal size, cold, accesses in recorded order, one at a time
 * (no batch rule). LRU from stack distances; LFU and MIN (Belady 1966) by the policies themselves.
 */
import { createPolicy, futureOf } from '../../../policies/index.ts';
import { accessIds, type RoutedTokens } from '../routed-tokens.ts';
import { lruMissRatios, reuseDistances } from './reuse-distance.ts';

export interface MissCurves {
  /** Objects. */
  readonly capacities: number[];
  readonly lru: number[];
  readonly lfu: number[];
  readonly min: number[];
}

/** @param fractions capacities as fractions of all experts of all layers */
export function missCurves(routed: RoutedTokens, fractions: readonly number[]): MissCurves {
  const ids = accessIds(routed);
  const objects = routed.layers * routed.experts;
  const capacities = fractions.map((fraction) => Math.floor(fraction * objects));
  const future = futureOf(ids, objects);
  const ratios = (name: string) =>
    capacities.map((capacity) => {
      const policy = createPolicy(name, { capacity, objects, future });
      return 1 - policy.accessMany(ids, 0, ids.length) / ids.length;
    });
  const lru = lruMissRatios(reuseDistances(ids, objects), capacities);
  return { capacities, lru, lfu: ratios('lfu'), min: ratios('min') };
}
