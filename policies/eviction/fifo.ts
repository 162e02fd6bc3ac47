/**
 * FIFO: evicts the object inserted first; a hit changes nothing.
 *
 * Source: Belady, Nelson, Shedler, "An anomaly in space-time characteristics of certain programs running in a paging
 * machine", CACM 12(6), 1969 (more memory may give more misses).
 */
import { BoundedCache } from './bounded-cache.ts';
import { definePolicy } from './definition.ts';
import { Lists, pushFront, unlink } from './lists.ts';
import type { PolicyOptions } from './policy.ts';

export class Fifo extends BoundedCache {
  protected readonly queue: Lists;
  protected readonly end: number;

  constructor(options: PolicyOptions) {
    super(options);
    this.queue = new Lists(options.objects, 1);
    this.end = this.queue.sentinel(0);
  }

  hit(_id: number): void {}

  admit(id: number): boolean {
    const size = this.sizeOf(id);
    if (!this.canFit(size)) return false;
    while (this.used + size > this.capacity) this.evict();
    this.queue.pushFront(this.end, id);
    this.enter(id, size);
    return true;
  }

  override accessMany(ids: Uint32Array, from: number, to: number): number {
    if (!this.isPlain()) return this.accessEach(ids, from, to);
    const { resident, end, capacity } = this;
    const { links } = this.queue;
    let { used, evictions } = this;
    let hits = 0;
    for (let i = from; i < to; i++) {
      const id = ids[i];
      if (resident[id] === 1) {
        hits++;
        continue;
      }
      if (used + 1 <= capacity) used++;
      else {
        const victim = links[end << 1];
        unlink(links, victim);
        resident[victim] = 0;
        evictions++;
      }
      resident[id] = 1;
      pushFront(links, end, id);
    }
    this.used = used;
    this.evictions = evictions;
    return hits;
  }

  protected detach(id: number): void {
    this.queue.unlink(id);
  }

  private evict(): void {
    let victim = this.queue.newer(this.end);
    while (this.guards[victim] !== 0) victim = this.queue.newer(victim);
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
