/**
 * The LRU stack of a sequence of requests: how deep an object lies. The depth of an object is the size of all objects
 * requested since it was, its own included; an LRU cache of capacity C holds exactly the objects of depth at most C, for
 * every C at once (Mattson, Gecsei, Slutz, Traiger, IBM Systems Journal 9(2), 1970). With unequal sizes this holds for
 * every C that no single object exceeds: the cache is the longest run from the top of the stack that fits.
 *
 * O(log n) a request with a Fenwick tree over time (Bennett and Kruskal 1975), rebuilt when full, so that memory grows
 * with the number of objects and not with the requests.
 */
export class LruStack {
  private readonly size: number;
  private readonly sizes: Float64Array | undefined;
  private readonly tree: Float64Array;
  private readonly lastAt: Int32Array;
  private now = 0;
  private total = 0;

  /** @param objects ids run from 0 to objects - 1 @param sizes of each object; absent: 1 */
  constructor(objects: number, sizes?: Float64Array) {
    this.size = Math.max(1024, 4 * objects);
    this.sizes = sizes;
    this.tree = new Float64Array(this.size + 1);
    this.lastAt = new Int32Array(objects).fill(-1);
  }

  /** Depth of the object; Infinity when it was never requested. */
  depthOf(id: number): number {
    const at = this.lastAt[id];
    if (at < 0) return Number.POSITIVE_INFINITY;
    let below = 0;
    for (let i = at; i > 0; i -= i & -i) below += this.tree[i];
    return this.total - below;
  }

  /** A request of the object: it goes to the top. */
  touch(id: number): void {
    if (this.now === this.size) this.compact();
    const size = this.sizes === undefined ? 1 : this.sizes[id];
    if (this.lastAt[id] < 0) this.total += size;
    else this.add(this.lastAt[id], -size);
    this.add(this.now, size);
    this.lastAt[id] = this.now++;
  }

  private add(at: number, value: number): void {
    for (let i = at + 1; i <= this.size; i += i & -i) this.tree[i] += value;
  }

  /** Renumbers the last requests 0, 1, … in order. */
  private compact(): void {
    const { lastAt } = this;
    const order = [...lastAt.keys()].filter((id) => lastAt[id] >= 0).sort((a, b) => lastAt[a] - lastAt[b]);
    this.tree.fill(0);
    order.forEach((id, at) => {
      lastAt[id] = at;
      this.add(at, this.sizes === undefined ? 1 : this.sizes[id]);
    });
    this.now = order.length;
  }
}
