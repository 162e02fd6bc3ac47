/**
 * LeCaR: learns online which of two experts, LRU and LFU, to trust. Each eviction asks one of them, drawn by weight; a
 * miss on an object that an expert evicted recently lowers that expert's weight by exp(-rate x discount^age).
 *
 * Source: Vietri et al., "Driving cache replacement with ML-based LeCaR", HotStorage 2018; learning rate 0.45,
 * discount 0.005^(1/capacity), and one history of the capacity for both experts, as in libCacheSim.
 */
import { number } from '../definition.ts';
import { BoundedCache } from './bounded-cache.ts';
import { definePolicy } from './definition.ts';
import { GhostQueue } from './ghost-queue.ts';
import { Lists } from './lists.ts';
import type { PolicyOptions } from './policy.ts';
import { RankHeap } from './rank-heap.ts';

const FLOOR = 1e-10; // keeps a weight from reaching 0

export class LeCaR extends BoundedCache {
  private readonly recency: Lists;
  private readonly end: number;
  private readonly frequency: RankHeap;
  private readonly history: GhostQueue;
  private readonly evictedByLru: Uint8Array;
  private readonly evictedAt: Float64Array;
  private readonly random: () => number;
  private readonly rate: number;
  private readonly discount: number;
  private lruWeight = 0.5;
  private requests = 0;

  constructor(options: PolicyOptions, rate: number, decay: number) {
    super(options);
    const { capacity, objects } = options;
    this.recency = new Lists(objects, 1);
    this.end = this.recency.sentinel(0);
    this.frequency = new RankHeap(objects);
    this.history = new GhostQueue(objects, capacity, this.sizes);
    this.evictedByLru = new Uint8Array(objects);
    this.evictedAt = new Float64Array(objects);
    this.random = options.random!;
    this.rate = rate;
    this.discount = decay ** (1 / capacity);
  }

  hit(id: number): void {
    this.requests++;
    this.recency.moveToFront(this.end, id);
    this.frequency.update(id, this.frequency.rank[id] + 1);
  }

  admit(id: number): boolean {
    this.requests++;
    const size = this.sizeOf(id);
    if (!this.canFit(size)) return false;
    if (this.history.remove(id)) this.learn(id);
    while (this.used + size > this.capacity) this.evict();
    this.recency.pushFront(this.end, id);
    this.frequency.add(id, 1);
    this.enter(id, size);
    return true;
  }

  override skip(): void {
    this.requests++;
  }

  protected detach(id: number): void {
    this.recency.unlink(id);
    this.frequency.delete(id);
  }

  /** The expert that evicted `id` loses weight, the sooner the more. */
  private learn(id: number): void {
    const factor = Math.exp(-this.rate * this.discount ** (this.requests - this.evictedAt[id]));
    let lru = this.lruWeight;
    let lfu = 1 - lru;
    if (this.evictedByLru[id] === 1) lru *= factor;
    else lfu *= factor;
    this.lruWeight = (lru + FLOOR) / (lru + lfu + 2 * FLOOR);
  }

  private evict(): void {
    const byLru = this.random() < this.lruWeight;
    let victim = this.recency.newer(this.end);
    if (byLru) while (this.guards[victim] !== 0) victim = this.recency.newer(victim);
    else victim = this.frequency.lowest(this.guards);
    this.detach(victim);
    this.evictedByLru[victim] = byLru ? 1 : 0;
    this.evictedAt[victim] = this.requests;
    this.history.add(victim);
    this.evicted(victim);
  }
}

export const lecar = definePolicy({
  name: 'lecar',
  version: 1,
  description:
    'Learns online whether to evict by LRU or by LFU: an expert whose recent victim is requested again loses ' +
    'weight. Vietri et al., HotStorage 2018; one history of the capacity for both, as in libCacheSim.',
  parameters: {
    rate: number(0.45, 0, 10, 'learning rate'),
    decay: number(0.005, 1e-9, 1, 'weight of a regret that is as old as the capacity, in requests'),
  },
  usesRandom: true,
  create: (options, { rate, decay }) => new LeCaR(options, rate, decay),
});
