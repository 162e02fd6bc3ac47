/**
 * What every cache of bounded size keeps, whatever it evicts: capacity, bytes in use, evictions, protection.
 *
 * An object is inserted only if it fits beside all that is protected; this is known before anything is evicted
 * (`guardedBytes + size <= capacity`), so a refused object evicts nothing and a search for a victim always finds one.
 *
 * A policy extends this with its order of eviction. The fastest override `accessMany` with a loop of their own for the
 * plain case (equal sizes, nothing protected, nobody listening): V8 specialises a loop for one class only where the
 * loop belongs to that class, and keeps its state in registers only where nothing can look at it.
 *
 * A prefetched object is inserted as a miss inserts it, and its first request is a hit; only clairvoyant policies tell
 * the two apart.
 */
import type { EvictionPolicy, PolicyOptions } from './policy.ts';

export abstract class BoundedCache implements EvictionPolicy {
  readonly capacity: number;
  used = 0;
  evictions = 0;
  /** Bytes of each object; null: every object counts 1. */
  protected readonly sizes: Float64Array | null;
  /** 1 while the object is resident. */
  protected readonly resident: Uint8Array;
  /** How often each object is protected now. */
  protected readonly guards: Uint16Array;
  /** Objects protected now, resident or not. */
  protected guarded = 0;
  /** Bytes of the resident objects that are protected now. */
  protected guardedBytes = 0;
  private readonly onEvict: ((id: number) => void) | null;

  constructor(options: PolicyOptions) {
    const { capacity, objects, sizes } = options;
    if (!(capacity >= 0)) throw new RangeError(`cache capacity is ${capacity}; it must be 0 or more`);
    if (sizes !== undefined && sizes.length < objects) {
      throw new RangeError(`sizes has ${sizes.length} entries for ${objects} objects; give one for each`);
    }
    this.capacity = capacity;
    this.sizes = sizes === undefined ? null : Float64Array.from(sizes);
    this.resident = new Uint8Array(objects);
    this.guards = new Uint16Array(objects);
    this.onEvict = options.onEvict ?? null;
  }

  abstract hit(id: number): void;
  abstract admit(id: number, prefetched?: boolean): boolean;
  /** Forgets a resident object's place in the order of eviction. */
  protected abstract detach(id: number): void;

  access(id: number): boolean {
    if (this.resident[id] === 1) {
      this.hit(id);
      return true;
    }
    this.admit(id);
    return false;
  }

  accessMany(ids: Uint32Array, from: number, to: number): number {
    return this.accessEach(ids, from, to);
  }

  contains(id: number): boolean {
    return this.resident[id] === 1;
  }

  skip(_id: number): void {}

  remove(id: number): void {
    if (this.resident[id] === 0) return;
    this.detach(id);
    this.leave(id);
  }

  protect(id: number): void {
    if (this.guards[id]++ !== 0) return;
    this.guarded++;
    if (this.resident[id] === 1) this.guardedBytes += this.sizeOf(id);
  }

  unprotect(id: number): void {
    if (this.guards[id] === 0) throw new RangeError(`object ${id} is unprotected more often than protected`);
    if (--this.guards[id] !== 0) return;
    this.guarded--;
    if (this.resident[id] === 1) this.guardedBytes -= this.sizeOf(id);
  }

  protected sizeOf(id: number): number {
    return this.sizes === null ? 1 : this.sizes[id];
  }

  /** Can `id` be inserted at all, once every unprotected object has left? */
  protected canFit(size: number): boolean {
    return this.guardedBytes + size <= this.capacity;
  }

  /** Bookkeeping of an insertion. */
  protected enter(id: number, size: number): void {
    this.resident[id] = 1;
    this.used += size;
    if (this.guarded !== 0 && this.guards[id] !== 0) this.guardedBytes += size;
  }

  /** Bookkeeping of an eviction; the caller has chosen an unprotected object and detached it. */
  protected evicted(id: number): void {
    this.resident[id] = 0;
    this.used -= this.sizeOf(id);
    this.evictions++;
    if (this.onEvict !== null) this.onEvict(id);
  }

  /** The requests one by one: `accessMany` where no faster loop applies. */
  protected accessEach(ids: Uint32Array, from: number, to: number): number {
    let hits = 0;
    for (let i = from; i < to; i++) if (this.access(ids[i])) hits++;
    return hits;
  }

  /** Equal sizes, room for one, nothing protected, nobody listening: the case of trace replay, with loops of its own. */
  protected isPlain(): boolean {
    return this.sizes === null && this.capacity >= 1 && this.guarded === 0 && this.onEvict === null;
  }

  private leave(id: number): void {
    this.resident[id] = 0;
    this.used -= this.sizeOf(id);
    if (this.guards[id] !== 0) this.guardedBytes -= this.sizeOf(id);
  }
}
