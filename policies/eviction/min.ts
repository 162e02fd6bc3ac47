/**
 * MIN: evicts the object whose next request is furthest in the future. Exact, with forced admission: every miss is
 * inserted. The lower bound of misses for every demand policy when sizes are equal.
 *
 * Source: Belady, "A study of replacement algorithms for a virtual-storage computer", IBM Systems Journal 5(2), 1966.
 *
 * `upcoming[id]` is the position of the object's next request, so a request of `id` is at `upcoming[id]` by itself, in
 * whatever order the requests of a batch are reported, and a prefetched object is inserted under its true next use.
 * Every request must be reported (hit or admit), or the object's future stands still.
 *
 * The heap holds (next use, id) packed in a double, furthest first; of objects never used again the highest id leaves
 * first. A hit only pushes a new entry: the old one, now in the past, sinks to the bottom, is never reached, and is
 * dropped when the heap is compacted. With `bypass`, a miss whose next use is further than every resident's is read
 * around the cache.
 */
import { boolean } from '../definition.ts';
import { BoundedCache } from './bounded-cache.ts';
import { definePolicy } from './definition.ts';
import { MaxHeap } from './max-heap.ts';
import { NEVER, type PolicyOptions } from './policy.ts';

const ID_SPAN = 2 ** 21; // a position below 2^32 and an id below 2^21 fill the 53 bits of a double

export class Min extends BoundedCache {
  private readonly nextUse: Uint32Array;
  private readonly upcoming: Uint32Array;
  private readonly heap = new MaxHeap();
  private readonly bypass: boolean;
  private residents = 0;
  private readonly setAside: number[] = [];
  private readonly leaving: number[] = [];

  constructor(options: PolicyOptions, bypass = false) {
    super(options);
    if (options.objects > ID_SPAN) {
      throw new RangeError(`MIN takes at most ${ID_SPAN} objects, found ${options.objects}`);
    }
    this.nextUse = options.future!.nextUse;
    this.upcoming = options.future!.firstUse.slice();
    this.bypass = bypass;
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
    this.advance(id);
    this.push(id);
  }

  admit(id: number, prefetched = false): boolean {
    if (!prefetched) this.advance(id);
    const size = this.sizeOf(id);
    if (!this.canFit(size)) return false;
    if (!this.makeRoom(id, size)) return false;
    this.enter(id, size);
    this.residents++;
    this.push(id);
    return true;
  }

  override skip(id: number): void {
    this.advance(id);
  }

  protected detach(): void {
    this.residents--; // its heap entries are recognised as dead when they surface
  }

  /** Evicts the furthest; with bypass nothing if one of them is needed before `id` is. */
  private makeRoom(id: number, size: number): boolean {
    let freed = 0;
    let bypassed = false;
    while (this.used - freed + size > this.capacity && !bypassed) {
      const victim = this.furthest();
      if (this.leaving.includes(victim)) continue; // removed and inserted again, it has two entries
      bypassed = this.bypass && this.upcoming[id] >= this.upcoming[victim];
      freed += this.sizeOf(victim);
      this.leaving.push(victim);
    }
    for (const victim of this.leaving) {
      if (bypassed) this.push(victim);
      else {
        this.residents--;
        this.evicted(victim);
      }
    }
    this.leaving.length = 0;
    return !bypassed;
  }

  private advance(id: number): void {
    const position = this.upcoming[id];
    if (position === NEVER) throw new RangeError(`object ${id} is requested more often than its future says`);
    this.upcoming[id] = this.nextUse[position];
  }

  private push(id: number): void {
    if (this.heap.size >= 2 * this.residents + 64) this.compact();
    this.heap.push(this.upcoming[id] * ID_SPAN + id);
  }

  /** Takes the unprotected resident with the furthest next use out of the heap. */
  private furthest(): number {
    for (;;) {
      const key = this.heap.pop();
      const position = Math.floor(key / ID_SPAN);
      const id = key - position * ID_SPAN;
      if (this.resident[id] === 0 || this.upcoming[id] !== position) continue;
      if (this.guards[id] === 0) {
        for (const entry of this.setAside) this.heap.push(entry);
        this.setAside.length = 0;
        return id;
      }
      this.setAside.push(key);
    }
  }

  /** Rebuilds the heap from its living entries. */
  private compact(): void {
    const { keys, size } = this.heap;
    let kept = 0;
    for (let i = 0; i < size; i++) {
      const position = Math.floor(keys[i] / ID_SPAN);
      const id = keys[i] - position * ID_SPAN;
      if (this.resident[id] === 1 && this.upcoming[id] === position) keys[kept++] = keys[i];
    }
    this.heap.size = kept;
    this.heap.heapify();
  }
}

export const min = definePolicy({
  name: 'min',
  version: 1,
  aliases: ['belady', 'opt'],
  description:
    "Belady's MIN: evicts the object whose next request is furthest in the future (IBM Systems Journal 5(2), 1966). " +
    'Every miss is inserted. With equal sizes it gives the fewest misses of all demand policies; with unequal sizes ' +
    'it is a heuristic, not a bound. bypass=true reads an object around the cache when its own next use is the furthest.',
  parameters: {
    bypass: boolean(false, "do not insert an object whose next use is further than every resident's"),
  },
  needsFuture: true,
  create: (options, { bypass }) => new Min(options, bypass),
});
