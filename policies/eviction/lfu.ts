/**
 * LFU, in-cache: evicts the object with the fewest requests since it was inserted; among equals the first to have
 * reached the count. An evicted object's count is forgotten.
 */
import { definePolicy } from './definition.ts';
import { RankedCache } from './ranked-cache.ts';

export class Lfu extends RankedCache {
  protected rankOf(id: number, wasResident: boolean): number {
    return wasResident ? this.heap.rank[id] + 1 : 1;
  }
}

export const lfu = definePolicy({
  name: 'lfu',
  version: 1,
  description:
    'Least frequently used, in-cache: evicts the object with the fewest requests since its insertion, among equals ' +
    'the first to have reached the count. Counts are forgotten at eviction (libCacheSim LFU).',
  create: (options) => new Lfu(options),
});
