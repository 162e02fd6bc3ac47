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
import { Lists, pushFront, unlink } from './lists.ts';
import type { PolicyOptions } from './policy.ts';

export interface S3FifoParameters {
  readonly small: number;
  readonly ghost: number;
  readonly move: number;
  readonly variant: string;
}

const MOST = 3; // two bits

/** Where an object is: nowhere, or in one of three lists. */
const NOWHERE = 0;
const SMALL = 1;
const MAIN = 2;
const GHOST = 3;

export class S3Fifo extends BoundedCache {
  private readonly queue: Lists;
  private readonly place: Uint8Array;
  private readonly count: Uint8Array;
  private readonly small: number;
  private readonly main: number;
  private readonly ghost: number;
  private readonly mainShare: number;
  private readonly ghostShare: number;
  private readonly move: number;
  private readonly paper: boolean;
  private smallUsed = 0;
  private ghostUsed = 0;

  constructor(options: PolicyOptions, { small, ghost, move, variant }: S3FifoParameters) {
    super(options);
    const { capacity, objects } = options;
    this.mainShare = capacity - Math.trunc(capacity * small);
    this.ghostShare = Math.trunc(capacity * ghost);
    this.queue = new Lists(objects, 3);
    this.small = this.queue.sentinel(0);
    this.main = this.queue.sentinel(1);
    this.ghost = this.queue.sentinel(2);
    this.place = new Uint8Array(objects);
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
    const remembered = this.place[id] === GHOST;
    if (remembered) this.forget(id);
    while (this.used + size > this.capacity) this.evict();
    this.queue.pushFront(remembered ? this.main : this.small, id);
    this.place[id] = remembered ? MAIN : SMALL;
    if (!remembered) this.smallUsed += size;
    this.count[id] = 0;
    this.enter(id, size);
    return true;
  }

  override accessMany(ids: Uint32Array, from: number, to: number): number {
    if (!this.isPlain() || this.paper) return this.accessEach(ids, from, to);
    const { resident, count, place, small, main, ghost, mainShare, ghostShare, move, capacity } = this;
    const { links } = this.queue;
    let { used, evictions, smallUsed, ghostUsed } = this;
    let hits = 0;
    for (let i = from; i < to; i++) {
      const id = ids[i];
      if (resident[id] === 1) {
        hits++;
        if (count[id] < 255) count[id]++;
        continue;
      }
      let target = small;
      if (place[id] === GHOST) {
        target = main;
        ghostUsed--;
        unlink(links, id);
      }
      if (used + 1 <= capacity) used++;
      else {
        evictions++;
        let victim = small; // the sentinel: no object of the small queue
        if (used - smallUsed <= mainShare) {
          victim = links[small << 1];
          while (victim !== small && count[victim] >= move) {
            const newer = links[victim << 1];
            unlink(links, victim);
            smallUsed--;
            pushFront(links, main, victim);
            place[victim] = MAIN;
            count[victim] = 0;
            victim = newer;
          }
        }
        if (victim !== small) {
          unlink(links, victim);
          smallUsed--;
          pushFront(links, ghost, victim);
          place[victim] = GHOST;
          if (++ghostUsed > ghostShare) {
            ghostUsed--;
            const oldest = links[ghost << 1];
            unlink(links, oldest);
            place[oldest] = NOWHERE;
          }
        } else {
          victim = links[main << 1];
          while (count[victim] !== 0) {
            count[victim] = (count[victim] < MOST ? count[victim] : MOST) - 1;
            unlink(links, victim);
            pushFront(links, main, victim);
            victim = links[main << 1];
          }
          unlink(links, victim);
          place[victim] = NOWHERE;
        }
        resident[victim] = 0;
      }
      resident[id] = 1;
      count[id] = 0;
      place[id] = target === small ? SMALL : MAIN;
      if (target === small) smallUsed++;
      pushFront(links, target, id);
    }
    this.used = used;
    this.evictions = evictions;
    this.smallUsed = smallUsed;
    this.ghostUsed = ghostUsed;
    return hits;
  }

  /** The three queues, newest first: what a report shows and a test checks. */
  inspect(): { small: number[]; main: number[]; ghost: number[] } {
    const { queue, small, main, ghost } = this;
    return { small: queue.members(small), main: queue.members(main), ghost: queue.members(ghost) };
  }

  protected detach(id: number): void {
    this.queue.unlink(id);
    if (this.place[id] === SMALL) this.smallUsed -= this.sizeOf(id);
    this.place[id] = NOWHERE;
  }

  private evict(): void {
    const fromSmall = this.used - this.smallUsed <= this.mainShare && this.smallUsed > 0;
    if (fromSmall) this.evictSmall() || this.evictMain();
    else this.evictMain() || this.evictSmall();
  }

  /** Moves objects requested often enough to the main queue until one leaves; false if none is left to choose. */
  private evictSmall(): boolean {
    const { queue, guards, small } = this;
    for (let id = queue.newer(small); id !== small; ) {
      const newer = queue.newer(id);
      if (guards[id] === 0) {
        this.detach(id);
        if (this.count[id] < this.move) {
          this.remember(id);
          this.evicted(id);
          return true;
        }
        queue.pushFront(this.main, id);
        this.place[id] = MAIN;
        this.count[id] = 0;
        if (this.paper && this.used - this.smallUsed > this.mainShare) this.evictMain();
      }
      id = newer;
    }
    return false;
  }

  /** Reinserts objects that were hit until one leaves; false if none is left to choose. */
  private evictMain(): boolean {
    const { queue, guards, main, count } = this;
    let id = queue.newer(main);
    let passed = 0; // protected objects passed in a row: a whole round of them means that there is no victim
    while (id !== main) {
      const newer = queue.newer(id) === main ? queue.newer(main) : queue.newer(id);
      if (guards[id] === 0) {
        if (count[id] === 0) {
          this.detach(id);
          this.evicted(id);
          return true;
        }
        count[id] = Math.min(count[id], MOST) - 1;
        queue.moveToFront(main, id);
        passed = 0;
      } else if (++passed > this.guarded) return false;
      id = newer;
    }
    return false;
  }

  private remember(id: number): void {
    const size = this.sizeOf(id);
    if (size > this.ghostShare) return;
    while (this.ghostUsed + size > this.ghostShare) this.forget(this.queue.newer(this.ghost));
    this.queue.pushFront(this.ghost, id);
    this.place[id] = GHOST;
    this.ghostUsed += size;
  }

  private forget(id: number): void {
    this.queue.unlink(id);
    this.place[id] = NOWHERE;
    this.ghostUsed -= this.sizeOf(id);
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
