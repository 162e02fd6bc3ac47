/**
 * The program's own cache of weights: which objects are in memory, which are on their way, and who waits for them.
 *
 * The policy decides what leaves; this file keeps the rules that hold for every policy:
 * - a batch (what one step needs at once) is looked up first; then, in order, its hits are promoted and its misses
 *   admitted, and nothing of the batch is evicted before it is released (batch semantics: cache-replay.ts);
 * - an object that is being read is never a victim, and a demand for it joins the read instead of starting a second;
 * - or, with `batch: one`, each of the batch is looked up, then promoted or admitted, before the next; what was asked for
 *   already stays protected, as it is in use;
 * - what the policy does not admit is read into a scratch buffer and dropped when its batch is released;
 * - where outcomes are given (given-hits.ts), nothing is kept, and a request hits or misses as it is told;
 * - a hit is an object that is resident and complete when it is asked for. A join is not a hit.
 */

import { DEMAND, type IoInterface, PREFETCH, type ReadPriority } from '../../devices/index.ts';
import type { EvictionPolicy } from '../../policies/index.ts';
import { grown } from '../../sim/grown.ts';
import { type HandlerId, Signal, type Simulation } from '../../sim/index.ts';
import { CacheCounts, HIT, JOIN, MISS } from './cache-counts.ts';
import type { Catalogue } from './catalogue.ts';
import type { GivenHits } from './given-hits.ts';
import { Hints } from './hints.ts';
import { PrefetchAccount } from './prefetch-account.ts';

const ABSENT = 0;
/** Being read for a step that waits for it. */
const DEMANDED = 1;
/** Being read ahead. */
const PREFETCHING = 2;
/** A prefetch that was given up, while requests of it are still at the device: its memory is not free yet. */
const DRAINING = 3;
const RESIDENT = 4;

/** In place of a read id: this extent is complete. */
const LANDED = -1;

/** Sees every read of an object, for the timeline. */
export interface ReadObserver {
  issued(id: number, ahead: boolean): void;
  landed(id: number): void;
}

export interface BufferOptions {
  readonly catalogue: Catalogue;
  readonly policy: EvictionPolicy;
  readonly io: IoInterface;
  readonly observer: ReadObserver;
  readonly batch: 'one' | 'layer';
  /** Whether a request hits, by its place in the demand sequence; the policy must keep nothing. */
  readonly given?: GivenHits;
}

export class BufferManager {
  readonly counts = new CacheCounts();
  readonly prefetched: PrefetchAccount;
  readonly hints: Hints;
  /** Fires whenever an object has landed. */
  readonly landed: Signal;
  private outcomeList = new Uint8Array(1024);
  /** Objects being read that a step waits for. */
  demandReads = 0;
  /** Bytes being read ahead into the cache: of objects whose read has not ended. */
  private prefetchBytes = 0;
  /** Called when a read has ended. */
  onRoom: () => void = () => {};
  private readonly catalogue: Catalogue;
  private readonly policy: EvictionPolicy;
  private readonly io: IoInterface;
  private readonly observer: ReadObserver;
  private readonly batch: 'one' | 'layer';
  private readonly given?: GivenHits;
  private readonly extentDone: HandlerId;
  private readonly state: Uint8Array;
  /** Extents of the object still being read. */
  private readonly pending: Uint8Array;
  /** Demanded again while draining: read it anew once it has drained. */
  private readonly wanted: Uint8Array;
  /** The read of each extent, or LANDED. */
  private readonly reads: Int32Array;
  private readonly objectOf: Uint32Array;

  constructor(sim: Simulation, options: BufferOptions) {
    const { catalogue } = options;
    this.observer = options.observer;
    this.catalogue = catalogue;
    this.policy = options.policy;
    this.io = options.io;
    this.batch = options.batch;
    this.given = options.given;
    this.prefetched = new PrefetchAccount(catalogue.objects);
    this.hints = new Hints(sim, catalogue, options.io, this.prefetched, () => this.onRoom());
    this.state = new Uint8Array(catalogue.objects);
    this.pending = new Uint8Array(catalogue.objects);
    this.wanted = new Uint8Array(catalogue.objects);
    this.reads = new Int32Array(catalogue.extentOffset.length);
    this.objectOf = new Uint32Array(catalogue.extentOffset.length);
    for (let id = 0; id < catalogue.objects; id++)
      this.objectOf.fill(id, catalogue.extentStart[id], catalogue.extentStart[id + 1]);
    this.landed = new Signal(sim);
    this.extentDone = sim.register((extent) => this.extentLanded(extent));
  }

  /** Bytes being read ahead, hinted ones included. */
  get aheadBytes(): number {
    return this.prefetchBytes + this.hints.inFlightBytes;
  }

  /** Outcome of each request so far, by its place in the demand sequence. */
  get outcomes(): Uint8Array {
    return this.outcomeList.slice(0, this.counts.requests);
  }

  /** Outcome of one request. */
  outcomeOf(request: number): number {
    return this.outcomeList[request];
  }

  /** True when the object is in memory and complete. */
  ready(id: number): boolean {
    return this.state[id] === RESIDENT;
  }

  /**
   * Asks for ids[from..to) together; each is ready now or lands later.
   * @param bypass misses are read around the cache
   */
  request(ids: Uint32Array, from: number, to: number, bypass = false): void {
    const together = this.batch === 'layer';
    if (together) for (let i = from; i < to; i++) this.lookUp(ids[i], i);
    for (let i = from; i < to; i++) {
      const id = ids[i];
      if (!together) this.lookUp(id, i);
      if (this.policy.contains(id)) this.policy.hit(id);
      else if (bypass) this.policy.skip(id);
      else this.policy.admit(id);
    }
    for (let i = from; i < to; i++) this.ensureRead(ids[i]);
  }

  /** The step that asked for ids[from..to) has used them. */
  release(ids: Uint32Array, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const id = ids[i];
      this.policy.unprotect(id);
      if (!this.policy.contains(id) && this.state[id] === RESIDENT) this.state[id] = ABSENT;
    }
  }

  /**
   * Reads an object ahead of its use.
   * @returns false when it is in memory or on its way already, or when there is no room for it
   */
  prefetch(id: number): boolean {
    if (this.state[id] !== ABSENT) return false;
    if (!this.policy.admit(id, true)) return false;
    this.prefetched.issued(id, this.catalogue.bytes[id]);
    this.prefetchBytes += this.catalogue.bytes[id];
    this.read(id, PREFETCHING, PREFETCH);
    return true;
  }

  /** Hints the kernel to read an object. @returns false when it is in memory or on its way already */
  hint(id: number): boolean {
    return this.state[id] === ABSENT && this.hints.start(id);
  }

  /**
   * Gives up a prefetch that has not landed. Requests already at the device still complete; when all of them are, the
   * prefetch goes on as if nothing had been said.
   */
  cancelPrefetch(id: number): void {
    if (this.state[id] !== PREFETCHING) return;
    this.state[id] = DRAINING;
    const { extentStart } = this.catalogue;
    let unread = 0;
    for (let e = extentStart[id]; e < extentStart[id + 1]; e++)
      if (this.reads[e] !== LANDED) unread += this.io.cancel(this.reads[e]);
    if (unread > 0) this.prefetched.cancelled(id, this.catalogue.bytes[id], unread);
    else this.state[id] = PREFETCHING;
  }

  /** An object was evicted by the policy: wire this as the policy's onEvict. */
  evicted(id: number): void {
    this.state[id] = ABSENT;
    this.prefetched.lost(id, this.catalogue.bytes[id]);
  }

  private lookUp(id: number, request: number): void {
    this.policy.protect(id);
    const bytes = this.catalogue.bytes[id];
    if (this.state[id] === ABSENT && this.given?.(request, id)) this.state[id] = RESIDENT;
    const state = this.state[id];
    const outcome = state === RESIDENT ? HIT : state === PREFETCHING ? JOIN : MISS;
    if (request >= this.outcomeList.length) this.outcomeList = grown(this.outcomeList, 2 * request);
    this.outcomeList[request] = outcome;
    this.counts.record(outcome, bytes);
    if (!this.hints.asked(id)) this.prefetched.demanded(id, bytes, outcome === JOIN);
  }

  private ensureRead(id: number): void {
    const state = this.state[id];
    if (state === ABSENT) this.read(id, DEMANDED, DEMAND);
    else if (state === DRAINING) this.wanted[id] = 1;
    else if (state === PREFETCHING) {
      this.state[id] = DEMANDED;
      this.demandReads++;
      this.prefetchBytes -= this.catalogue.bytes[id];
      const { extentStart } = this.catalogue;
      for (let e = extentStart[id]; e < extentStart[id + 1]; e++)
        if (this.reads[e] !== LANDED) this.io.promote(this.reads[e]);
    }
  }

  private read(id: number, state: number, priority: ReadPriority): void {
    const { extentStart, extentOffset, extentBytes } = this.catalogue;
    this.state[id] = state;
    if (state === DEMANDED) this.demandReads++;
    this.observer.issued(id, priority === PREFETCH);
    this.policy.protect(id);
    this.pending[id] = extentStart[id + 1] - extentStart[id];
    for (let e = extentStart[id]; e < extentStart[id + 1]; e++)
      this.reads[e] = this.io.read(extentOffset[e], extentBytes[e], priority, this.extentDone, e);
  }

  private extentLanded(extent: number): void {
    const id = this.objectOf[extent];
    this.reads[extent] = LANDED;
    if (--this.pending[id] > 0) return;
    this.policy.unprotect(id);
    if (this.state[id] === DEMANDED) this.demandReads--;
    else this.prefetchBytes -= this.catalogue.bytes[id];
    if (this.state[id] === DRAINING) this.drained(id);
    else {
      this.state[id] = RESIDENT;
      this.observer.landed(id);
      this.landed.fire();
    }
    this.onRoom();
  }

  private drained(id: number): void {
    this.state[id] = ABSENT;
    if (this.wanted[id] === 1) {
      this.wanted[id] = 0;
      this.read(id, DEMANDED, DEMAND);
    } else this.policy.remove(id);
  }
}
