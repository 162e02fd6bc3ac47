/**
 * SLRU: LRU in segments. An insertion goes to the lowest segment, a hit moves the object one segment up, and what
 * overflows a segment falls to the front of the one below.
 *
 * Source: Karedla, Love, Wherry, "Caching strategies to improve disk system performance", IEEE Computer 27(3), 1994
 * (two segments); n equal segments, each of floor(capacity / n), are libCacheSim's. Its details, kept here: an
 * insertion takes the lowest segment that has room, and the lowest of all if none has; an overflow of the lowest
 * segment evicts, even when a hit caused it, so that the bytes lost to rounding are not used for long. An object larger
 * than a segment stays in the lowest (libCacheSim does not insert it).
 */
import { integer } from '../definition.ts';
import { BoundedCache } from './bounded-cache.ts';
import { definePolicy } from './definition.ts';
import { Lists } from './lists.ts';
import type { PolicyOptions } from './policy.ts';

export class Slru extends BoundedCache {
  private readonly queue: Lists;
  private readonly segment: Uint8Array;
  private readonly bytes: Float64Array;
  private readonly share: number;

  constructor(options: PolicyOptions, segments: number) {
    super(options);
    this.queue = new Lists(options.objects, segments);
    this.segment = new Uint8Array(options.objects);
    this.bytes = new Float64Array(segments);
    this.share = Math.trunc(options.capacity / segments);
  }

  hit(id: number): void {
    const from = this.segment[id];
    if (from === this.bytes.length - 1 || this.sizeOf(id) > this.share) {
      this.queue.moveToFront(this.queue.sentinel(from), id);
      return;
    }
    this.detach(id);
    this.insert(id, from + 1);
    this.cool(from + 1);
  }

  admit(id: number): boolean {
    const size = this.sizeOf(id);
    if (!this.canFit(size)) return false;
    while (this.used + size > this.capacity) this.evict();
    let to = this.bytes.findIndex((bytes) => bytes + size <= this.share);
    if (to < 0) to = 0;
    this.insert(id, to);
    this.enter(id, size);
    return true;
  }

  protected detach(id: number): void {
    this.queue.unlink(id);
    this.bytes[this.segment[id]] -= this.sizeOf(id);
  }

  private insert(id: number, segment: number): void {
    this.queue.pushFront(this.queue.sentinel(segment), id);
    this.segment[id] = segment;
    this.bytes[segment] += this.sizeOf(id);
  }

  /** Lets what overflows a segment fall, segment by segment; an overflow of the lowest leaves the cache. */
  private cool(segment: number): void {
    while (this.bytes[segment] > this.share) {
      if (segment === 0) {
        if (!this.evictFrom(0)) return;
        continue;
      }
      const oldest = this.queue.newer(this.queue.sentinel(segment));
      this.detach(oldest);
      this.insert(oldest, segment - 1);
      this.cool(segment - 1);
    }
  }

  private evict(): void {
    for (let s = 0; !this.evictFrom(s); s++);
  }

  private evictFrom(segment: number): boolean {
    const { queue, guards } = this;
    const end = queue.sentinel(segment);
    let victim = queue.newer(end);
    while (victim !== end && guards[victim] !== 0) victim = queue.newer(victim);
    if (victim === end) return false;
    this.detach(victim);
    this.evicted(victim);
    return true;
  }
}

export const slru = definePolicy({
  name: 'slru',
  version: 1,
  description:
    'Segmented LRU: a hit moves an object one segment up, overflow falls one segment down, evictions take from the ' +
    'lowest. Karedla, Love, Wherry, IEEE Computer 27(3), 1994 (two segments); the default of four equal segments is ' +
    "libCacheSim's.",
  parameters: { segments: integer(4, 1, 64, 'number of equal segments') },
  evictsEarly: true,
  create: (options, { segments }) => new Slru(options, segments),
});
