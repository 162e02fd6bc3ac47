/**
 * Static pin + LRU: the objects known to be most popular, as many as fit in a share of the capacity, are never evicted
 * once they have been read; their place is reserved from the start. All others share the rest by LRU.
 *
 * Popularity comes from outside: an importance matrix, an earlier run, or the trace itself (then it is clairvoyant).
 * Equally popular objects are pinned in ascending id.
 */
import { number } from '../definition.ts';
import { BoundedCache } from './bounded-cache.ts';
import { definePolicy } from './definition.ts';
import { Lists } from './lists.ts';
import type { PolicyOptions } from './policy.ts';

export class StaticPin extends BoundedCache {
  private readonly queue: Lists;
  private readonly end: number;
  private readonly pinned: Uint8Array;
  /** Bytes of pinned objects not yet read. With the resident ones, which are protected, they are out of reach. */
  private reserved = 0;

  constructor(options: PolicyOptions, share: number) {
    super(options);
    this.queue = new Lists(options.objects, 1);
    this.end = this.queue.sentinel(0);
    this.pinned = new Uint8Array(options.objects);
    const popularity = options.popularity!;
    const byPopularity = Uint32Array.from(popularity.keys()).sort(
      (a, b) => popularity[b] - popularity[a] || a - b,
    );
    for (const id of byPopularity) {
      if (popularity[id] <= 0 || this.reserved + this.sizeOf(id) > share * options.capacity) break;
      this.pinned[id] = 1;
      this.reserved += this.sizeOf(id);
      this.protect(id);
    }
  }

  hit(id: number): void {
    if (this.pinned[id] === 0) this.queue.moveToFront(this.end, id);
  }

  admit(id: number): boolean {
    const size = this.sizeOf(id);
    if (this.pinned[id] === 1) this.reserved -= size;
    else {
      if (!this.canFit(this.reserved + size)) return false;
      while (this.used + this.reserved + size > this.capacity) this.evict();
      this.queue.pushFront(this.end, id);
    }
    this.enter(id, size);
    return true;
  }

  protected detach(id: number): void {
    if (this.pinned[id] === 1) this.reserved += this.sizeOf(id);
    else this.queue.unlink(id);
  }

  private evict(): void {
    let victim = this.queue.newer(this.end);
    while (this.guards[victim] !== 0) victim = this.queue.newer(victim);
    this.queue.unlink(victim);
    this.evicted(victim);
  }
}

export const staticPin = definePolicy({
  name: 'static-pin',
  version: 1,
  aliases: ['pin'],
  description:
    'The objects known to be most popular, as many as fit in a share of the capacity, stay once read; the others ' +
    'share the rest by LRU. Popularity is given from outside. Pinning as in colibri and llama.cpp forks (PIN, AUTOPIN).',
  parameters: { share: number(0.5, 0, 1, 'share of the capacity that is pinned') },
  needsPopularity: true,
  refuses: true,
  create: (options, { share }) => new StaticPin(options, share),
});
