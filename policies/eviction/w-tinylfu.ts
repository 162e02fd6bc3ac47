/**
 * W-TinyLFU: a small LRU window in front of a main cache (SLRU, 20 % probation, 80 % protected). What leaves the
 * window enters the main cache only if it was requested more often than the main cache's own victim.
 *
 * Source: Einziger, Friedman, Manes, "TinyLFU: a highly efficient cache admission policy", ACM Transactions on Storage
 * 13(4), 2017. Ids are dense, so frequencies are exact counters instead of a sketch; all are halved after every
 * `sample` x capacity counted requests.
 *
 * Default, as libCacheSim: counted are hits in the main cache, insertions, and each comparison of a window victim;
 * sample = 32. Its counting Bloom filter errs in 0.1 % of the estimates, so its misses are close to these, not equal.
 * `variant=paper`: every request is counted, nothing else.
 */
import { choice, number } from '../definition.ts';
import { BoundedCache } from './bounded-cache.ts';
import { definePolicy } from './definition.ts';
import { Lists } from './lists.ts';
import type { PolicyOptions } from './policy.ts';

const WINDOW = 0;
const PROBATION = 1;
const PROTECTED = 2;

export interface WTinyLfuParameters {
  readonly window: number;
  readonly sample: number;
  readonly variant: string;
}

export class WTinyLfu extends BoundedCache {
  private readonly queue: Lists;
  private readonly segment: Uint8Array;
  private readonly bytes = new Float64Array(3);
  private readonly share: Float64Array;
  private readonly mainShare: number;
  private readonly frequency: Uint32Array;
  private readonly period: number;
  private readonly paper: boolean;
  private counted = 0;

  constructor(options: PolicyOptions, { window, sample, variant }: WTinyLfuParameters) {
    super(options);
    const { capacity, objects } = options;
    const windowShare = Math.trunc(capacity * window);
    const main = capacity - windowShare;
    this.mainShare = main;
    this.share = Float64Array.of(windowShare, Math.trunc(0.2 * main), Math.trunc(0.8 * main));
    this.queue = new Lists(objects, 3);
    this.segment = new Uint8Array(objects);
    this.frequency = new Uint32Array(objects);
    this.period = sample * (this.sizes === null ? main : objects);
    this.paper = variant === 'paper';
  }

  hit(id: number): void {
    const from = this.segment[id];
    if (from !== WINDOW || this.paper) this.count(id);
    this.detach(id);
    this.insert(id, from === WINDOW ? WINDOW : PROTECTED);
    while (this.bytes[PROTECTED] > this.share[PROTECTED]) this.move(this.oldest(PROTECTED, false), PROBATION);
  }

  admit(id: number): boolean {
    this.count(id);
    const size = this.sizeOf(id);
    if (!this.canFit(size)) return false;
    while (this.used + size > this.capacity) this.evict();
    this.insert(id, WINDOW);
    this.enter(id, size);
    return true;
  }

  override skip(id: number): void {
    this.count(id);
  }

  protected detach(id: number): void {
    this.queue.unlink(id);
    this.bytes[this.segment[id]] -= this.sizeOf(id);
  }

  private insert(id: number, segment: number): void {
    this.queue.pushFront(this.queue.sentinel(segment), id);
    this.segment[id] = segment;
    this.bytes[segment] += this.sizeOf(id);
  }

  private move(id: number, segment: number): void {
    this.detach(id);
    this.insert(id, segment);
  }

  /** The oldest (unprotected) object of a segment, or -1. */
  private oldest(segment: number, unguarded = true): number {
    const { queue, guards } = this;
    const end = queue.sentinel(segment);
    let id = queue.newer(end);
    while (unguarded && id !== end && guards[id] !== 0) id = queue.newer(id);
    return id === end ? -1 : id;
  }

  /** Lets the window's oldest objects into the main cache while it has room; then the less frequent of two leaves. */
  private evict(): void {
    for (;;) {
      const candidate = this.oldest(WINDOW);
      const rest = this.oldest(PROBATION);
      const victim = rest < 0 ? this.oldest(PROTECTED) : rest;
      if (candidate < 0) {
        this.discard(victim);
        return;
      }
      const main = this.bytes[PROBATION] + this.bytes[PROTECTED];
      if (main + this.sizeOf(candidate) <= this.mainShare) {
        this.enterMain(candidate);
        if (!this.paper) this.count(candidate);
        continue;
      }
      const wins = victim >= 0 && this.frequency[candidate] > this.frequency[victim];
      this.discard(wins ? victim : candidate);
      if (wins) this.enterMain(candidate);
      if (!this.paper) this.count(candidate);
      return;
    }
  }

  /** To probation; a protected segment with room takes it when probation has none. */
  private enterMain(id: number): void {
    const fits = this.bytes[PROBATION] + this.sizeOf(id) <= this.share[PROBATION];
    const room = this.bytes[PROTECTED] + this.sizeOf(id) <= this.share[PROTECTED];
    this.move(id, fits || !room ? PROBATION : PROTECTED);
  }

  private discard(id: number): void {
    this.detach(id);
    this.evicted(id);
  }

  private count(id: number): void {
    this.frequency[id]++;
    if (++this.counted < this.period) return;
    this.counted = 0;
    for (let each = 0; each < this.frequency.length; each++) this.frequency[each] >>>= 1;
  }
}

export const wTinyLfu = definePolicy({
  name: 'w-tinylfu',
  version: 1,
  aliases: ['wtinylfu'],
  description:
    'An LRU window in front of a main SLRU (1:4); what leaves the window stays only if requested more often than ' +
    "the main cache's victim. Einziger, Friedman, Manes, ACM TOS 13(4), 2017. Frequencies are exact counters, " +
    'halved periodically. Default counts as libCacheSim does (main hits, insertions, comparisons; its sketch errs ' +
    'in 0.1 %, so counts are close to its, not equal); variant=paper counts every request.',
  parameters: {
    window: number(0.01, 0, 1, 'window, as a share of the capacity'),
    sample: number(
      32,
      1,
      1000,
      'requests counted between two halvings, in multiples of the objects that fit',
    ),
    variant: choice('libcachesim', ['libcachesim', 'paper'], 'what is counted'),
  },
  create: (options, parameters) => new WTinyLfu(options, parameters),
});
