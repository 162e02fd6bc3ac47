/**
 * S3-FIFO: a small FIFO (10 %) filters objects that are requested once, a main FIFO with 2-bit reinsertion holds the
 * rest, and a ghost queue of ids lets an object that comes back soon enter the main queue directly.
 *
 * Source: Yang, Zhang, Qiu, Yue, Rashmi, "FIFO queues are all you need for cache eviction", SOSP 2023.
 *
 * Default, as libCacheSim: a move to the main queue evicts nothing there. `variant=paper` (Algorithm 1): a move to a
 * main queue that is above its share evicts there at once, beside the object that leaves the small queue. libCacheSim
 * also reads objects as large as the small queue around the cache; here they are inserted.
 */
import { choice, integer, number } from '../definition.ts';
import { BoundedCache } from './bounded-cache.ts';
import { definePolicy } from './definition.ts';
import { GhostQueue } from './ghost-queue.ts';
import { Lists } from './lists.ts';
import type { PolicyOptions } from './policy.ts';

export interface S3FifoParameters {
  readonly small: number;
  readonly ghost: number;
  readonly move: number;
  readonly variant: string;
}

const MOST = 3; // two bits

export class S3Fifo extends BoundedCache {
  private readonly ghost: GhostQueue;
  private readonly queue: Lists;
  private readonly small: number;
  private readonly main: number;
  private readonly inMain: Uint8Array;
  private readonly count: Uint8Array;
  private readonly smallShare: number;
  private readonly mainShare: number;
  private readonly move: number;
  private readonly paper: boolean;
  private smallUsed = 0;

  constructor(options: PolicyOptions, { small, ghost, move, variant }: S3FifoParameters) {
    super(options);
    const { capacity, objects } = options;
    this.smallShare = Math.trunc(capacity * small);
    this.mainShare = capacity - this.smallShare;
    this.ghost = new GhostQueue(objects, Math.trunc(capacity * ghost), this.sizes);
    this.queue = new Lists(objects, 2);
    this.small = this.queue.sentinel(0);
    this.main = this.queue.sentinel(1);
    this.inMain = new Uint8Array(objects);
    this.count = new Uint8Array(objects);
    this.move = move;
    this.paper = variant === 'paper';
  }

  hit(id: number): void {
    if (this.count[id] < 255) this.count[id]++;
  }

  admit(id: number): boolean {
    const size = this.sizeOf(id);
    if (!this.canFit(size)) return false;
    const remembered = this.ghost.remove(id);
    while (this.used + size > this.capacity) this.evict();
    if (remembered) {
      this.queue.pushFront(this.main, id);
      this.inMain[id] = 1;
    } else {
      this.queue.pushFront(this.small, id);
      this.inMain[id] = 0;
      this.smallUsed += size;
    }
    this.count[id] = 0;
    this.enter(id, size);
    return true;
  }

  /** The three queues, newest first: what a report shows and a test checks. */
  inspect(): { small: number[]; main: number[]; ghost: number[] } {
    const { queue, small, main, ghost } = this;
    return { small: queue.members(small), main: queue.members(main), ghost: ghost.members() };
  }

  protected detach(id: number): void {
    this.queue.unlink(id);
    if (this.inMain[id] === 0) this.smallUsed -= this.sizeOf(id);
  }

  private evict(): void {
    const mainUsed = this.used - this.smallUsed;
    const fromSmall = mainUsed <= this.mainShare && this.smallUsed > 0;
    if (fromSmall) this.evictSmall() || this.evictMain();
    else this.evictMain() || this.evictSmall();
  }

  /** Moves objects requested often enough to the main queue until one leaves; false if none is left to choose. */
  private evictSmall(): boolean {
    const { queue, guards, small } = this;
    for (let id = queue.prev[small]; id !== small; ) {
      const next = queue.prev[id];
      if (guards[id] === 0) {
        queue.unlink(id);
        this.smallUsed -= this.sizeOf(id);
        if (this.count[id] < this.move) {
          this.ghost.add(id);
          this.evicted(id);
          return true;
        }
        queue.pushFront(this.main, id);
        this.inMain[id] = 1;
        this.count[id] = 0;
        if (this.paper && this.used - this.smallUsed > this.mainShare) this.evictMain();
      }
      id = next;
    }
    return false;
  }

  /** Reinserts objects that were hit until one leaves; false if none is left to choose. */
  private evictMain(): boolean {
    const { queue, guards, main, count } = this;
    let id = queue.prev[main];
    let passed = 0; // protected objects passed in a row: a whole round of them means that there is no victim
    while (id !== main) {
      const next = queue.prev[id] === main ? queue.prev[main] : queue.prev[id];
      if (guards[id] === 0) {
        if (count[id] === 0) {
          queue.unlink(id);
          this.evicted(id);
          return true;
        }
        count[id] = Math.min(count[id], MOST) - 1;
        queue.moveToFront(main, id);
        passed = 0;
      } else if (++passed > this.guarded) return false;
      id = next;
    }
    return false;
  }
}

export const s3Fifo = definePolicy({
  name: 's3-fifo',
  version: 1,
  aliases: ['s3fifo'],
  description:
    'A small FIFO filters objects requested once, a main FIFO with 2-bit reinsertion holds the rest, a ghost queue ' +
    'lets what comes back soon enter the main queue. Yang, Zhang, Qiu, Yue, Rashmi, SOSP 2023. variant=paper ' +
    'also evicts from the main queue when an object moves into it above its share (Algorithm 1); libCacheSim does not.',
  parameters: {
    small: number(0.1, 0, 1, 'share of the capacity that is the small queue'),
    ghost: number(0.9, 0, 10, 'ghost queue, as a share of the capacity'),
    move: integer(2, 0, 255, 'hits in the small queue that move an object to the main one'),
    variant: choice('libcachesim', ['libcachesim', 'paper'], 'which of the two rules'),
  },
  create: (options, parameters) => new S3Fifo(options, parameters),
});
