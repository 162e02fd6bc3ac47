/**
 * LRFU, exponentially decayed frequency: each past request of an object weighs 2^(-lambda x age), age in requests of
 * all objects; the object with the smallest sum leaves, among equals the least recently requested. lambda = 0 is LFU
 * with counts since insertion and ties by recency, lambda = 1 is LRU.
 *
 * Source: Lee et al., "LRFU: a spectrum of policies that subsumes the least recently used and least frequently used
 * policies", IEEE Transactions on Computers 50(12), 2001.
 *
 * All sums decay alike, so the order of log2(sum at the last request) + lambda x time of the last request never changes
 * between requests: that is the rank kept. With lambda > 0 the sum at a hit is 1 + sum x 2^(-lambda x age).
 */
import { number } from '../definition.ts';
import { definePolicy } from './definition.ts';
import type { PolicyOptions } from './policy.ts';
import { RankedCache } from './ranked-cache.ts';

export class Lrfu extends RankedCache {
  private readonly lambda: number;
  private readonly sum: Float64Array;
  private readonly last: Float64Array;
  private requests = 0;

  constructor(options: PolicyOptions, lambda: number) {
    super(options);
    this.lambda = lambda;
    this.sum = new Float64Array(options.objects);
    this.last = new Float64Array(options.objects);
  }

  override skip(): void {
    this.requests++;
  }

  protected rankOf(id: number, wasResident: boolean): number {
    const now = this.requests++;
    this.sum[id] = wasResident ? 1 + this.sum[id] * 2 ** (-this.lambda * (now - this.last[id])) : 1;
    this.last[id] = now;
    return Math.log2(this.sum[id]) + this.lambda * now;
  }
}

export const lrfu = definePolicy({
  name: 'lrfu',
  version: 1,
  aliases: ['decayed-lfu'],
  description:
    'Exponentially decayed frequency: a request weighs 2^(-lambda x age); the smallest sum leaves. Lee et al., IEEE ' +
    'Transactions on Computers 50(12), 2001. lambda=0 is LFU (ties by recency), lambda=1 is LRU; the half-life is ' +
    '1/lambda requests.',
  parameters: { lambda: number(0.001, 0, 1, 'decay per request') },
  create: (options, { lambda }) => new Lrfu(options, lambda),
});
