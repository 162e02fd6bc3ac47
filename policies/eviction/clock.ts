/**
 * CLOCK (second chance, FIFO-Reinsertion): objects stand in a circle in order of insertion, and a hand points to the
 * oldest. An object whose counter of hits is 0 leaves, and the new one takes its place behind the hand; another's
 * counter falls by 1 and the hand moves on. The counter has `bits` bits; with 0 bits this is FIFO. The hand passes
 * protected objects without touching their counters.
 *
 * Source: Corbato, "A paging experiment with the Multics system", MIT Project MAC-M-384, 1968.
 */
import { integer } from '../definition.ts';
import { BoundedCache } from './bounded-cache.ts';
import { definePolicy } from './definition.ts';
import { Lists } from './lists.ts';
import type { PolicyOptions } from './policy.ts';

const EMPTY = -1;

export class Clock extends BoundedCache {
  /** prev leads on round the circle, to the next oldest; the newest is links[(hand << 1) | 1]. */
  private readonly circle: Lists;
  /** 0 for an absent object. */
  private readonly count: Uint8Array;
  private readonly most: number;
  private hand = EMPTY;

  constructor(options: PolicyOptions, bits: number) {
    super(options);
    this.circle = new Lists(options.objects, 0);
    this.count = new Uint8Array(options.objects);
    this.most = 2 ** bits - 1;
  }

  hit(id: number): void {
    if (this.count[id] < this.most) this.count[id]++;
  }

  admit(id: number): boolean {
    const size = this.sizeOf(id);
    if (!this.canFit(size)) return false;
    while (this.used + size > this.capacity) this.evict();
    if (this.hand === EMPTY) {
      this.circle.alone(id);
      this.hand = id;
    } else this.circle.pushFront(this.hand, id);
    this.enter(id, size);
    return true;
  }

  override accessMany(ids: Uint32Array, from: number, to: number): number {
    if (!this.isPlain() || this.capacity < 2) return this.accessEach(ids, from, to);
    const { resident, count, most, capacity } = this;
    const { links } = this.circle;
    let { evictions, hand } = this;
    let hits = 0;
    for (let i = from; i < to; i++) {
      const id = ids[i];
      if (resident[id] === 1) {
        hits++;
        count[id] += count[id] < most ? 1 : 0; // a branch here would be mispredicted
      } else if (this.used + 1 <= capacity) {
        this.hand = hand;
        this.admit(id);
        hand = this.hand;
      } else {
        while (count[hand] !== 0) {
          count[hand]--;
          hand = links[hand << 1];
        }
        const newer = links[hand << 1];
        const older = links[(hand << 1) | 1];
        resident[hand] = 0;
        evictions++;
        resident[id] = 1;
        links[id << 1] = newer;
        links[(id << 1) | 1] = older;
        links[(newer << 1) | 1] = id;
        links[older << 1] = id;
        hand = newer;
      }
    }
    this.evictions = evictions;
    this.hand = hand;
    return hits;
  }

  protected detach(id: number): void {
    if (this.hand === id) this.hand = this.circle.newer(id) === id ? EMPTY : this.circle.newer(id);
    this.circle.unlink(id);
    this.count[id] = 0;
  }

  private evict(): void {
    const { count, guards } = this;
    while (count[this.hand] !== 0 || guards[this.hand] !== 0) {
      if (guards[this.hand] === 0) count[this.hand]--;
      this.hand = this.circle.newer(this.hand);
    }
    const victim = this.hand;
    this.detach(victim);
    this.evicted(victim);
  }
}

export const clock = definePolicy({
  name: 'clock',
  version: 1,
  aliases: ['fifo-reinsertion', 'second-chance'],
  description:
    'A hand goes round objects in order of insertion: one that was not hit leaves, the counter of another falls by ' +
    '1. Corbato, MIT Project MAC-M-384, 1968. bits=0 is FIFO.',
  parameters: { bits: integer(1, 0, 8, 'bits of the counter of hits') },
  create: (options, { bits }) => new Clock(options, bits),
});
