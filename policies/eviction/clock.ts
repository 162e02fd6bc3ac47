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

  override accessMany(ids: Uint32Array, from: number, to: number): number {
    if (!this.isPlain()) return this.accessEach(ids, from, to);
    const { resident, count, most, end, capacity } = this;
    const { prev, next } = this.queue;
    let { used, evictions } = this;
    let hits = 0;
    for (let i = from; i < to; i++) {
      const id = ids[i];
      if (resident[id] === 1) {
        hits++;
        if (count[id] < most) count[id]++;
        continue;
      }
      if (used + 1 <= capacity) used++;
      else {
        // The queue is a circle with the sentinel between front and back: instead of moving what the hand passes to
        // the front one by one, the sentinel takes the place of the victim.
        let victim = prev[end];
        while (count[victim] !== 0) {
          count[victim]--;
          victim = prev[victim];
          if (victim === end) victim = prev[end];
        }
        if (next[victim] !== end) {
          const back = prev[end];
          const front = next[end];
          next[back] = front;
          prev[front] = back;
          next[end] = next[victim];
          prev[next[end]] = end;
        }
        prev[end] = prev[victim];
        next[prev[end]] = end;
        resident[victim] = 0;
        evictions++;
      }
      resident[id] = 1;
      count[id] = 0;
      const first = next[end];
      prev[id] = end;
      next[id] = first;
      prev[first] = id;
      next[end] = id;
    }
    this.used = used;
    this.evictions = evictions;
    return hits;
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
