/**
 * 2Q (full version): first-time objects pass through a FIFO, A1in; when they leave it their ids stay in a ghost queue,
 * A1out; a request that finds its id there inserts into Am, an LRU.
 *
 * Source: Johnson, Shasha, "2Q: a low overhead high performance buffer management replacement algorithm", VLDB 1994.
 */
import { number } from '../definition.ts';
import { BoundedCache } from './bounded-cache.ts';
import { definePolicy } from './definition.ts';
import { GhostQueue } from './ghost-queue.ts';
import { Lists } from './lists.ts';
import type { PolicyOptions } from './policy.ts';

export class TwoQ extends BoundedCache {
  private readonly out: GhostQueue;
  private readonly queue: Lists;
  private readonly a1in: number;
  private readonly am: number;
  private readonly inAm: Uint8Array;
  private readonly inShare: number;
  private inUsed = 0;

  constructor(options: PolicyOptions, inRatio: number, outRatio: number) {
    super(options);
    const { capacity, objects } = options;
    this.inShare = Math.trunc(capacity * inRatio);
    this.out = new GhostQueue(objects, Math.trunc(capacity * outRatio), this.sizes);
    this.queue = new Lists(objects, 2);
    this.a1in = this.queue.sentinel(0);
    this.am = this.queue.sentinel(1);
    this.inAm = new Uint8Array(objects);
  }

  hit(id: number): void {
    if (this.inAm[id] === 1) this.queue.moveToFront(this.am, id);
  }

  admit(id: number): boolean {
    const size = this.sizeOf(id);
    if (!this.canFit(size)) return false;
    const remembered = this.out.remove(id);
    while (this.used + size > this.capacity) this.evict();
    if (remembered) {
      // libCacheSim bounds Am by itself; with equal sizes A1in is never below its share then, so this evicts nothing.
      while (this.used - this.inUsed + size > this.capacity - this.inShare && this.evictFrom(this.am));
      this.queue.pushFront(this.am, id);
      this.inAm[id] = 1;
    } else {
      this.queue.pushFront(this.a1in, id);
      this.inAm[id] = 0;
      this.inUsed += size;
    }
    this.enter(id, size);
    return true;
  }

  protected detach(id: number): void {
    this.queue.unlink(id);
    if (this.inAm[id] === 0) this.inUsed -= this.sizeOf(id);
  }

  private evict(): void {
    const first = this.inUsed > this.inShare ? this.a1in : this.am;
    if (!this.evictFrom(first)) this.evictFrom(first === this.am ? this.a1in : this.am);
  }

  /** Evicts the oldest unprotected object of one queue; false if there is none. */
  private evictFrom(end: number): boolean {
    const { queue, guards } = this;
    let victim = queue.newer(end);
    while (victim !== end && guards[victim] !== 0) victim = queue.newer(victim);
    if (victim === end) return false;
    this.detach(victim);
    if (end === this.a1in) this.out.add(victim);
    this.evicted(victim);
    return true;
  }
}

export const twoQ = definePolicy({
  name: '2q',
  version: 1,
  aliases: ['twoq'],
  description:
    '2Q, full version: first-time objects pass through a FIFO (A1in); what leaves it is remembered (A1out), and a ' +
    'request that finds its id there inserts into an LRU (Am). Johnson, Shasha, VLDB 1994.',
  parameters: {
    in: number(0.25, 0, 1, 'A1in, as a share of the capacity'),
    out: number(0.5, 0, 10, 'A1out, as a share of the capacity'),
  },
  create: (options, parameters) => new TwoQ(options, parameters.in, parameters.out),
});
