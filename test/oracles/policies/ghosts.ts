/** References for the policies with several queues and a memory of what left. */
import { Oracle, type Queue, take, type World } from './oracle.ts';

/** Remembers `id` in a ghost queue bounded by bytes. */
function remember(oracle: Oracle, ghost: Queue, id: number, limit: number): void {
  if (oracle.world.sizeOf(id) > limit) return;
  ghost.push(id);
  while (oracle.bytes(ghost) > limit) ghost.shift();
}

function forget(ghost: Queue, id: number): boolean {
  if (!ghost.includes(id)) return false;
  take(ghost, id);
  return true;
}

export class S3Fifo extends Oracle {
  small: Queue = [];
  main: Queue = [];
  ghost: Queue = [];
  count: number[] = [];
  remembered = false;
  p: { small: number; ghost: number; move: number; variant: string };
  constructor(world: World, p: S3Fifo['p']) {
    super(world);
    this.p = p;
  }
  residents = () => [...this.small, ...this.main];
  get mainShare() {
    return this.world.capacity - Math.trunc(this.world.capacity * this.p.small);
  }
  onHit(id: number) {
    this.count[id] = Math.min(this.count[id] + 1, 255);
  }
  override onMiss(id: number) {
    this.remembered = forget(this.ghost, id);
  }
  insert(id: number) {
    (this.remembered ? this.main : this.small).push(id);
    this.count[id] = 0;
  }
  drop(id: number) {
    take(this.small.includes(id) ? this.small : this.main, id);
  }
  evict() {
    const fromMain = this.bytes(this.main) > this.mainShare || this.small.length === 0;
    if (fromMain) this.evictMain() || this.evictSmall();
    else this.evictSmall() || this.evictMain();
  }
  evictSmall(): boolean {
    for (let id = this.oldest(this.small); id !== undefined; id = this.oldest(this.small)) {
      if (this.count[id] < this.p.move) {
        this.leave(this.small, id);
        remember(this, this.ghost, id, Math.trunc(this.world.capacity * this.p.ghost));
        return true;
      }
      take(this.small, id);
      this.main.push(id);
      this.count[id] = 0;
      if (this.p.variant === 'paper' && this.bytes(this.main) > this.mainShare) this.evictMain();
    }
    return false;
  }
  evictMain(): boolean {
    const id = this.clock(this.main, this.count, 3);
    if (id !== undefined) this.leave(this.main, id);
    return id !== undefined;
  }
}

export class QdLpFifo extends Oracle {
  small: Queue = [];
  main: Queue = [];
  ghost: Queue = [];
  count: number[] = [];
  remembered = false;
  p: { small: number; ghost: number; move: number; bits: number };
  constructor(world: World, p: QdLpFifo['p']) {
    super(world);
    this.p = p;
  }
  residents = () => [...this.small, ...this.main];
  onHit(id: number) {
    this.count[id] = Math.min(this.count[id] + 1, this.main.includes(id) ? 2 ** this.p.bits - 1 : 255);
  }
  override onMiss(id: number) {
    this.remembered = forget(this.ghost, id);
  }
  insert(id: number) {
    if (this.remembered) this.intoMain(id);
    else this.small.push(id);
    this.count[id] = 0;
  }
  drop(id: number) {
    take(this.small.includes(id) ? this.small : this.main, id);
  }
  evict() {
    const id = this.oldest(this.small);
    if (id === undefined) this.evictMain();
    else if (this.count[id] >= this.p.move) {
      take(this.small, id);
      this.intoMain(id);
    } else {
      this.leave(this.small, id);
      remember(this, this.ghost, id, Math.trunc(this.world.capacity * this.p.ghost));
    }
  }
  intoMain(id: number) {
    const share = this.world.capacity - Math.trunc(this.world.capacity * this.p.small);
    while (this.bytes([...this.main, id]) > share && this.evictMain());
    this.main.push(id);
    this.count[id] = 0;
  }
  evictMain(): boolean {
    const id = this.clock(this.main, this.count);
    if (id !== undefined) this.leave(this.main, id);
    return id !== undefined;
  }
}

export class TwoQ extends Oracle {
  a1in: Queue = [];
  am: Queue = [];
  a1out: Queue = [];
  remembered = false;
  p: { in: number; out: number };
  constructor(world: World, p: TwoQ['p']) {
    super(world);
    this.p = p;
  }
  residents = () => [...this.a1in, ...this.am];
  get inShare() {
    return Math.trunc(this.world.capacity * this.p.in);
  }
  onHit(id: number) {
    if (forget(this.am, id)) this.am.push(id);
  }
  override onMiss(id: number) {
    this.remembered = forget(this.a1out, id);
  }
  insert(id: number) {
    if (!this.remembered) this.a1in.push(id);
    else {
      while (this.bytes([...this.am, id]) > this.world.capacity - this.inShare && this.evictFrom(this.am));
      this.am.push(id);
    }
  }
  drop(id: number) {
    take(this.a1in.includes(id) ? this.a1in : this.am, id);
  }
  evict() {
    const inFirst = this.bytes(this.a1in) > this.inShare;
    if (inFirst) this.evictFrom(this.a1in) || this.evictFrom(this.am);
    else this.evictFrom(this.am) || this.evictFrom(this.a1in);
  }
  evictFrom(queue: Queue): boolean {
    const id = this.oldest(queue);
    if (id === undefined) return false;
    this.leave(queue, id);
    if (queue === this.a1in) remember(this, this.a1out, id, Math.trunc(this.world.capacity * this.p.out));
    return true;
  }
}

export class Arc extends Oracle {
  t1: Queue = [];
  t2: Queue = [];
  b1: Queue = [];
  b2: Queue = [];
  p = 0;
  ghost: 'none' | 'b1' | 'b2' = 'none';
  residents = () => [...this.t1, ...this.t2];
  onHit(id: number) {
    this.drop(id);
    this.t2.push(id);
  }
  override onMiss(id: number) {
    const [b1, b2] = [this.bytes(this.b1), this.bytes(this.b2)];
    this.ghost = 'none';
    if (forget(this.b1, id)) {
      this.ghost = 'b1';
      this.p = Math.min(this.p + Math.max(b2 / b1, 1), this.world.capacity);
    } else if (forget(this.b2, id)) {
      this.ghost = 'b2';
      this.p = Math.max(this.p - Math.max(b1 / b2, 1), 0);
    }
  }
  insert(id: number) {
    (this.ghost === 'none' ? this.t1 : this.t2).push(id);
  }
  drop(id: number) {
    take(this.t1.includes(id) ? this.t1 : this.t2, id);
  }
  evict(size: number) {
    const { capacity } = this.world;
    if (this.ghost === 'none') {
      if (this.bytes([...this.t1, ...this.b1]) + size > capacity) {
        if (this.b1.length === 0) {
          const id = this.oldest(this.t1);
          if (id !== undefined) {
            this.leave(this.t1, id);
            return;
          }
        } else this.b1.shift();
      } else if (this.bytes([...this.t1, ...this.t2, ...this.b1, ...this.b2]) >= 2 * capacity)
        this.b2.shift();
    }
    const t1 = this.bytes(this.t1);
    const fromT1 =
      (t1 > 0 && (t1 > this.p || (t1 === this.p && this.ghost === 'b2'))) || this.t2.length === 0;
    if (fromT1) this.replace(this.t1, this.b1) || this.replace(this.t2, this.b2);
    else this.replace(this.t2, this.b2) || this.replace(this.t1, this.b1);
  }
  replace(from: Queue, ghost: Queue): boolean {
    const id = this.oldest(from);
    if (id === undefined) return false;
    this.leave(from, id);
    ghost.push(id);
    return true;
  }
}

export class Slru extends Oracle {
  segments: Queue[];
  constructor(world: World, segments: number) {
    super(world);
    this.segments = Array.from({ length: segments }, () => []);
  }
  residents = () => this.segments.flat();
  get share() {
    return Math.trunc(this.world.capacity / this.segments.length);
  }
  onHit(id: number) {
    const from = this.segments.findIndex((segment) => segment.includes(id));
    const stays = this.world.sizeOf(id) > this.share;
    const to = stays ? from : Math.min(from + 1, this.segments.length - 1);
    take(this.segments[from], id);
    this.segments[to].push(id);
    if (to > from) this.cool(to);
  }
  cool(s: number) {
    while (this.bytes(this.segments[s]) > this.share) {
      if (s === 0) {
        const id = this.oldest(this.segments[0]);
        if (id === undefined) return;
        this.leave(this.segments[0], id);
      } else {
        this.segments[s - 1].push(this.segments[s].shift()!);
        this.cool(s - 1);
      }
    }
  }
  insert(id: number) {
    const room = this.segments.find((segment) => this.bytes([...segment, id]) <= this.share);
    (room ?? this.segments[0]).push(id);
  }
  drop(id: number) {
    take(this.segments.find((segment) => segment.includes(id))!, id);
  }
  evict() {
    const from = this.segments.find((segment) => this.oldest(segment) !== undefined)!;
    this.leave(from, this.oldest(from)!);
  }
}

export class Lirs extends Oracle {
  /** Bottom first. */
  stack: Queue = [];
  lir = new Set<number>();
  q: Queue = [];
  /** Non-resident objects of the stack, in the order in which they left Q. */
  gone: Queue = [];
  justHit: number | undefined;
  returning = false;
  p: { hirs: number; variant: string };
  constructor(world: World, p: Lirs['p']) {
    super(world);
    this.p = p;
  }
  residents = () => [...this.lir, ...this.q];
  get hirShare() {
    return Math.max(1, Math.trunc(this.world.capacity * this.p.hirs));
  }
  get lirShare() {
    return this.world.capacity - this.hirShare;
  }
  onHit(id: number) {
    if (this.lir.has(id)) {
      this.toTop(id);
      this.prune();
    } else if (this.stack.includes(id) && this.fitsLir(id)) {
      this.toTop(id);
      take(this.q, id);
      this.lir.add(id);
      this.demoteWhile(() => this.bytes([...this.lir]) > this.lirShare);
      this.prune();
    } else {
      take(this.q, id);
      this.q.push(id);
      this.justHit = id;
      const full = () => this.bytes([...this.lir, id]) > this.lirShare;
      if (this.p.variant !== 'paper' && this.fitsLir(id)) this.demoteWhile(full);
      this.justHit = undefined;
      forget(this.stack, id);
      this.stack.push(id);
      this.limit();
    }
  }
  fitsLir(id: number) {
    return this.world.sizeOf(id) <= this.lirShare;
  }
  toTop(id: number) {
    take(this.stack, id);
    this.stack.push(id);
  }
  demoteWhile(condition: () => boolean) {
    while (this.lir.size > 0 && condition()) {
      const id = this.stack.shift()!;
      this.lir.delete(id);
      if (this.world.sizeOf(id) > this.hirShare && !this.world.isProtected(id)) this.victims.push(id);
      else {
        while (this.bytes([...this.q, id]) > this.hirShare && this.evictHir());
        this.q.push(id);
      }
      this.prune();
    }
  }
  prune() {
    while (this.stack.length > 1 && !this.lir.has(this.stack[0])) forget(this.gone, this.stack.shift()!);
  }
  evictHir(): boolean {
    const id = this.oldest(this.q.filter((each) => each !== this.justHit));
    if (id === undefined) return false;
    this.leave(this.q, id);
    if (this.stack.includes(id)) this.gone.push(id);
    return true;
  }
  override onMiss(id: number) {
    this.returning = forget(this.gone, id);
    forget(this.stack, id);
    this.stack.push(id);
    if (this.returning && this.fitsLir(id)) {
      this.demoteWhile(() => this.bytes([...this.lir, id]) > this.lirShare);
    } else if (this.bytes([...this.lir, id]) > this.lirShare) {
      while (this.bytes([...this.q, id]) > this.hirShare && this.evictHir());
    }
  }
  evict() {
    if (this.evictHir()) return;
    const id = this.oldest(this.stack.filter((each) => this.lir.has(each)))!;
    this.lir.delete(id);
    this.leave(this.stack, id);
    this.prune();
  }
  insert(id: number) {
    if (this.bytes([...this.lir, id]) <= this.lirShare) {
      this.lir.add(id);
      this.prune();
    } else this.q.push(id);
    this.limit();
  }
  limit() {
    while (this.bytes(this.stack) > 2 * this.world.capacity && this.gone.length > 0) {
      take(this.stack, this.gone.shift()!);
    }
  }
  drop(id: number) {
    if (!this.lir.delete(id)) take(this.q, id);
    forget(this.stack, id);
    this.prune();
  }
}

export class WTinyLfu extends Oracle {
  window: Queue = [];
  probation: Queue = [];
  safe: Queue = [];
  count: number[];
  counted = 0;
  p: { window: number; sample: number; variant: string };
  period: number;
  constructor(world: World, p: WTinyLfu['p'], equalSizes: boolean) {
    super(world);
    this.p = p;
    this.count = Array(world.objects).fill(0);
    this.period = p.sample * (equalSizes ? this.mainShare : world.objects);
  }
  residents = () => [...this.window, ...this.probation, ...this.safe];
  get mainShare() {
    return this.world.capacity - Math.trunc(this.world.capacity * this.p.window);
  }
  add(id: number) {
    this.count[id]++;
    if (++this.counted < this.period) return;
    this.counted = 0;
    this.count = this.count.map((each) => each >> 1);
  }
  override skip(id: number) {
    this.add(id);
  }
  override admit(id: number) {
    this.add(id);
    return super.admit(id);
  }
  onHit(id: number) {
    if (forget(this.window, id)) {
      if (this.p.variant === 'paper') this.add(id);
      this.window.push(id);
      return;
    }
    this.add(id);
    this.drop(id);
    this.safe.push(id);
    while (this.bytes(this.safe) > Math.trunc(0.8 * this.mainShare)) this.probation.push(this.safe.shift()!);
  }
  insert(id: number) {
    this.window.push(id);
  }
  drop(id: number) {
    take([this.window, this.probation, this.safe].find((queue) => queue.includes(id))!, id);
  }
  evict() {
    const candidate = this.oldest(this.window);
    const victim = this.oldest(this.probation) ?? this.oldest(this.safe);
    if (candidate === undefined) {
      this.drop(victim!);
      this.victims.push(victim!);
      return;
    }
    const fits = this.bytes([...this.probation, ...this.safe, candidate]) <= this.mainShare;
    const wins = victim !== undefined && this.count[candidate] > this.count[victim];
    if (!fits) {
      this.drop(wins ? victim : candidate);
      this.victims.push(wins ? victim : candidate);
    }
    if (fits || wins) {
      take(this.window, candidate);
      const inProbation = this.bytes([...this.probation, candidate]) <= Math.trunc(0.2 * this.mainShare);
      const inSafe = this.bytes([...this.safe, candidate]) <= Math.trunc(0.8 * this.mainShare);
      (inProbation || !inSafe ? this.probation : this.safe).push(candidate);
    }
    if (this.p.variant !== 'paper') this.add(candidate);
  }
}
