/**
 * Reuse (stack) distance of each access: distinct objects touched since the last access to the same object, itself
 * included; an LRU cache of capacity C hits exactly the accesses of distance at most C.
 */
import { LruStack } from '../../stack-distances.ts';

export interface ReuseDistances {
  /** Accesses of distance d at index d; index 0 counts first accesses. */
  readonly histogram: Uint32Array;
  readonly accesses: number;
}

/** @param ids dense object ids from 0 to objects - 1 */
export function reuseDistances(ids: Uint32Array, objects: number): ReuseDistances {
  const stack = new LruStack(objects);
  const histogram = new Uint32Array(objects + 1);
  for (const id of ids) {
    const depth = stack.depthOf(id);
    histogram[depth === Number.POSITIVE_INFINITY ? 0 : depth]++;
    stack.touch(id);
  }
  return { histogram, accesses: ids.length };
}

/** Miss ratio of LRU at each capacity (in objects), cold start. */
export function lruMissRatios(
  { histogram, accesses }: ReuseDistances,
  capacities: readonly number[],
): number[] {
  return capacities.map((capacity) => {
    let hits = 0;
    const deepest = Math.min(capacity, histogram.length - 1);
    for (let d = 1; d <= deepest; d++) hits += histogram[d];
    return (accesses - hits) / accesses;
  });
}
