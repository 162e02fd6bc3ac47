/**
 * An indexed binary min-heap of objects: lowest rank first, among equals the one ranked longest ago.
 *
 * The order of ranking is a counter, so (rank, order) never ties and the heap needs no other rule.
 */
export class RankHeap {
  size = 0;
  readonly rank: Float64Array;
  private readonly order: Float64Array;
  private readonly heap: Int32Array;
  private readonly place: Int32Array;
  private sequence = 0;
  private readonly setAside: number[] = [];

  constructor(objects: number) {
    this.rank = new Float64Array(objects);
    this.order = new Float64Array(objects);
    this.heap = new Int32Array(objects);
    this.place = new Int32Array(objects).fill(-1);
  }

  has(id: number): boolean {
    return this.place[id] >= 0;
  }

  /** Inserts `id`, the last among its equals. */
  add(id: number, rank: number): void {
    this.rank[id] = rank;
    this.order[id] = this.sequence++;
    this.rise(this.size++, id);
  }

  /** Ranks `id` anew, the last among its equals. */
  update(id: number, rank: number): void {
    this.order[id] = this.sequence++;
    this.adjust(id, rank);
  }

  /** Changes the rank of `id`, which keeps its seniority among its new equals. */
  adjust(id: number, rank: number): void {
    const before = this.rank[id];
    this.rank[id] = rank;
    if (rank < before) this.rise(this.place[id], id);
    else this.sink(this.place[id], id);
  }

  delete(id: number): void {
    const at = this.place[id];
    const last = this.heap[--this.size];
    this.place[id] = -1;
    if (last === id) return;
    this.rise(at, last);
    this.sink(this.place[last], last);
  }

  /** The lowest rank, or -Infinity of an empty heap. */
  lowestRank(): number {
    return this.size === 0 ? -Infinity : this.rank[this.heap[0]];
  }

  /** The lowest object with guards[id] = 0, or -1. It stays in the heap. */
  lowest(guards: Uint16Array): number {
    let found = -1;
    while (this.size > 0) {
      const id = this.heap[0];
      if (guards[id] === 0) {
        found = id;
        break;
      }
      this.setAside.push(id);
      this.delete(id);
    }
    for (const id of this.setAside) this.rise(this.size++, id);
    this.setAside.length = 0;
    return found;
  }

  private before(a: number, b: number): boolean {
    const difference = this.rank[a] - this.rank[b];
    return difference < 0 || (difference === 0 && this.order[a] < this.order[b]);
  }

  private rise(at: number, id: number): void {
    const { heap, place } = this;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.before(id, heap[parent])) break;
      heap[at] = heap[parent];
      place[heap[at]] = at;
      at = parent;
    }
    heap[at] = id;
    place[id] = at;
  }

  private sink(at: number, id: number): void {
    const { heap, place, size } = this;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && this.before(heap[child + 1], heap[child])) child++;
      if (!this.before(heap[child], id)) break;
      heap[at] = heap[child];
      place[heap[at]] = at;
      at = child;
    }
    heap[at] = id;
    place[id] = at;
  }
}
