/**
 * Windowed LFU: evicts the object with the fewest requests among the last `window` requests of all objects, among
 * equals the least recently requested. Requests of absent objects count too.
 *
 * The idea is in Karakostas, Serpanos, "Exploitation of different types of locality for web caches", ISCC 2002; expert
 * caches of several inference programs use it.
 */
import { integer } from '../definition.ts';
import { definePolicy } from './definition.ts';
import type { PolicyOptions } from './policy.ts';
import { RankedCache } from './ranked-cache.ts';

export class WindowedLfu extends RankedCache {
  private readonly frequency: Uint32Array;
  /** The last requests, a ring; the slot at `at` is the oldest. */
  private readonly recent: Int32Array;
  private at = 0;

  constructor(options: PolicyOptions, window: number) {
    super(options);
    this.frequency = new Uint32Array(options.objects);
    this.recent = new Int32Array(window).fill(-1);
  }

  override admit(id: number, prefetched = false): boolean {
    this.count(id);
    return super.admit(id, prefetched);
  }

  override hit(id: number): void {
    this.count(id);
    super.hit(id);
  }

  override skip(id: number): void {
    this.count(id);
  }

  protected rankOf(id: number): number {
    return this.frequency[id];
  }

  private count(id: number): void {
    const oldest = this.recent[this.at];
    this.recent[this.at] = id;
    this.at = this.at + 1 === this.recent.length ? 0 : this.at + 1;
    this.frequency[id]++;
    if (oldest < 0) return;
    this.frequency[oldest]--;
    if (this.resident[oldest] === 1) this.heap.adjust(oldest, this.frequency[oldest]);
  }
}

export const windowedLfu = definePolicy({
  name: 'windowed-lfu',
  version: 1,
  aliases: ['wlfu'],
  description:
    'Evicts the object with the fewest requests among the last `window` requests, among equals the least recently ' +
    'requested. Karakostas, Serpanos, ISCC 2002.',
  parameters: { window: integer(10_000, 1, 2 ** 26, 'length of the window, in requests') },
  create: (options, { window }) => new WindowedLfu(options, window),
});
