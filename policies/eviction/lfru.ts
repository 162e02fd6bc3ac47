/**
 * LFRU, frequency first: evicts the object with the fewest requests since the start of the run, counted also while it
 * is absent; among equals the least recently requested. Programs that look at a sample of residents approximate it.
 */
import { definePolicy } from './definition.ts';
import type { PolicyOptions } from './policy.ts';
import { RankedCache } from './ranked-cache.ts';

export class Lfru extends RankedCache {
  private readonly frequency: Float64Array;

  constructor(options: PolicyOptions) {
    super(options);
    this.frequency = new Float64Array(options.objects);
  }

  override skip(id: number): void {
    this.frequency[id]++;
  }

  protected rankOf(id: number): number {
    return ++this.frequency[id];
  }
}

export const lfru = definePolicy({
  name: 'lfru',
  version: 1,
  aliases: ['perfect-lfu'],
  description:
    'Frequency first, then recency: evicts the object with the fewest requests since the start, counted also while ' +
    'absent (perfect LFU), among equals the least recently requested. Used, by sampling, in MoE inference programs.',
  create: (options) => new Lfru(options),
});
