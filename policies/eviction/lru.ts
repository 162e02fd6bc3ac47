/**
 * LRU: a FIFO queue in which a hit moves the object to the front; evicts the object whose last request is oldest.
 *
 * Source: Mattson, Gecsei, Slutz, Traiger, "Evaluation techniques for storage hierarchies", IBM Systems Journal 9(2),
 * 1970 (LRU is a stack algorithm: content at C is within content at C + 1).
 */
import { definePolicy } from './definition.ts';
import { Fifo } from './fifo.ts';
import { pushFront, unlink } from './lists.ts';

export class Lru extends Fifo {
  override hit(id: number): void {
    this.queue.moveToFront(this.end, id);
  }

  override accessMany(ids: Uint32Array, from: number, to: number): number {
    if (!this.isPlain()) return this.accessEach(ids, from, to);
    const { resident, end, capacity } = this;
    const { links } = this.queue;
    let { used, evictions } = this;
    let hits = 0;
    for (let i = from; i < to; i++) {
      const id = ids[i];
      if (resident[id] === 1) {
        hits++;
        unlink(links, id);
      } else {
        if (used + 1 <= capacity) used++;
        else {
          const victim = links[end << 1];
          unlink(links, victim);
          resident[victim] = 0;
          evictions++;
        }
        resident[id] = 1;
      }
      pushFront(links, end, id);
    }
    this.used = used;
    this.evictions = evictions;
    return hits;
  }
}

export const lru = definePolicy({
  name: 'lru',
  version: 1,
  description:
    'Least recently used: evicts the object whose last request is oldest. Mattson, Gecsei, Slutz, Traiger, ' +
    'IBM Systems Journal 9(2), 1970.',
  create: (options) => new Lru(options),
});
