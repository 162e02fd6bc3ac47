/**
 * Hotness class, then recency: an object's class is floor(log2(requests since the start)), at most `classes` - 1; the
 * lowest class gives the victim, within it the least recently requested. Every `halve` requests all counts are halved,
 * so that old heat fades (0: never).
 */
import { integer } from '../definition.ts';
import { definePolicy } from './definition.ts';
import type { PolicyOptions } from './policy.ts';
import { RankedCache } from './ranked-cache.ts';

export class Hotness extends RankedCache {
  private readonly frequency: Uint32Array;
  private readonly hottest: number;
  private readonly halve: number;
  private requests = 0;

  constructor(options: PolicyOptions, classes: number, halve: number) {
    super(options);
    this.frequency = new Uint32Array(options.objects);
    this.hottest = classes - 1;
    this.halve = halve;
  }

  override skip(id: number): void {
    if (++this.requests === this.halve) this.cool();
    this.frequency[id]++;
  }

  protected rankOf(id: number): number {
    this.skip(id);
    return this.classOf(id);
  }

  private classOf(id: number): number {
    return Math.min(31 - Math.clz32(this.frequency[id] || 1), this.hottest);
  }

  private cool(): void {
    this.requests = 0;
    for (let id = 0; id < this.frequency.length; id++) {
      this.frequency[id] >>>= 1;
      if (this.heap.has(id)) this.heap.adjust(id, this.classOf(id));
    }
  }
}

export const hotness = definePolicy({
  name: 'hotness',
  version: 1,
  description:
    'Class of hotness first (log2 of the requests since the start), recency within a class, as expert caches of ' +
    'inference programs do. halve=n halves all counts every n requests.',
  parameters: {
    classes: integer(4, 1, 32, 'number of classes'),
    halve: integer(0, 0, 2 ** 31, 'requests between two halvings of all counts; 0: never'),
  },
  create: (options, { classes, halve }) => new Hotness(options, classes, halve),
});
