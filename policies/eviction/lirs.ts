/**
 * LIRS: objects with a low inter-reference recency (LIR) hold almost all of the cache; the others (HIR) pass through a
 * small queue Q. A stack S of recently requested objects, resident or not, tells which HIR object, requested again
 * while still in S, takes the place of the LIR object at the bottom of S.
 *
 * Source: Jiang, Zhang, "LIRS: an efficient low inter-reference recency set replacement policy", SIGMETRICS 2002.
 *
 * Default, as libCacheSim: a hit in Q of an object no longer in S also demotes the bottom LIR object to Q, so that the
 * next new object becomes LIR; S is cut to twice the capacity by forgetting the oldest non-resident object.
 * `variant=paper` does not demote on such a hit. Where Q holds the object just hit alone (a capacity below 200 objects
 * at the default share), libCacheSim evicts it then and still counts it as resident, above its capacity; here it stays
 * until the next insertion. An object larger than the LIR set stays HIR.
 */
import { choice, number } from '../definition.ts';
import { BoundedCache } from './bounded-cache.ts';
import { definePolicy } from './definition.ts';
import { Lists } from './lists.ts';
import type { PolicyOptions } from './policy.ts';

export class Lirs extends BoundedCache {
  /** Stack S: front = top. */
  private readonly stack: Lists;
  private readonly top: number;
  /** Q (resident HIR) and the non-resident objects of S; no object is in both. */
  private readonly queue: Lists;
  private readonly q: number;
  private readonly gone: number;
  private readonly inStack: Uint8Array;
  private readonly isLir: Uint8Array;
  private readonly hirShare: number;
  private readonly lirShare: number;
  private readonly paper: boolean;
  private lirUsed = 0;
  private stackUsed = 0;

  constructor(options: PolicyOptions, hirs: number, variant: string) {
    super(options);
    const { capacity, objects } = options;
    this.hirShare = Math.max(1, Math.trunc(hirs * capacity));
    this.lirShare = capacity - this.hirShare;
    this.stack = new Lists(objects, 1);
    this.top = this.stack.sentinel(0);
    this.queue = new Lists(objects, 2);
    this.q = this.queue.sentinel(0);
    this.gone = this.queue.sentinel(1);
    this.inStack = new Uint8Array(objects);
    this.isLir = new Uint8Array(objects);
    this.paper = variant === 'paper';
  }

  hit(id: number): void {
    const size = this.sizeOf(id);
    if (this.isLir[id] === 1) {
      this.stack.moveToFront(this.top, id);
      this.prune();
      return;
    }
    const fitsLir = size <= this.lirShare;
    if (this.inStack[id] === 1 && fitsLir) {
      this.stack.moveToFront(this.top, id);
      this.queue.unlink(id);
      this.becomeLir(id, size);
      this.demoteTo(this.lirShare);
      this.prune(); // it may be the only LIR object, with others below it in S
      return;
    }
    this.queue.moveToFront(this.q, id);
    if (!this.paper && fitsLir) {
      this.guards[id]++; // the object just hit is not the one to leave Q
      this.demoteTo(this.lirShare - size);
      this.guards[id]--;
    }
    if (this.inStack[id] === 1) this.popStack(id);
    this.pushStack(id);
    this.limitStack();
  }

  admit(id: number): boolean {
    const size = this.sizeOf(id);
    if (!this.canFit(size)) return false;
    const returns = this.inStack[id] === 1;
    if (returns) {
      this.queue.unlink(id);
      this.popStack(id);
    }
    this.pushStack(id); // on top, so that pruning does not reach it
    const { lirShare } = this;
    if (returns && size <= lirShare) this.demoteTo(lirShare - size);
    else if (this.lirUsed + size > lirShare) {
      while (this.used - this.lirUsed + size > this.hirShare && this.evictHir());
    }
    this.makeRoom(size);
    this.enter(id, size);
    if (this.lirUsed + size <= lirShare) {
      this.becomeLir(id, size);
      this.prune();
    } else this.queue.pushFront(this.q, id);
    this.limitStack();
    return true;
  }

  /** Stack S from its top, queue Q from its newest, and the LIR objects: what a report shows and a test checks. */
  inspect(): { stack: number[]; queue: number[]; lir: number[]; lirShare: number; hirShare: number } {
    const { lirShare, hirShare } = this;
    const stack = this.stack.members(this.top);
    const lir = stack.filter((id) => this.isLir[id] === 1);
    return { stack, queue: this.queue.members(this.q), lir, lirShare, hirShare };
  }

  protected detach(id: number): void {
    if (this.isLir[id] === 1) {
      this.isLir[id] = 0;
      this.lirUsed -= this.sizeOf(id);
    } else this.queue.unlink(id);
    if (this.inStack[id] === 1) this.popStack(id);
    this.prune();
  }

  private becomeLir(id: number, size: number): void {
    this.isLir[id] = 1;
    this.lirUsed += size;
  }

  private pushStack(id: number): void {
    this.stack.pushFront(this.top, id);
    this.inStack[id] = 1;
    this.stackUsed += this.sizeOf(id);
  }

  private popStack(id: number): void {
    this.stack.unlink(id);
    this.inStack[id] = 0;
    this.stackUsed -= this.sizeOf(id);
  }

  /** Turns LIR objects at the bottom of S into HIR until the LIR set is within `share`. */
  private demoteTo(share: number): void {
    while (this.lirUsed > share) {
      const id = this.stack.newer(this.top);
      const size = this.sizeOf(id);
      this.isLir[id] = 0;
      this.lirUsed -= size;
      this.popStack(id);
      if (size > this.hirShare && this.guards[id] === 0) this.evicted(id);
      else {
        while (this.used - this.lirUsed > this.hirShare && this.evictHir());
        this.queue.pushFront(this.q, id);
      }
      this.prune();
    }
  }

  /** The oldest unprotected object of Q leaves; its id stays in S. False if there is none. */
  private evictHir(): boolean {
    const { queue, guards, q } = this;
    let victim = queue.newer(q);
    while (victim !== q && guards[victim] !== 0) victim = queue.newer(victim);
    if (victim === q) return false;
    queue.unlink(victim);
    if (this.inStack[victim] === 1) queue.pushFront(this.gone, victim);
    this.evicted(victim);
    return true;
  }

  /** What the shares leave undone when sizes differ or objects are protected. */
  private makeRoom(size: number): void {
    const { stack, guards, isLir } = this;
    while (this.used + size > this.capacity) {
      if (this.evictHir()) continue;
      let victim = stack.newer(this.top);
      while (isLir[victim] === 0 || guards[victim] !== 0) victim = stack.newer(victim);
      this.detach(victim);
      this.evicted(victim);
    }
  }

  /** Stack pruning: S ends with a LIR object. */
  private prune(): void {
    const { stack, top } = this;
    let bottom = stack.newer(top);
    while (bottom !== stack.older(top) && this.isLir[bottom] === 0) {
      if (this.resident[bottom] === 0) this.queue.unlink(bottom);
      this.popStack(bottom);
      bottom = stack.newer(top);
    }
  }

  /** Forgets the objects that left Q longest ago while S is above twice the capacity. */
  private limitStack(): void {
    while (this.stackUsed > 2 * this.capacity) {
      const oldest = this.queue.newer(this.gone);
      if (oldest === this.gone) return;
      this.queue.unlink(oldest);
      this.popStack(oldest);
    }
  }
}

export const lirs = definePolicy({
  name: 'lirs',
  version: 2, // 1 let S end with a HIR object after a hit in Q that made the only LIR object
  evictsEarly: true, // the default demotes on a hit in Q, and Q may then hold more than its share
  description:
    'Low inter-reference recency set: objects requested again while in a stack of recent objects hold almost all of ' +
    'the cache, the others pass through a small queue. Jiang, Zhang, SIGMETRICS 2002. Default as libCacheSim: a hit ' +
    'in the queue of an object no longer in the stack also demotes the coldest object of the main set; ' +
    'variant=paper does not.',
  parameters: {
    hirs: number(0.01, 0, 1, 'queue of the others, as a share of the capacity (at least 1 object or byte)'),
    variant: choice('libcachesim', ['libcachesim', 'paper'], 'which of the two rules'),
  },
  create: (options, { hirs, variant }) => new Lirs(options, hirs, variant),
});
