/**
 * A lower bound of what any replacement policy must read when objects differ in size or in the cost of reading them.
 *
 * MIN is optimal only for equal sizes and costs; otherwise the optimum is NP-hard (Chrobak, Woeginger, Makino, Xu,
 * "Caching is hard", Algorithmica 63, 2012). This is the relaxation PFOO-L of Berger, Beckmann, Harchol-Balter,
 * "Practical bounds on optimal caching with variable object sizes", SIGMETRICS 2018:
 *
 * a hit at request j of an object last requested at i saves its cost and occupies size x (j - i) byte-requests of the
 * capacity x requests there are. Taking the intervals with the most cost per byte-request until the budget is spent,
 * the last one in part, saves at least as much as any feasible schedule, since a feasible one keeps within the capacity
 * at every request and so also in sum. Total cost minus that saving is therefore a lower bound for every policy,
 * clairvoyant ones, bypassing ones and prefetching ones included (a prefetch is a read too). The other side: `min`
 * replayed with sizes is one feasible schedule, so its cost is an upper bound of the optimum.
 */

import { NEVER } from './eviction/policy.ts';
import { futureOf } from './future.ts';

export interface BoundOptions {
  /** In objects, or in bytes where `sizes` is given. */
  readonly capacity: number;
  readonly objects: number;
  /** Bytes of each object; absent: 1. */
  readonly sizes?: Float64Array;
  /** Cost of reading each object, in any unit; absent: its size. */
  readonly costs?: Float64Array;
}

/** The least cost of misses over the trace `ids`, in the unit of `costs` (bytes, or objects, without them). */
export function missCostBound(
  ids: Uint32Array,
  { capacity, objects, sizes, costs = sizes }: BoundOptions,
): number {
  const { nextUse } = futureOf(ids, objects);
  const sizeOf = (id: number) => sizes?.[id] ?? 1;
  const costOf = (id: number) => costs?.[id] ?? 1;
  const footprint = (i: number) => sizeOf(ids[i]) * (nextUse[i] - i);
  const density = (i: number) => costOf(ids[i]) / footprint(i);

  let total = 0;
  for (const id of ids) total += costOf(id);
  const intervals = Uint32Array.from(nextUse.keys()).filter(
    (i) => nextUse[i] !== NEVER && sizeOf(ids[i]) <= capacity,
  );
  intervals.sort((a, b) => density(b) - density(a));
  let budget = capacity * ids.length;
  let saved = 0;
  for (const i of intervals) {
    const part = Math.min(1, budget / footprint(i));
    saved += part * costOf(ids[i]);
    budget -= part * footprint(i);
    if (budget <= 0) break;
  }
  return total - saved;
}
