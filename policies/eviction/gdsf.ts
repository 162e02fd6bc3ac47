/**
 * GDSF: greedy dual size frequency. rank = L + frequency x 10^6 / size, where L is the rank of the last victim, so
 * that old popularity fades; evicts the lowest rank, among equals the least recently requested.
 *
 * Source: Cherkasova, "Improving WWW proxies performance with greedy-dual-size-frequency caching policy", HP
 * Laboratories HPL-98-69R1, 1998. The factor 10^6 is libCacheSim's; it only scales.
 */
import { definePolicy } from './definition.ts';
import type { PolicyOptions } from './policy.ts';
import { RankedCache } from './ranked-cache.ts';

export class Gdsf extends RankedCache {
  private inflation = 0;
  private readonly frequency: Uint32Array;

  constructor(options: PolicyOptions) {
    super(options);
    this.frequency = new Uint32Array(options.objects);
  }

  protected rankOf(id: number, wasResident: boolean): number {
    this.frequency[id] = wasResident ? this.frequency[id] + 1 : 1;
    return this.inflation + (this.frequency[id] * 1e6) / this.sizeOf(id);
  }

  protected override evicting(id: number): void {
    this.inflation = this.heap.rank[id];
  }
}

export const gdsf = definePolicy({
  name: 'gdsf',
  version: 1,
  description:
    'Greedy dual size frequency: rank = L + frequency x 10^6 / size with L the rank of the last victim; evicts the ' +
    'lowest rank, among equals the least recently requested. Cherkasova, HPL-98-69R1, 1998.',
  create: (options) => new Gdsf(options),
});
