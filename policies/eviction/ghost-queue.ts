/**
 * A ghost queue: the ids of objects that left, oldest forgotten first, bounded by the size that they had. It holds no
 * object; a hit in it says that an object was evicted too early.
 */
import { Lists } from './lists.ts';

export class GhostQueue {
  readonly capacity: number;
  used = 0;
  private readonly queue: Lists;
  private readonly end: number;
  private readonly member: Uint8Array;
  private readonly sizes: Float64Array | null;

  constructor(objects: number, capacity: number, sizes: Float64Array | null) {
    this.capacity = capacity;
    this.queue = new Lists(objects, 1);
    this.end = this.queue.sentinel(0);
    this.member = new Uint8Array(objects);
    this.sizes = sizes;
  }

  /** From the newest to the oldest. */
  members(): number[] {
    return this.queue.members(this.end);
  }

  /** Remembers `id`, which must not be remembered already; an object larger than the whole queue is not. */
  add(id: number): void {
    const size = this.sizes === null ? 1 : this.sizes[id];
    if (size > this.capacity) return;
    while (this.used + size > this.capacity) this.remove(this.queue.newer(this.end));
    this.queue.pushFront(this.end, id);
    this.member[id] = 1;
    this.used += size;
  }

  /** Forgets `id`; true if it was remembered. */
  remove(id: number): boolean {
    if (this.member[id] === 0) return false;
    this.member[id] = 0;
    this.queue.unlink(id);
    this.used -= this.sizes === null ? 1 : this.sizes[id];
    return true;
  }
}
