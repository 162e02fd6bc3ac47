/**
 * Miss ratio over capacity on a run's own demand, replayed without timing and without prefetching, by the run's batch rule:
 * the run's policy, LRU, and MIN for the distance that is left.
 */
import type { Cache } from '../result.ts';
import { replayPolicy } from './demand.ts';
import { expertBytesOf } from './prepare.ts';
import type { Run } from './result-of.ts';

/** Capacities, in equal steps of the logarithm from a hundredth of all experts to all, beside the run's own. */
const STEPS = 10;
/** Longer demands are not replayed: it would take longer than the run's other results. */
const MOST_REQUESTS = 200_000;

export function missCurvesOf({ experiment, prepared, outcome }: Run): Cache['missRatioCurves'] {
  const { catalogue, sequence } = outcome;
  if (sequence.ids.length > MOST_REQUESTS) return undefined;
  const own = expertBytesOf(prepared.memory);
  const all = catalogue.bytes.reduce((sum, bytes) => sum + bytes, 0);
  const grid = Array.from({ length: STEPS + 1 }, (_, i) => Math.round(all * 100 ** (i / STEPS - 1)));
  const capacities = [...new Set([...grid, Math.min(own, all)])].sort((a, b) => a - b);
  const policies = [...new Set([experiment.cache.policy, 'lru', 'min'])];
  return policies.map((policy) => ({
    policy: policy === 'min' ? 'MIN' : policy,
    points: capacities.flatMap((cacheBytes): [number, number][] => {
      const counts = tried(() =>
        replayPolicy(policy, catalogue, sequence, { ...prepared.decode, cacheBytes }),
      );
      return counts ? [[cacheBytes, counts.misses / Math.max(1, counts.requests)]] : [];
    }),
  }));
}

/** Some policies refuse capacities too small for their parts. */
function tried<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
