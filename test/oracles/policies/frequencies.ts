/** References for the policies that evict the lowest of some rank. */
import { Oracle, type Queue, take, type World } from './oracle.ts';

/** Residents in the order in which they were ranked; the first of lowest rank leaves. */
abstract class Ranked extends Oracle {
  queue: Queue = [];
  rank: number[] = [];
  residents = () => this.queue;
  abstract ranked(id: number, wasResident: boolean): number;
  onHit(id: number) {
    take(this.queue, id);
    this.queue.push(id);
    this.rank[id] = this.ranked(id, true);
  }
  insert(id: number) {
    this.queue.push(id);
    this.rank[id] = this.ranked(id, false);
  }
  drop(id: number) {
    take(this.queue, id);
  }
  evict() {
    this.leave(this.queue, this.victim());
  }
  victim(): number {
    return this.lowest((id) => [this.rank[id], this.queue.indexOf(id)]);
  }
}

export class Lfu extends Ranked {
  ranked(id: number, wasResident: boolean) {
    return wasResident ? this.rank[id] + 1 : 1;
  }
}

export class Gdsf extends Ranked {
  inflation = 0;
  count: number[] = [];
  worth: (count: number, id: number) => number;
  constructor(world: World, worth: (count: number, id: number) => number) {
    super(world);
    this.worth = worth;
  }
  ranked(id: number, wasResident: boolean) {
    this.count[id] = wasResident ? this.count[id] + 1 : 1;
    return this.inflation + this.worth(this.count[id], id);
  }
  override evict() {
    const victim = this.victim();
    this.inflation = this.rank[victim];
    this.leave(this.queue, victim);
  }
}

/**
 * libCacheSim's LFUDA: classes of equal frequency, and m, the class that evictions take from. An object whose class is
 * below m when it enters it is sheltered there: evictions and the search for the next class do not look at it.
 */
export class Lfuda extends Ranked {
  m = 0;
  sheltered = new Set<number>();
  private raise() {
    const seen = this.queue.filter((id) => !this.sheltered.has(id)).map((id) => this.rank[id]);
    this.m = Math.max(this.m, seen.length > 0 ? Math.min(...seen) : 0);
  }
  ranked() {
    return this.m + 1;
  }
  override onHit(id: number) {
    const frequency = this.rank[id] + this.m;
    this.drop(id);
    this.queue.push(id);
    this.rank[id] = frequency;
    if (frequency < this.m) this.sheltered.add(id);
  }
  override drop(id: number) {
    take(this.queue, id);
    this.sheltered.delete(id);
    if (this.rank[id] === this.m) this.raise();
  }
  override evict() {
    const key = (id: number) => [this.sheltered.has(id) ? 1 : 0, this.rank[id], this.queue.indexOf(id)];
    const victim = this.lowest(key);
    this.leave(this.queue, victim);
    this.sheltered.delete(victim);
    this.m = Math.max(this.m, this.rank[victim]);
    this.raise();
  }
}

/** Frequencies that go on counting while the object is absent, by a rule of their own. */
export class Counted extends Ranked {
  history: number[] = [];
  classOf: (history: number[], id: number) => number;
  constructor(world: World, classOf: (history: number[], id: number) => number) {
    super(world);
    this.classOf = classOf;
  }
  override onHit(id: number) {
    this.history.push(id);
    super.onHit(id);
  }
  override skip(id: number) {
    this.history.push(id);
  }
  ranked() {
    return 0;
  }
  override victim() {
    return this.lowest((id) => [this.classOf(this.history, id), this.queue.indexOf(id)]);
  }
}

/** Counts a request that misses before room is made. */
export class CountedFirst extends Counted {
  override admit(id: number) {
    this.history.push(id);
    return super.admit(id);
  }
}

/** Counts a request that misses when the object is inserted, and not at all if it is not. */
export class CountedLast extends Counted {
  override insert(id: number) {
    this.history.push(id);
    super.insert(id);
  }
}

/** Sums of decayed past requests, computed from the whole history since the insertion. */
export class Lrfu extends Ranked {
  now = 0;
  times: number[][] = [];
  lambda: number;
  constructor(world: World, lambda: number) {
    super(world);
    this.lambda = lambda;
  }
  ranked(id: number, wasResident: boolean) {
    this.times[id] = [...(wasResident ? this.times[id] : []), this.now++];
    return 0;
  }
  override skip() {
    this.now++;
  }
  override victim() {
    const sum = (id: number) =>
      this.times[id].reduce((total, t) => total + 2 ** (-this.lambda * (this.now - t)), 0);
    // Rounded, so that sums that are equal on paper are equal here.
    return this.lowest((id) => [Number(sum(id).toPrecision(9)), this.queue.indexOf(id)]);
  }
}

export class LeCaR extends Ranked {
  recency: Queue = [];
  ghosts: { id: number; byLru: boolean; at: number }[] = [];
  weight = 0.5;
  requests = 0;
  rate: number;
  decay: number;
  constructor(world: World, rate: number, decay: number) {
    super(world);
    this.rate = rate;
    this.decay = decay;
  }
  ranked(id: number, wasResident: boolean) {
    take(this.recency, id);
    this.recency.push(id);
    return wasResident ? this.rank[id] + 1 : 1;
  }
  override onHit(id: number) {
    this.requests++;
    super.onHit(id);
  }
  override skip() {
    this.requests++;
  }
  override admit(id: number) {
    this.requests++;
    return super.admit(id);
  }
  override onMiss(id: number) {
    const ghost = this.ghosts.find((each) => each.id === id);
    if (!ghost) return;
    this.ghosts = this.ghosts.filter((each) => each !== ghost);
    const age = this.requests - ghost.at;
    const factor = Math.exp(-this.rate * this.decay ** (age / this.world.capacity));
    const lru = this.weight * (ghost.byLru ? factor : 1);
    const lfu = (1 - this.weight) * (ghost.byLru ? 1 : factor);
    this.weight = lru / (lru + lfu);
  }
  override insert(id: number) {
    this.recency.push(id);
    super.insert(id);
  }
  override drop(id: number) {
    take(this.recency, id);
    super.drop(id);
  }
  override evict() {
    const byLru = this.world.random() < this.weight;
    const victim = byLru ? this.oldest(this.recency)! : this.victim();
    take(this.recency, victim);
    this.leave(this.queue, victim);
    if (this.world.sizeOf(victim) > this.world.capacity) return;
    this.ghosts.push({ id: victim, byLru, at: this.requests });
    while (this.bytes(this.ghosts.map((each) => each.id)) > this.world.capacity) this.ghosts.shift();
  }
}
