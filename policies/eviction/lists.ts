/**
 * Doubly linked lists of objects in one typed array: the queues of LRU, FIFO, SIEVE, S3-FIFO, ARC, ...
 *
 * Several circular lists share the array. Ids 0 .. objects-1 are the members, `sentinel(k)` = objects + k stands for
 * list k: its older neighbour is the front (newest), its newer one the back (oldest). An object is in at most one list
 * at a time. The two links of a node lie side by side, so that following and changing them touches one cache line; hot
 * loops work on `links` itself.
 */
export class Lists {
  /** links[2 id]: the newer neighbour, towards the front; links[2 id + 1]: the older one. */
  readonly links: Int32Array;
  private readonly objects: number;

  constructor(objects: number, lists: number) {
    this.objects = objects;
    this.links = new Int32Array(2 * (objects + lists));
    for (let node = objects; node < objects + lists; node++) this.alone(node);
  }

  sentinel(list: number): number {
    return this.objects + list;
  }

  newer(id: number): number {
    return this.links[id << 1];
  }

  older(id: number): number {
    return this.links[(id << 1) | 1];
  }

  /** Makes a circle of one node. */
  alone(id: number): void {
    this.links[id << 1] = id;
    this.links[(id << 1) | 1] = id;
  }

  /** Inserts `id` just behind `sentinel`, as the newest. */
  pushFront(sentinel: number, id: number): void {
    pushFront(this.links, sentinel, id);
  }

  unlink(id: number): void {
    unlink(this.links, id);
  }

  moveToFront(sentinel: number, id: number): void {
    this.unlink(id);
    this.pushFront(sentinel, id);
  }

  /** The members of a list from the newest to the oldest; for inspection, not for hot loops. */
  members(sentinel: number): number[] {
    const ids: number[] = [];
    for (let id = this.older(sentinel); id !== sentinel; id = this.older(id)) ids.push(id);
    return ids;
  }
}

/** Inserts `id` just behind `sentinel`, as the newest: for loops that hold `links` in a local. */
export function pushFront(links: Int32Array, sentinel: number, id: number): void {
  const first = links[(sentinel << 1) | 1];
  links[id << 1] = sentinel;
  links[(id << 1) | 1] = first;
  links[first << 1] = id;
  links[(sentinel << 1) | 1] = id;
}

export function unlink(links: Int32Array, id: number): void {
  const newer = links[id << 1];
  const older = links[(id << 1) | 1];
  links[(newer << 1) | 1] = older;
  links[older << 1] = newer;
}
