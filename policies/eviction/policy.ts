/**
 * The contract of an eviction policy: a pure decision about which object leaves a bounded cache. No clock, no device,
 * no I/O; every policy could be ported line by line to C++.
 *
 * Objects are dense ids 0 .. objects-1. An object costs `sizes[id]` (bytes) or 1 when `sizes` is absent; `capacity` is
 * in the same unit.
 *
 * A request is `access(id)`: a hit promotes, a miss admits and evicts until the object fits. The same steps are offered
 * apart, for callers that look up a whole layer first and insert its misses afterwards (batch semantics), for reads in
 * flight, and for prefetched objects: `contains`, `hit`, `admit`, `remove`. `access(id)` is exactly
 * `contains(id) ? hit(id) : admit(id)`.
 */

/** The future of a replayed trace, for clairvoyant policies. Positions count requests from 0; NEVER = no further use. */
export interface Future {
  /** The requests themselves: the object at each position. */
  readonly requests: Uint32Array;
  /** nextUse[i]: position of the next request of the object requested at position i. */
  readonly nextUse: Uint32Array;
  /** firstUse[id]: position of the first request of object id. */
  readonly firstUse: Uint32Array;
}
export const NEVER = 0xffffffff;

export interface PolicyOptions {
  /** Capacity in objects, or in bytes when `sizes` is given. */
  readonly capacity: number;
  /** Ids run from 0 to objects - 1. */
  readonly objects: number;
  /** Bytes of each object; absent: every object counts 1. */
  readonly sizes?: Float64Array | Uint32Array;
  /** Seeded source of numbers in [0, 1); only random policies draw from it. */
  readonly random?: () => number;
  /** Needed by clairvoyant policies only. */
  readonly future?: Future;
  /** Layer of each object, numbered in the order in which a token visits them; for policies that use it. */
  readonly layers?: Uint16Array;
  /** How popular each object is known to be beforehand (any unit); for policies that pin. */
  readonly popularity?: Float64Array;
  /** Called for every object that leaves the cache to make room, before its place is reused. */
  readonly onEvict?: (id: number) => void;
}

export interface EvictionPolicy {
  readonly capacity: number;
  /** Objects or bytes resident now; never above `capacity`. */
  readonly used: number;
  /** Objects evicted so far. */
  readonly evictions: number;
  contains(id: number): boolean;
  /** One request of `id`: true on a hit. */
  access(id: number): boolean;
  /** Requests ids[from..to): the number of hits. The hot loop of trace replay, monomorphic per policy. */
  accessMany(ids: Uint32Array, from: number, to: number): number;
  /** A request that found `id` resident: promotion only. */
  hit(id: number): void;
  /**
   * A request that missed `id`, or (prefetched = true) an insertion that no request asked for: makes room and inserts.
   * @returns false when nothing was inserted (larger than the capacity, refused by the policy, or all the rest
   * is protected); then the caller reads around the cache.
   */
  admit(id: number, prefetched?: boolean): boolean;
  /** A request that missed `id` and is read around the cache: nothing is inserted, but policies that count requests see it. */
  skip(id: number): void;
  /** Takes an object out without counting an eviction (its read was cancelled); nothing if it is not resident. */
  remove(id: number): void;
  /** Protected objects are never victims: the current layer's, those in flight, pinned ones. Counted, so calls nest. */
  protect(id: number): void;
  unprotect(id: number): void;
}
