/**
 * Hyperbolic caching: priority = requests since insertion / requests of all objects since insertion. The lowest of a
 * random sample of residents leaves.
 *
 * Source: Blankstein, Sen, Freedman, "Hyperbolic caching: flexible caching for web applications", USENIX ATC 2017;
 * a sample of 64 as in libCacheSim.
 */
import { integer } from '../definition.ts';
import { BoundedCache } from './bounded-cache.ts';
import { definePolicy } from './definition.ts';
import type { PolicyOptions } from './policy.ts';
import { ResidentArray } from './resident-array.ts';

export class Hyperbolic extends BoundedCache {
  private readonly members: ResidentArray;
  private readonly frequency: Uint32Array;
  private readonly since: Float64Array;
  private readonly random: () => number;
  private readonly sample: number;
  private requests = 0;

  constructor(options: PolicyOptions, sample: number) {
    super(options);
    this.members = new ResidentArray(options.objects);
    this.frequency = new Uint32Array(options.objects);
    this.since = new Float64Array(options.objects);
    this.random = options.random!;
    this.sample = sample;
  }

  hit(id: number): void {
    this.requests++;
    this.frequency[id]++;
  }

  admit(id: number): boolean {
    this.requests++;
    const size = this.sizeOf(id);
    if (!this.canFit(size)) return false;
    while (this.used + size > this.capacity) this.evict();
    this.members.add(id);
    this.frequency[id] = 1;
    this.since[id] = this.requests;
    this.enter(id, size);
    return true;
  }

  override skip(): void {
    this.requests++;
  }

  protected detach(id: number): void {
    this.members.delete(id);
  }

  private evict(): void {
    const { ids, count } = this.members;
    let victim = -1;
    let lowest = Infinity;
    // Protected objects do not count as drawn for long: the sample goes on until it holds one that may leave.
    for (let drawn = 0; drawn < this.sample || victim < 0; drawn++) {
      const id = ids[Math.floor(this.random() * count)];
      if (this.guards[id] !== 0) continue;
      const priority = this.frequency[id] / (this.requests - this.since[id]);
      if (victim >= 0 && priority >= lowest) continue;
      victim = id;
      lowest = priority;
    }
    this.members.delete(victim);
    this.evicted(victim);
  }
}

export const hyperbolic = definePolicy({
  name: 'hyperbolic',
  version: 1,
  description:
    'Priority = requests of the object / requests of all since its insertion; the lowest of a random sample leaves. ' +
    'Blankstein, Sen, Freedman, USENIX ATC 2017.',
  parameters: { sample: integer(64, 1, 65536, 'residents drawn for each eviction') },
  usesRandom: true,
  create: (options, { sample }) => new Hyperbolic(options, sample),
});
