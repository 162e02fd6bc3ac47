/**
 * LFUDA: LFU with dynamic aging. An insertion starts above the frequency of the last victims, so that objects that
 * were popular long ago can leave.
 *
 * `variant=paper` (Arlitt et al., "Evaluating content management techniques for web proxy caches", HP Laboratories
 * HPL-98-173, 1999): rank = requests since insertion + L, L the rank of the last victim.
 *
 * Default, libCacheSim's: with m the frequency class that evictions take from, a hit adds m (not 1) and an insertion
 * starts at m + 1. When a hit empties class m, m moves to the next class occupied by *other* objects; the object just
 * hit may then lie below m, where evictions do not look until another hit lifts it: it is `sheltered`. Objects of the
 * same class leave in the order in which they entered it.
 */
import { choice } from '../definition.ts';
import { definePolicy } from './definition.ts';
import type { PolicyOptions } from './policy.ts';
import { RankHeap } from './rank-heap.ts';
import { RankedCache } from './ranked-cache.ts';

export class AgedLfu extends RankedCache {
  private readonly frequency: Uint32Array;
  private inflation = 0;

  constructor(options: PolicyOptions) {
    super(options);
    this.frequency = new Uint32Array(options.objects);
  }

  protected rankOf(id: number, wasResident: boolean): number {
    this.frequency[id] = wasResident ? this.frequency[id] + 1 : 1;
    return this.inflation + this.frequency[id];
  }

  protected override evicting(id: number): void {
    this.inflation = this.heap.rank[id];
  }
}

export class Lfuda extends RankedCache {
  /** The frequency class that evictions take from (libCacheSim's min_freq). */
  private lowest = 0;
  private readonly sheltered: RankHeap;

  constructor(options: PolicyOptions) {
    super(options);
    this.sheltered = new RankHeap(options.objects);
  }

  override hit(id: number): void {
    const { heap, sheltered } = this;
    const before = heap.has(id) ? heap : sheltered;
    const old = before.rank[id];
    const frequency = old + this.lowest;
    before.delete(id);
    if (old === this.lowest) this.raiseLowest();
    (frequency < this.lowest ? sheltered : heap).add(id, frequency);
  }

  protected rankOf(): number {
    return this.lowest + 1;
  }

  protected override detach(id: number): void {
    const old = this.heap.has(id) ? this.heap : this.sheltered;
    old.delete(id);
    if (old.rank[id] === this.lowest) this.raiseLowest();
  }

  protected override evict(): void {
    let from = this.heap;
    let victim = from.lowest(this.guards);
    if (victim < 0) {
      from = this.sheltered;
      victim = from.lowest(this.guards);
    }
    from.delete(victim);
    this.lowest = Math.max(this.lowest, from.rank[victim]);
    this.raiseLowest();
    this.evicted(victim);
  }

  /** Moves to the next occupied class, if any is at or above. */
  private raiseLowest(): void {
    const next = this.heap.lowestRank();
    if (next > this.lowest) this.lowest = next;
  }
}

export const lfuda = definePolicy({
  name: 'lfuda',
  version: 1,
  description:
    'LFU with dynamic aging, so that objects popular long ago can leave. variant=paper: rank = requests since ' +
    'insertion + L, L the rank of the last victim (Arlitt et al., HPL-98-173, 1999). Default, as libCacheSim: a hit ' +
    'adds m, an insertion starts at m + 1, where m is the frequency class that evictions take from; ties leave in ' +
    'the order in which they entered their class.',
  parameters: { variant: choice('libcachesim', ['libcachesim', 'paper'], 'which of the two rules') },
  create: (options, { variant }) => (variant === 'paper' ? new AgedLfu(options) : new Lfuda(options)),
});
