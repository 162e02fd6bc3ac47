/**
 * Reuse (stack) distance of each access: distinct objects touched since the last access to the same object, itself
 * included; an LRU cache of capacity C hits exactly the accesses of distance at most C (Mattson et al. 1970). One pass,
 * O(log n) an access with a Fenwick tree over time (Bennett and Kruskal 1975), rebuilt when full, so that memory grows
 * with the number of objects and not with the trace.
 */

export interface ReuseDistances {
  /** Accesses of distance d at index d; index 0 counts first accesses. */
  readonly histogram: Uint32Array;
  readonly accesses: number;
}

/** @param ids dense object ids from 0 to objects - 1 */
export function reuseDistances(ids: Uint32Array, objects: number): ReuseDistances {
  const size = Math.max(1024, 4 * objects);
  const tree = new Int32Array(size + 1);
  const lastAt = new Int32Array(objects).fill(-1);
  const histogram = new Uint32Array(objects + 1);
  let now = 0;
  let live = 0;

  const add = (at: number, value: number) => {
    for (let i = at + 1; i <= size; i += i & -i) tree[i] += value;
  };
  const before = (at: number) => {
    let total = 0;
    for (let i = at; i > 0; i -= i & -i) total += tree[i];
    return total;
  };
  /** Renumbers the last accesses 0, 1, … in order. */
  const compact = () => {
    const order = [...lastAt.keys()].filter((id) => lastAt[id] >= 0).sort((a, b) => lastAt[a] - lastAt[b]);
    tree.fill(0);
    order.forEach((id, at) => {
      lastAt[id] = at;
      add(at, 1);
    });
    now = order.length;
  };

  for (const id of ids) {
    if (now === size) compact();
    const at = lastAt[id];
    if (at < 0) {
      histogram[0]++;
      live++;
    } else {
      histogram[live - before(at)]++;
      add(at, -1);
    }
    add(now, 1);
    lastAt[id] = now++;
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
