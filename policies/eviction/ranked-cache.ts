/**
 * Policies that evict the object of lowest rank, among equals the one ranked longest ago: LFU and its relatives differ
 * only in the rank that a request gives.
 */
import { BoundedCache } from './bounded-cache.ts';
import type { PolicyOptions } from './policy.ts';
import { RankHeap } from './rank-heap.ts';

export abstract class RankedCache extends BoundedCache {
  protected readonly heap: RankHeap;

  constructor(options: PolicyOptions) {
    super(options);
    this.heap = new RankHeap(options.objects);
  }

  /** The rank of `id` after a request; `wasResident` tells a hit from an insertion. */
  protected abstract rankOf(id: number, wasResident: boolean): number;
  /** Told of each victim before it leaves. */
  protected evicting(_id: number): void {}

  hit(id: number): void {
    this.heap.update(id, this.rankOf(id, true));
  }

  admit(id: number, _prefetched = false): boolean {
    const size = this.sizeOf(id);
    if (!this.canFit(size)) return false;
    while (this.used + size > this.capacity) this.evict();
    this.heap.add(id, this.rankOf(id, false));
    this.enter(id, size);
    return true;
  }

  protected detach(id: number): void {
    this.heap.delete(id);
  }

  protected evict(): void {
    const victim = this.heap.lowest(this.guards);
    this.evicting(victim);
    this.heap.delete(victim);
    this.evicted(victim);
  }
}
