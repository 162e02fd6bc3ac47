/**
 * SIEVE: a queue in order of insertion, one visited bit an object, and a hand that moves from the oldest to the newest
 * and wraps. The hand clears bits until it finds an unvisited object, which leaves; the survivors keep their places.
 *
 * Source: Zhang, Yang, Yue, Vigfusson, Rashmi, "SIEVE is simpler than LRU", NSDI 2024.
 */
import { BoundedCache } from './bounded-cache.ts';
import { definePolicy } from './definition.ts';
import { Lists, pushFront, unlink } from './lists.ts';
import type { PolicyOptions } from './policy.ts';

export class Sieve extends BoundedCache {
  private readonly queue: Lists;
  private readonly end: number;
  /** 0 for an absent object. */
  private readonly visited: Uint8Array;
  /** The next object to look at; `end`: the oldest. */
  private hand: number;

  constructor(options: PolicyOptions) {
    super(options);
    this.queue = new Lists(options.objects, 1);
    this.end = this.queue.sentinel(0);
    this.visited = new Uint8Array(options.objects);
    this.hand = this.end;
  }

  hit(id: number): void {
    this.visited[id] = 1;
  }

  admit(id: number): boolean {
    const size = this.sizeOf(id);
    if (!this.canFit(size)) return false;
    while (this.used + size > this.capacity) this.evict();
    this.queue.pushFront(this.end, id);
    this.enter(id, size);
    return true;
  }

  override accessMany(ids: Uint32Array, from: number, to: number): number {
    if (!this.isPlain()) return this.accessEach(ids, from, to);
    const { resident, visited, end, capacity } = this;
    const { links } = this.queue;
    let { used, evictions, hand } = this;
    let hits = 0;
    for (let i = from; i < to; i++) {
      const id = ids[i];
      if (resident[id] === 1) {
        hits++;
        visited[id] = 1;
        continue;
      }
      if (used + 1 <= capacity) used++;
      else {
        let victim = hand === end ? links[end << 1] : hand;
        while (visited[victim] !== 0) {
          visited[victim] = 0;
          victim = links[victim << 1];
          if (victim === end) victim = links[end << 1];
        }
        hand = links[victim << 1];
        unlink(links, victim);
        resident[victim] = 0;
        evictions++;
      }
      resident[id] = 1;
      pushFront(links, end, id);
    }
    this.used = used;
    this.evictions = evictions;
    this.hand = hand;
    return hits;
  }

  protected detach(id: number): void {
    if (this.hand === id) this.hand = this.queue.newer(id);
    this.queue.unlink(id);
    this.visited[id] = 0;
  }

  private evict(): void {
    const { queue, visited, guards, end } = this;
    let victim = this.hand === end ? queue.newer(end) : this.hand;
    while (visited[victim] !== 0 || guards[victim] !== 0) {
      if (guards[victim] === 0) visited[victim] = 0;
      victim = queue.newer(victim);
      if (victim === end) victim = queue.newer(end);
    }
    this.hand = queue.newer(victim);
    queue.unlink(victim);
    this.evicted(victim);
  }
}

export const sieve = definePolicy({
  name: 'sieve',
  version: 1,
  description:
    'A queue in order of insertion with one visited bit an object; a hand clears bits from the oldest to the newest ' +
    'until it finds an unvisited object, which leaves. Zhang, Yang, Yue, Vigfusson, Rashmi, NSDI 2024.',
  create: (options) => new Sieve(options),
});
