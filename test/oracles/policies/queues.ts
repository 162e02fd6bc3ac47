/** References for the policies of one queue and no counts to keep after eviction. */
import { Oracle, type Queue, take } from './oracle.ts';

export class Fifo extends Oracle {
  queue: Queue = [];
  residents = () => this.queue;
  onHit(_id: number) {}
  insert(id: number) {
    this.queue.push(id);
  }
  drop(id: number) {
    take(this.queue, id);
  }
  evict() {
    this.leave(this.queue, this.oldest(this.queue)!);
  }
}

export class Lru extends Fifo {
  override onHit(id: number) {
    take(this.queue, id);
    this.queue.push(id);
  }
}

export class Clock extends Fifo {
  count: number[] = [];
  most: number;
  constructor(world: Oracle['world'], bits: number) {
    super(world);
    this.most = 2 ** bits - 1;
  }
  override onHit(id: number) {
    this.count[id] = Math.min(this.count[id] + 1, this.most);
  }
  override insert(id: number) {
    super.insert(id);
    this.count[id] = 0;
  }
  override evict() {
    for (;;) {
      const id = this.queue[0];
      if (!this.world.isProtected(id) && this.count[id] === 0) break;
      if (!this.world.isProtected(id)) this.count[id]--;
      take(this.queue, id);
      this.queue.push(id);
    }
    this.leave(this.queue, this.queue[0]);
  }
}

export class Sieve extends Fifo {
  visited = new Set<number>();
  hand: number | undefined;
  private newer = (id: number): number | undefined => this.queue[this.queue.indexOf(id) + 1];
  override onHit(id: number) {
    this.visited.add(id);
  }
  override insert(id: number) {
    super.insert(id);
    this.visited.delete(id);
  }
  override drop(id: number) {
    if (this.hand === id) this.hand = this.newer(id);
    super.drop(id);
  }
  override evict() {
    let id = this.hand ?? this.queue[0];
    while (this.visited.has(id) || this.world.isProtected(id)) {
      if (!this.world.isProtected(id)) this.visited.delete(id);
      id = this.newer(id) ?? this.queue[0];
    }
    this.hand = this.newer(id);
    this.leave(this.queue, id);
  }
}

/** Removal puts the last into the hole, so that the same draws choose the same victims. */
export class RandomVictim extends Fifo {
  override drop(id: number) {
    const last = this.queue.pop()!;
    if (last !== id) this.queue[this.queue.indexOf(id)] = last;
  }
  draw(): number {
    return this.queue[Math.floor(this.world.random() * this.queue.length)];
  }
  override evict() {
    let id = this.draw();
    while (this.world.isProtected(id)) id = this.draw();
    this.drop(id);
    this.victims.push(id);
  }
}

export class Hyperbolic extends RandomVictim {
  requests = 0;
  count: number[] = [];
  since: number[] = [];
  sample: number;
  constructor(world: Oracle['world'], sample: number) {
    super(world);
    this.sample = sample;
  }
  override onHit(id: number) {
    this.requests++;
    this.count[id]++;
  }
  override skip() {
    this.requests++;
  }
  override admit(id: number) {
    this.requests++;
    return super.admit(id);
  }
  override insert(id: number) {
    super.insert(id);
    this.count[id] = 1;
    this.since[id] = this.requests;
  }
  override evict() {
    const drawn: number[] = [];
    while (drawn.length < this.sample || drawn.every(this.world.isProtected)) drawn.push(this.draw());
    const priority = (id: number) => this.count[id] / (this.requests - this.since[id]);
    const free = drawn.filter((id) => !this.world.isProtected(id));
    const least = Math.min(...free.map(priority));
    const id = free.find((each) => priority(each) === least)!;
    this.drop(id);
    this.victims.push(id);
  }
}

export class LeastStale extends Lru {
  current = 0;
  override onHit(id: number) {
    this.current = this.world.layerOf(id);
    super.onHit(id);
  }
  override admit(id: number) {
    this.current = this.world.layerOf(id);
    return super.admit(id);
  }
  override skip(id: number) {
    this.current = this.world.layerOf(id);
  }
  override evict() {
    const layers =
      Math.max(...Array.from({ length: this.world.objects }, (_, id) => this.world.layerOf(id))) + 1;
    // How many layers ahead the object is needed again; the current layer counts as the very next.
    const ahead = (id: number) => (this.world.layerOf(id) - this.current + layers) % layers;
    this.leave(
      this.queue,
      this.lowest((id) => [-ahead(id), this.queue.indexOf(id)]),
    );
  }
}

export class StaticPin extends Lru {
  pins: number[] = [];
  constructor(world: Oracle['world'], share: number) {
    super(world);
    const all = Array.from({ length: world.objects }, (_, id) => id);
    all.sort((a, b) => world.popularity(b) - world.popularity(a) || a - b);
    for (const id of all) {
      if (world.popularity(id) <= 0 || this.bytes([...this.pins, id]) > share * world.capacity) break;
      this.pins.push(id);
    }
  }
  override admit(id: number) {
    this.victims = [];
    const rest = this.queue.filter((each) => !this.pins.includes(each));
    const room = this.world.capacity - this.bytes(this.pins) - this.world.sizeOf(id);
    if (!this.pins.includes(id)) {
      if (this.bytes(rest.filter(this.world.isProtected)) > room) return null;
      while (this.bytes(rest) > room) {
        const victim = this.oldest(rest)!;
        take(rest, victim);
        this.leave(this.queue, victim);
      }
    }
    this.insert(id);
    return this.victims;
  }
}

/** Furthest next request by scanning the rest of the trace; never again: the highest id. */
export class Min extends Fifo {
  at: number[] = [];
  bypass: boolean;
  constructor(world: Oracle['world'], bypass: boolean) {
    super(world);
    this.bypass = bypass;
  }
  next(id: number): number {
    const next = this.world.future.indexOf(id, (this.at[id] ?? -1) + 1);
    return next < 0 ? Infinity : next;
  }
  override onHit(id: number) {
    this.at[id] = this.next(id);
  }
  override skip(id: number) {
    this.at[id] = this.next(id);
  }
  override admit(id: number) {
    this.at[id] = this.next(id);
    if (!this.bypass) return super.admit(id);
    this.victims = [];
    const { capacity, sizeOf, isProtected } = this.world;
    if (!this.fits(id, this.bytes(this.queue.filter(isProtected)), capacity)) return null;
    const before = [...this.queue];
    while (this.used + sizeOf(id) > capacity) this.evict();
    if (this.victims.some((victim) => this.next(id) >= this.next(victim))) {
      this.queue = before;
      return null;
    }
    this.insert(id);
    return this.victims;
  }
  furthest(): number {
    const next = (id: number) => Math.min(this.next(id), 1e9);
    return this.lowest((id) => [-next(id), -id]);
  }
  override evict() {
    this.leave(this.queue, this.furthest());
  }
}
