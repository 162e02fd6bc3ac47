/**
 * Experts in a GPU's memory, over those in pinned host memory, over the drives. The tiers are exclusive: the run's cache
 * (buffer manager, its policy) holds what is in either, and this file says which of that is in GPU memory, an LRU of its
 * own capacity. So a request is
 *
 *   a hit in GPU memory      used as it is;
 *   a hit in host memory     copied over the GPU's link;
 *   a miss                   read into host memory, then copied;
 *
 * and what leaves GPU memory but not the cache is copied back. What does not fit is copied into a scratch buffer and
 * dropped when its step is done.
 */
import type { Gpu } from '../../devices/index.ts';
import { createPolicy, type EvictionPolicy } from '../../policies/index.ts';
import type { HandlerId, Simulation } from '../../sim/index.ts';
import type { BufferManager, ReadObserver } from './buffer-manager.ts';
import type { Catalogue } from './catalogue.ts';

const ABSENT = 0;
/** Asked for; its copy waits for its read. */
const WANTED = 1;
const COPYING = 2;
const PRESENT = 3;

export interface TierCounts {
  requests: number;
  hits: number;
  bytesHit: number;
  bytesCopied: number;
}

export class VramTier {
  readonly counts: TierCounts = { requests: 0, hits: 0, bytesHit: 0, bytesCopied: 0 };
  private readonly gpu: Gpu;
  private readonly bytes: Float64Array;
  private readonly policy: EvictionPolicy;
  private readonly state: Uint8Array;
  private readonly copied: HandlerId;
  private buffers!: BufferManager;

  constructor(sim: Simulation, gpu: Gpu, catalogue: Catalogue, capacity: number) {
    this.gpu = gpu;
    this.bytes = catalogue.bytes;
    this.state = new Uint8Array(catalogue.objects);
    this.policy = createPolicy('lru', {
      capacity,
      objects: catalogue.objects,
      sizes: catalogue.bytes,
      onEvict: (id) => {
        this.state[id] = ABSENT;
        gpu.demote(this.bytes[id]);
      },
    });
    this.copied = sim.register((id) => {
      this.state[id] = PRESENT;
      this.buffers.landed.fire();
    });
  }

  /** Puts this over the cache. */
  over(buffers: BufferManager): void {
    this.buffers = buffers;
  }

  /** Sees each read land, beside another observer. */
  observing(observer: ReadObserver): ReadObserver {
    return {
      issued: (id, ahead) => observer.issued(id, ahead),
      landed: (id) => {
        observer.landed(id);
        if (this.state[id] === WANTED) this.copy(id);
      },
    };
  }

  /** After the cache was asked for ids[from..to). */
  request(ids: Uint32Array, from: number, to: number): void {
    for (let i = from; i < to; i++) this.policy.protect(ids[i]);
    for (let i = from; i < to; i++) {
      const id = ids[i];
      this.counts.requests++;
      if (this.state[id] === PRESENT) {
        this.counts.hits++;
        this.counts.bytesHit += this.bytes[id];
        this.policy.hit(id);
        continue;
      }
      this.policy.admit(id);
      if (this.buffers.ready(id)) this.copy(id);
      else this.state[id] = WANTED;
    }
  }

  ready(id: number): boolean {
    return this.state[id] === PRESENT;
  }

  release(ids: Uint32Array, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      this.policy.unprotect(ids[i]);
      if (!this.policy.contains(ids[i])) this.state[ids[i]] = ABSENT;
    }
  }

  /** It left the cache altogether. */
  dropped(id: number): void {
    this.policy.remove(id);
    this.state[id] = ABSENT;
  }

  private copy(id: number): void {
    this.state[id] = COPYING;
    this.counts.bytesCopied += this.bytes[id];
    this.gpu.copy(this.bytes[id], this.copied, id);
  }
}
