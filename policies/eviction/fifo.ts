/**
 * FIFO: evicts the object inserted first; a hit changes nothing.
 *
 * Source: Belady, Nelson, Shedler, "An anomaly in space-time characteristics of certain programs running in a paging
 * machine", CACM 12(6), 1969 (more memory may give more misses).
 */

import { BoundedCache } from './bounded-cache.ts';
import { definePolicy } from './definition.ts';
import { Lists } from './lists.ts';
import type { PolicyOptions } from './policy.ts';

export class Fifo extends BoundedCache {
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
    if (this.resident[id] === 1) return true;
    this.admit(id);
    return false;
  }

  hit(): void {}

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

export const fifo = definePolicy({
  name: 'fifo',
  version: 1,
  description:
    'First in, first out: evicts the object inserted first. Subject to the anomaly of Belady, Nelson, Shedler, ' +
    'CACM 12(6), 1969: more capacity may give more misses.',
  create: (options) => new Fifo(options),
});
