/**
 * QD-LP-FIFO: quick demotion in front of lazy promotion. A small FIFO in front of a 2-bit CLOCK, and a ghost queue.
 * Objects hit in the FIFO move to the CLOCK, which is bounded by itself; the others leave and are remembered.
 *
 * Source: Yang, Qiu, Zhang, Yue, Rashmi, "FIFO can be better than LRU: the power of lazy promotion and quick
 * demotion", HotOS 2023; the order of steps is libCacheSim's QDLP.
 */
import { integer, number } from '../definition.ts';
import { BoundedCache } from './bounded-cache.ts';
import { definePolicy } from './definition.ts';
import { GhostQueue } from './ghost-queue.ts';
import { Lists } from './lists.ts';
import type { PolicyOptions } from './policy.ts';

export interface QdLpParameters {
  readonly small: number;
  readonly ghost: number;
  readonly move: number;
  readonly bits: number;
}

export class QdLpFifo extends BoundedCache {
  private readonly ghost: GhostQueue;
  private readonly queue: Lists;
  private readonly small: number;
  private readonly main: number;
  private readonly inMain: Uint8Array;
  /** Hits in the small queue, or the CLOCK counter in the main one. */
  private readonly count: Uint8Array;
  private readonly mainShare: number;
  private readonly most: number;
  private readonly move: number;
  private mainUsed = 0;

  constructor(options: PolicyOptions, { small, ghost, move, bits }: QdLpParameters) {
    super(options);
    const { capacity, objects } = options;
    this.mainShare = capacity - Math.trunc(capacity * small);
    this.ghost = new GhostQueue(objects, Math.trunc(capacity * ghost), this.sizes);
    this.queue = new Lists(objects, 2);
    this.small = this.queue.sentinel(0);
    this.main = this.queue.sentinel(1);
    this.inMain = new Uint8Array(objects);
    this.count = new Uint8Array(objects);
    this.most = 2 ** bits - 1;
    this.move = move;
  }

  hit(id: number): void {
    if (this.count[id] < (this.inMain[id] === 1 ? this.most : 255)) this.count[id]++;
  }

  admit(id: number): boolean {
    const size = this.sizeOf(id);
    if (!this.canFit(size)) return false;
    const remembered = this.ghost.remove(id);
    while (this.used + size > this.capacity) this.evict();
    this.enter(id, size);
    if (remembered) this.insertMain(id, size);
    else this.insertSmall(id);
    return true;
  }

  protected detach(id: number): void {
    this.queue.unlink(id);
    if (this.inMain[id] === 1) this.mainUsed -= this.sizeOf(id);
  }

  private insertSmall(id: number): void {
    this.queue.pushFront(this.small, id);
    this.inMain[id] = 0;
    this.count[id] = 0;
  }

  /** The main queue makes room within its own share first. */
  private insertMain(id: number, size: number): void {
    while (this.mainUsed + size > this.mainShare && this.evictMain());
    this.queue.pushFront(this.main, id);
    this.inMain[id] = 1;
    this.count[id] = 0;
    this.mainUsed += size;
  }

  /** One step: the oldest of the small queue leaves it, to the main queue or for good; else the main queue gives. */
  private evict(): void {
    const { queue, guards, small } = this;
    let id = queue.newer(small);
    while (id !== small && guards[id] !== 0) id = queue.newer(id);
    if (id === small) {
      this.evictMain();
      return;
    }
    queue.unlink(id);
    if (this.count[id] >= this.move) this.insertMain(id, this.sizeOf(id));
    else {
      this.ghost.add(id);
      this.evicted(id);
    }
  }

  /** CLOCK within the main queue; false if everything there is protected or nothing is there. */
  private evictMain(): boolean {
    const { queue, guards, main, count } = this;
    let id = queue.newer(main);
    let passed = 0;
    while (id !== main) {
      const next = queue.newer(id) === main ? queue.newer(main) : queue.newer(id);
      if (guards[id] === 0) {
        if (count[id] === 0) {
          queue.unlink(id);
          this.mainUsed -= this.sizeOf(id);
          this.evicted(id);
          return true;
        }
        count[id]--;
        queue.moveToFront(main, id);
        passed = 0;
      } else if (++passed > this.guarded) return false;
      id = next;
    }
    return false;
  }
}

export const qdLpFifo = definePolicy({
  name: 'qd-lp-fifo',
  version: 1,
  aliases: ['qdlp'],
  description:
    'Quick demotion, lazy promotion: a small FIFO in front of a 2-bit CLOCK with its own bound, and a ghost queue. ' +
    "Yang, Qiu, Zhang, Yue, Rashmi, HotOS 2023; steps in libCacheSim's order.",
  parameters: {
    small: number(0.1, 0, 1, 'share of the capacity that is the small FIFO'),
    ghost: number(0.9, 0, 10, 'ghost queue, as a share of the capacity'),
    move: integer(1, 0, 255, 'hits in the small FIFO that move an object to the CLOCK'),
    bits: integer(2, 0, 8, 'bits of the CLOCK counter'),
  },
  create: (options, parameters) => new QdLpFifo(options, parameters),
});
