/**
 * The misses of MIN by another algorithm than MIN's: interval scheduling instead of a priority.
 *
 * A request at j hits if its object was kept since its request at i. Between them every request needs one place for
 * itself (admission is forced), so at most capacity - 1 kept objects may span it. Taking the intervals in order of
 * their ends, and each one that still fits everywhere, keeps the most (Jain, Lin, "Back to the future: leveraging
 * Belady's algorithm for improved cache replacement", ISCA 2016: OPTgen). The occupancy is a segment tree with range
 * addition and range maximum.
 */
export function missesOfMin(ids: ArrayLike<number>, capacity: number): number {
  const tree = new MaxTree(ids.length);
  const last = new Map<number, number>();
  let misses = 0;
  for (let j = 0; j < ids.length; j++) {
    const i = last.get(ids[j]);
    last.set(ids[j], j);
    if (i === undefined || tree.max(i + 1, j) >= capacity - 1) misses++;
    else tree.add(i + 1, j);
  }
  return capacity < 1 ? ids.length : misses;
}

class MaxTree {
  private readonly most: Int32Array;
  private readonly added: Int32Array;
  private readonly width: number;

  constructor(length: number) {
    this.width = 2 ** Math.ceil(Math.log2(Math.max(2, length)));
    this.most = new Int32Array(2 * this.width);
    this.added = new Int32Array(2 * this.width);
  }

  /** The largest value in [from, to), or -1 of nothing. */
  max(from: number, to: number, node = 1, low = 0, high = this.width): number {
    if (from >= high || to <= low || from >= to) return -1;
    if (from <= low && high <= to) return this.most[node];
    const middle = (low + high) / 2;
    const left = this.max(from, to, 2 * node, low, middle);
    const right = this.max(from, to, 2 * node + 1, middle, high);
    const inner = Math.max(left, right);
    return inner < 0 ? -1 : inner + this.added[node];
  }

  /** Adds 1 to each value in [from, to). */
  add(from: number, to: number, node = 1, low = 0, high = this.width): void {
    if (from >= high || to <= low) return;
    if (from <= low && high <= to) {
      this.most[node]++;
      this.added[node]++;
      return;
    }
    const middle = (low + high) / 2;
    this.add(from, to, 2 * node, low, middle);
    this.add(from, to, 2 * node + 1, middle, high);
    this.most[node] = Math.max(this.most[2 * node], this.most[2 * node + 1]) + this.added[node];
  }
}
