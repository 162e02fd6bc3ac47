/**
 * Doubly linked lists of objects in typed arrays: the queues of LRU, FIFO, SIEVE, S3-FIFO, ARC, ...
 *
 * Several circular lists share one pair of arrays. Ids 0 .. objects-1 are the members, `sentinel(k)` = objects + k
 * stands for list k: the node after it is the front (newest), the node before it the back (oldest). An object is in at
 * most one list at a time, so that a queue and its ghost queue need no second pair.
 */
export class Lists {
  /** Towards the front (newer). */
  readonly prev: Int32Array;
  /** Towards the back (older). */
  readonly next: Int32Array;
  readonly objects: number;

  constructor(objects: number, lists: number) {
    this.objects = objects;
    this.prev = new Int32Array(objects + lists);
    this.next = new Int32Array(objects + lists);
    for (let node = objects; node < objects + lists; node++) this.prev[node] = this.next[node] = node;
  }

  sentinel(list: number): number {
    return this.objects + list;
  }

  pushFront(sentinel: number, id: number): void {
    const first = this.next[sentinel];
    this.prev[id] = sentinel;
    this.next[id] = first;
    this.prev[first] = id;
    this.next[sentinel] = id;
  }

  unlink(id: number): void {
    const before = this.prev[id];
    const after = this.next[id];
    this.next[before] = after;
    this.prev[after] = before;
  }

  moveToFront(sentinel: number, id: number): void {
    this.unlink(id);
    this.pushFront(sentinel, id);
  }

  /** The members of a list from the newest to the oldest; for inspection, not for hot loops. */
  members(sentinel: number): number[] {
    const ids: number[] = [];
    for (let id = this.next[sentinel]; id !== sentinel; id = this.next[id]) ids.push(id);
    return ids;
  }
}
