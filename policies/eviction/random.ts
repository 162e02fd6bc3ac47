/**
 * Random replacement: evicts an object drawn uniformly from the unprotected residents.
 *
 * Belady, "A study of replacement algorithms for a virtual-storage computer", IBM Systems Journal 5(2), 1966 (RAND).
 */

import { BoundedCache } from './bounded-cache.ts';
import { definePolicy } from './definition.ts';
import type { PolicyOptions } from './policy.ts';
import { ResidentArray } from './resident-array.ts';

export class RandomReplacement extends BoundedCache {
  private readonly members: ResidentArray;
  private readonly random: () => number;

  constructor(options: PolicyOptions) {
    super(options);
    this.members = new ResidentArray(options.objects);
    this.random = options.random!;
  }

  hit(): void {}

  admit(id: number): boolean {
    const size = this.sizeOf(id);
    if (!this.canFit(size)) return false;
    while (this.used + size > this.capacity) this.evict();
    this.members.add(id);
    this.enter(id, size);
    return true;
  }

  protected detach(id: number): void {
    this.members.delete(id);
  }

  private evict(): void {
    const { ids, count } = this.members;
    let victim: number;
    do victim = ids[Math.floor(this.random() * count)];
    while (this.guards[victim] !== 0);
    this.members.delete(victim);
    this.evicted(victim);
  }
}

export const random = definePolicy({
  name: 'random',
  version: 1,
  description:
    'Random replacement: evicts a resident drawn uniformly. Belady, IBM Systems Journal 5(2), 1966 (RAND).',
  usesRandom: true,
  create: (options) => new RandomReplacement(options),
});
