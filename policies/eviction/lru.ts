/**
 * LRU: evicts the object whose last request is oldest.
 *
 * Source: Mattson, Gecsei, Slutz, Traiger, "Evaluation techniques for storage hierarchies", IBM Systems Journal 9(2),
 * 1970 (LRU is a stack algorithm: content at C is within content at C + 1).
 */

import { BoundedCache } from './bounded-cache.ts';
import { definePolicy } from './definition.ts';
import { Lists } from './lists.ts';
import type { PolicyOptions } from './policy.ts';

export class Lru extends BoundedCache {
  private readonly queue: Lists;
  private readonly end: number;

  constructor(options: PolicyOptions) {
    super(options);
    this.queue = new Lists(options.objects, 1);
    this.end = this.queue.sentinel(0);
  }

  accessMany(ids: Uint32Array, from: number, to: number): number {
    let hits = 0;
    for (let i = from; i < to; i++) if (this.access(ids[i])) hits++;
    return hits;
  }

  access(id: number): boolean {
    if (this.resident[id] === 1) {
      this.queue.moveToFront(this.end, id);
      return true;
    }
    this.admit(id);
    return false;
  }

  hit(id: number): void {
    this.queue.moveToFront(this.end, id);
  }

  admit(id: number): boolean {
    const size = this.sizeOf(id);
    if (!this.canFit(size)) return false;
    while (this.used + size > this.capacity) this.evict();
    this.queue.pushFront(this.end, id);
    this.enter(id, size);
    return true;
  }

  protected detach(id: number): void {
    this.queue.unlink(id);
  }

  private evict(): void {
    let victim = this.queue.prev[this.end];
    if (this.guarded !== 0) while (this.guards[victim] !== 0) victim = this.queue.prev[victim];
    this.queue.unlink(victim);
    this.evicted(victim);
  }
}

export const lru = definePolicy({
  name: 'lru',
  version: 1,
  description:
    'Least recently used: evicts the object whose last request is oldest. Mattson, Gecsei, Slutz, Traiger, ' +
    'IBM Systems Journal 9(2), 1970.',
  create: (options) => new Lru(options),
});
