/**
 * Numbered places that are taken and given back (events, jobs, flows), with ids that are never mistaken.
 *
 * An id is generation · 2^24 + slot. Giving a slot back raises its generation, so the id of an earlier occupant no
 * longer matches. A slot whose 2^29 generations are spent is retired rather than reused, hence no id ever repeats.
 * Id 0 is never given out: callers may use it for "none".
 *
 * Pools without ids take their places from a FreeList. Slots keep a list of their own: every event goes through it, and with a
 * FreeList inside, flash reads of 4 KiB ran some 4 % slower.
 */

import { grown } from './grown.ts';

const LIMIT = 2 ** 24;
const LAST_ID = Number.MAX_SAFE_INTEGER - LIMIT;

export class Slots {
  /** Slots that exist; the owner's per-slot arrays need this many elements. */
  capacity = 64;
  private readonly what: string;
  private ids = new Float64Array(this.capacity);
  private free = new Int32Array(this.capacity);
  private freeCount = 0;
  private used = 0;

  /** @param what names the occupants in the error of a full table, e.g. `pending events` */
  constructor(what: string) {
    this.what = what;
  }

  /** Takes a slot. When `capacity` has grown afterwards, the owner grows its arrays. */
  take(): number {
    if (this.freeCount > 0) return this.free[--this.freeCount];
    if (this.used === this.capacity) this.grow();
    const slot = this.used++;
    this.ids[slot] = LIMIT + slot;
    return slot;
  }

  /** Gives a slot back; its occupant's id is void from here on. */
  release(slot: number): void {
    this.renew(slot);
    this.recycle(slot);
  }

  /** First half of `release`: voids the occupant's id. The owner may then put a new occupant in, unless `spent`. */
  renew(slot: number): void {
    this.ids[slot] += LIMIT;
  }

  /** Whether a slot has had all its generations. */
  spent(slot: number): boolean {
    return this.ids[slot] > LAST_ID;
  }

  /** Second half of `release`: a renewed slot goes back to those that `take` gives out. */
  recycle(slot: number): void {
    if (!this.spent(slot)) this.free[this.freeCount++] = slot;
  }

  /** The id of the present occupant. */
  idOf(slot: number): number {
    return this.ids[slot];
  }

  /** The slot of a present occupant, or -1 if that occupant is gone. */
  slotOf(id: number): number {
    const slot = id % LIMIT;
    return slot < this.used && this.ids[slot] === id ? slot : -1;
  }

  private grow(): void {
    if (this.capacity === LIMIT) throw new Error(`more than ${LIMIT} ${this.what} at once`);
    this.capacity *= 2;
    this.ids = grown(this.ids, this.capacity);
    this.free = grown(this.free, this.capacity);
  }
}
