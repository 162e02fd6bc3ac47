/**
 * MIN: evicts the object whose next request is furthest in the future. Exact, with forced admission: every miss is
 * inserted. The lower bound of misses for every demand policy when sizes are equal.
 *
 * Source: Belady, "A study of replacement algorithms for a virtual-storage computer", IBM Systems Journal 5(2), 1966.
 *
 * `upcoming[id]` is the position of the object's next request, so a request of `id` is at `upcoming[id]` by itself, in
 * whatever order the requests of a batch are reported, and a prefetched object is inserted under its true next use.
 * Every request must be reported (hit, admit or skip), or the object's future stands still.
 *
 * The residents are a set of positions; the object of a position is the one requested there. Objects never requested
 * again come after all positions, by id, so that of them the highest id leaves first.
 */
import { boolean } from '../definition.ts';
import { BitTree } from './bit-tree.ts';
import { BoundedCache } from './bounded-cache.ts';
import { definePolicy } from './definition.ts';
import { NEVER, type PolicyOptions } from './policy.ts';

export class Min extends BoundedCache {
  private readonly requests: Uint32Array;
  private readonly nextUse: Uint32Array;
  private readonly upcoming: Uint32Array;
  private readonly positions: BitTree;
  private readonly bypass: boolean;

  constructor(options: PolicyOptions, bypass = false) {
    super(options);
    const { requests, nextUse, firstUse } = options.future!;
    this.requests = requests;
    this.nextUse = nextUse;
    this.upcoming = firstUse.slice();
    this.positions = new BitTree(requests.length + options.objects);
    this.bypass = bypass;
  }

  hit(id: number): void {
    this.positions.delete(this.keyOf(id));
    this.advance(id);
    this.positions.add(this.keyOf(id));
  }

  admit(id: number, prefetched = false): boolean {
    if (!prefetched) this.advance(id);
    const size = this.sizeOf(id);
    if (!this.canFit(size) || (this.bypass && this.isNeededLast(id, size))) return false;
    while (this.used + size > this.capacity) this.evict();
    this.positions.add(this.keyOf(id));
    this.enter(id, size);
    return true;
  }

  override skip(id: number): void {
    this.advance(id);
  }

  override accessMany(ids: Uint32Array, from: number, to: number): number {
    if (!this.isPlain() || this.bypass) return this.accessEach(ids, from, to);
    const { resident, requests, nextUse, upcoming, positions, capacity } = this;
    const never = requests.length;
    let { used, evictions } = this;
    let hits = 0;
    for (let i = from; i < to; i++) {
      const id = ids[i];
      const position = upcoming[id];
      if (position === NEVER) throw tooOften(id);
      const next = nextUse[position];
      upcoming[id] = next;
      if (resident[id] === 1) {
        hits++;
        positions.delete(position);
      } else {
        if (used + 1 <= capacity) used++;
        else {
          const key = positions.max();
          positions.delete(key);
          resident[key < never ? requests[key] : key - never] = 0;
          evictions++;
        }
        resident[id] = 1;
      }
      positions.add(next === NEVER ? never + id : next);
    }
    this.used = used;
    this.evictions = evictions;
    return hits;
  }

  protected detach(id: number): void {
    this.positions.delete(this.keyOf(id));
  }

  private advance(id: number): void {
    const position = this.upcoming[id];
    if (position === NEVER) throw tooOften(id);
    this.upcoming[id] = this.nextUse[position];
  }

  private keyOf(id: number): number {
    const position = this.upcoming[id];
    return position === NEVER ? this.requests.length + id : position;
  }

  private objectAt(key: number): number {
    return key < this.requests.length ? this.requests[key] : key - this.requests.length;
  }

  /** The unprotected resident with the largest key below `limit`, as that key. */
  private furthestBelow(key: number): number {
    do key = this.positions.below(key);
    while (this.guards[this.objectAt(key)] !== 0);
    return key;
  }

  private evict(): void {
    let key = this.positions.max();
    if (this.guards[this.objectAt(key)] !== 0) key = this.furthestBelow(key);
    const victim = this.objectAt(key);
    this.positions.delete(key);
    this.evicted(victim);
  }

  /** Would making room for `id` cost an object that is needed before it? Then reading around the cache is better. */
  private isNeededLast(id: number, size: number): boolean {
    let key = this.requests.length + this.resident.length;
    for (let room = this.capacity - this.used; room < size; ) {
      key = this.furthestBelow(key);
      const victim = this.objectAt(key);
      if (this.upcoming[victim] <= this.upcoming[id]) return true;
      room += this.sizeOf(victim);
    }
    return false;
  }
}

const tooOften = (id: number) => new RangeError(`object ${id} is requested more often than its future says`);

export const min = definePolicy({
  name: 'min',
  version: 1,
  aliases: ['belady', 'opt'],
  description:
    "Belady's MIN: evicts the object whose next request is furthest in the future (IBM Systems Journal 5(2), 1966). " +
    'Every miss is inserted. With equal sizes it gives the fewest misses of all demand policies; with unequal sizes ' +
    'it is a heuristic, not a bound. bypass=true reads an object around the cache when inserting it would cost one ' +
    'that is needed before it.',
  parameters: {
    bypass: boolean(false, 'read around the cache what is needed later than what it would displace'),
  },
  needsFuture: true,
  create: (options, { bypass }) => new Min(options, bypass),
});
