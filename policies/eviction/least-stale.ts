/**
 * Least-Stale: a token visits the layers in order, so the layer just passed is the one whose experts are needed last.
 * The victim is the least recently requested object of the layer passed most recently; then the layer before it, and
 * so on back round to the layer that comes next. The layer of the latest request itself is in use and gives last.
 *
 * Source: Hoang et al., "SpecMD: a comprehensive study on speculative expert prefetching", arXiv 2602.03921, 2026, has
 * the idea and the name; the order within and between layers stated here is this project's.
 */
import { BoundedCache } from './bounded-cache.ts';
import { definePolicy } from './definition.ts';
import { Lists } from './lists.ts';
import type { PolicyOptions } from './policy.ts';

export class LeastStale extends BoundedCache {
  private readonly layerOf: Uint16Array;
  private readonly layers: number;
  /** One LRU list a layer. */
  private readonly queue: Lists;
  private current = 0;

  constructor(options: PolicyOptions) {
    super(options);
    this.layerOf = options.layers!;
    this.layers = this.layerOf.reduce((most, layer) => Math.max(most, layer), 0) + 1;
    this.queue = new Lists(options.objects, this.layers);
  }

  hit(id: number): void {
    this.current = this.layerOf[id];
    this.queue.moveToFront(this.queue.sentinel(this.current), id);
  }

  /** A prefetched object of a coming layer does not move the current one. */
  admit(id: number, prefetched = false): boolean {
    if (!prefetched) this.current = this.layerOf[id];
    const size = this.sizeOf(id);
    if (!this.canFit(size)) return false;
    while (this.used + size > this.capacity) this.evict();
    this.queue.pushFront(this.queue.sentinel(this.layerOf[id]), id);
    this.enter(id, size);
    return true;
  }

  override skip(id: number): void {
    this.current = this.layerOf[id];
  }

  protected detach(id: number): void {
    this.queue.unlink(id);
  }

  private evict(): void {
    for (let back = 1; back <= this.layers; back++) {
      const end = this.queue.sentinel((this.current - back + this.layers) % this.layers);
      let victim = this.queue.newer(end);
      while (victim !== end && this.guards[victim] !== 0) victim = this.queue.newer(victim);
      if (victim === end) continue;
      this.queue.unlink(victim);
      this.evicted(victim);
      return;
    }
  }
}

export const leastStale = definePolicy({
  name: 'least-stale',
  version: 1,
  description:
    'Evicts from the layer that the token passed most recently, which is needed again last; least recently requested ' +
    'first within it; the current layer last of all. Idea: Hoang et al., arXiv 2602.03921, 2026.',
  needsLayers: true,
  create: (options) => new LeastStale(options),
});
