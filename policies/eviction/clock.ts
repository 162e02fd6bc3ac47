/**
 * CLOCK (FIFO-Reinsertion, second chance): a queue whose oldest object leaves, unless its counter of hits is above 0;
 * then the counter falls by 1 and the object goes to the front. The counter has `bits` bits; with 0 bits it is FIFO.
 *
 * Source: Corbato, "A paging experiment with the Multics system", MIT Project MAC-M-384, 1968.
 */
import { integer } from '../definition.ts';
import { BoundedCache } from './bounded-cache.ts';
import { definePolicy } from './definition.ts';
import { Lists } from './lists.ts';
import type { PolicyOptions } from './policy.ts';

export class Clock extends BoundedCache {
  private readonly queue: Lists;
  private readonly end: number;
  private readonly count: Uint8Array;
  private readonly most: number;

  constructor(options: PolicyOptions, bits = 1) {
    super(options);
    this.queue = new Lists(options.objects, 1);
    this.end = this.queue.sentinel(0);
    this.count = new Uint8Array(options.objects);
    this.most = 2 ** bits - 1;
  }

  accessMany(ids: Uint32Array, from: number, to: number): number {
    let hits = 0;
    for (let i = from; i < to; i++) if (this.access(ids[i])) hits++;
    return hits;
  }

  access(id: number): boolean {
    if (this.resident[id] === 1) {
      this.hit(id);
      return true;
    }
    this.admit(id);
    return false;
  }

  hit(id: number): void {
    if (this.count[id] < this.most) this.count[id]++;
  }

  admit(id: number): boolean {
    const size = this.sizeOf(id);
    if (!this.canFit(size)) return false;
    while (this.used + size > this.capacity) this.evict();
    this.queue.pushFront(this.end, id);
    this.count[id] = 0;
    this.enter(id, size);
    return true;
  }

  protected detach(id: number): void {
    this.queue.unlink(id);
  }

  private evict(): void {
    const { queue, count, guards, end } = this;
    let victim = queue.prev[end];
    for (;;) {
      const next = queue.prev[victim];
      if (guards[victim] === 0) {
        if (count[victim] === 0) break;
        count[victim]--;
        queue.moveToFront(end, victim);
      }
      victim = next === end ? queue.prev[end] : next;
    }
    queue.unlink(victim);
    this.evicted(victim);
  }
}

export const clock = definePolicy({
  name: 'clock',
  version: 1,
  aliases: ['fifo-reinsertion', 'second-chance'],
  description:
    'A queue whose oldest object leaves unless it was hit; then its counter falls by 1 and it goes to the front. ' +
    'Corbato, MIT Project MAC-M-384, 1968. bits=0 is FIFO.',
  parameters: { bits: integer(1, 0, 8, 'bits of the counter of hits') },
  create: (options, { bits }) => new Clock(options, bits),
});
