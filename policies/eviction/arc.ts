/**
 * ARC: T1 holds objects requested once, T2 the others, both LRU; ghosts B1 and B2 remember what left them. A hit in B1
 * says that T1 is too small and raises its target p, a hit in B2 lowers it.
 *
 * Source: Megiddo, Modha, "ARC: a self-tuning, low overhead replacement cache", FAST 2003. p is a real number, as in
 * libCacheSim and the authors' text. With unequal sizes every count is in bytes; then a ghost may be missing where the
 * paper's cases assume one.
 */
import { BoundedCache } from './bounded-cache.ts';
import { definePolicy } from './definition.ts';
import { Lists, pushFront, unlink } from './lists.ts';
import type { PolicyOptions } from './policy.ts';

const NOWHERE = 0;
const T1 = 1;
const T2 = 2;
const B1 = 3;
const B2 = 4;

export class Arc extends BoundedCache {
  private readonly queue: Lists;
  private readonly place: Uint8Array;
  /** Bytes in T1, T2, B1, B2, indexed by their names. */
  private readonly bytes = new Float64Array(5);
  /** Target size of T1. */
  private target = 0;

  constructor(options: PolicyOptions) {
    super(options);
    this.queue = new Lists(options.objects, 5);
    this.place = new Uint8Array(options.objects);
  }

  hit(id: number): void {
    this.put(id, T2);
  }

  override accessMany(ids: Uint32Array, from: number, to: number): number {
    if (!this.isPlain()) return this.accessEach(ids, from, to);
    const { resident, place, bytes, capacity } = this;
    const { links } = this.queue;
    const none = this.queue.sentinel(NOWHERE);
    let hits = 0;
    for (let i = from; i < to; i++) {
      const id = ids[i];
      const was = place[id];
      const hit = resident[id] === 1;
      if (was !== NOWHERE) {
        if (!hit) this.adapt(was);
        bytes[was]--;
        unlink(links, id);
      }
      if (hit) hits++;
      else {
        if (this.used + 1 > capacity) {
          if (was === NOWHERE) this.makeRoom(1);
          else this.replace(was === B2);
        }
        resident[id] = 1;
        this.used++;
      }
      const list = was === NOWHERE ? T1 : T2;
      bytes[list]++;
      place[id] = list;
      const end = none + list;
      pushFront(links, end, id);
    }
    return hits;
  }

  admit(id: number): boolean {
    const size = this.sizeOf(id);
    if (!this.canFit(size)) return false;
    const ghost = this.place[id];
    if (ghost !== NOWHERE) {
      this.adapt(ghost);
      this.put(id, NOWHERE);
    }
    while (this.used + size > this.capacity) {
      if (ghost === NOWHERE) this.makeRoom(size);
      else this.replace(ghost === B2);
    }
    this.put(id, ghost === NOWHERE ? T1 : T2);
    this.enter(id, size);
    return true;
  }

  /** The four lists, newest first, and the target size of T1: what a report shows and a test checks. */
  inspect(): { t1: number[]; t2: number[]; b1: number[]; b2: number[]; target: number } {
    const [t1, t2, b1, b2] = [T1, T2, B1, B2].map((list) => this.queue.members(this.queue.sentinel(list)));
    return { t1, t2, b1, b2, target: this.target };
  }

  protected detach(id: number): void {
    this.put(id, NOWHERE);
  }

  private adapt(ghost: number): void {
    const { bytes } = this;
    if (ghost === B1) this.target = Math.min(this.target + Math.max(bytes[B2] / bytes[B1], 1), this.capacity);
    else this.target = Math.max(this.target - Math.max(bytes[B1] / bytes[B2], 1), 0);
  }

  /** Case IV of the paper: the object is in none of the four lists. */
  private makeRoom(size: number): void {
    const { bytes } = this;
    if (bytes[T1] + bytes[B1] + size > this.capacity) {
      if (bytes[B1] === 0) {
        if (!this.evictFrom(T1, NOWHERE)) this.replace(false);
        return;
      }
      this.forgetOldest(B1);
    } else if (this.used + bytes[B1] + bytes[B2] >= 2 * this.capacity && bytes[B2] > 0) this.forgetOldest(B2);
    this.replace(false);
  }

  /** REPLACE of the paper: the oldest of T1 or T2 leaves and is remembered. */
  private replace(hitB2: boolean): void {
    const t1 = this.bytes[T1];
    const fromT1 = (t1 > 0 && (t1 > this.target || (t1 === this.target && hitB2))) || this.bytes[T2] === 0;
    if (fromT1) this.evictFrom(T1, B1) || this.evictFrom(T2, B2);
    else this.evictFrom(T2, B2) || this.evictFrom(T1, B1);
  }

  /** Moves the oldest unprotected object of a list to a ghost list, or nowhere; false if there is none. */
  private evictFrom(list: number, ghost: number): boolean {
    const { queue, guards } = this;
    const end = queue.sentinel(list);
    let victim = queue.newer(end);
    while (victim !== end && guards[victim] !== 0) victim = queue.newer(victim);
    if (victim === end) return false;
    this.put(victim, ghost);
    this.evicted(victim);
    return true;
  }

  private forgetOldest(ghost: number): void {
    this.put(this.queue.newer(this.queue.sentinel(ghost)), NOWHERE);
  }

  /** Moves an object to the front of a list. */
  private put(id: number, list: number): void {
    const { queue, place, bytes } = this;
    const size = this.sizeOf(id);
    const from = place[id];
    if (from !== NOWHERE) {
      queue.unlink(id);
      bytes[from] -= size;
    }
    if (list !== NOWHERE) {
      queue.pushFront(queue.sentinel(list), id);
      bytes[list] += size;
    }
    place[id] = list;
  }
}

export const arc = definePolicy({
  name: 'arc',
  version: 1,
  aliases: ['arcv0'],
  description:
    'Adaptive replacement cache: LRU lists of objects requested once (T1) and more often (T2), with ghosts that move ' +
    'the target size of T1. Megiddo, Modha, FAST 2003; the target is a real number.',
  create: (options) => new Arc(options),
});
