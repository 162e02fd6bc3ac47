/**
 * Slow, obvious references for the eviction policies: arrays in order of age and linear scans, one small class a policy.
 * They know nothing of the real code; protection is a question asked of the world.
 */
export interface World {
  capacity: number;
  objects: number;
  sizeOf(id: number): number;
  isProtected(id: number): boolean;
  /** All requests that will be made, in order. */
  future: number[];
  layerOf(id: number): number;
  popularity(id: number): number;
  random(): number;
}

/** [oldest, ..., newest] */
export type Queue = number[];

export const take = (queue: Queue, id: number): void => {
  queue.splice(queue.indexOf(id), 1);
};

export abstract class Oracle {
  readonly world: World;
  /** Victims of the operation under way. */
  victims: number[] = [];

  constructor(world: World) {
    this.world = world;
  }

  abstract residents(): number[];
  abstract onHit(id: number): void;
  /** Called before room is made; the object fits beside the protected ones. */
  onMiss(_id: number): void {}
  /** Takes one victim out of its queues, through `leave`. */
  abstract evict(size: number): void;
  abstract insert(id: number): void;
  abstract drop(id: number): void;
  /** A request that is read around the cache. */
  skip(_id: number): void {}

  get used(): number {
    return this.bytes(this.residents());
  }

  bytes(ids: number[]): number {
    return ids.reduce((sum, id) => sum + this.world.sizeOf(id), 0);
  }

  contains(id: number): boolean {
    return this.residents().includes(id);
  }

  hit(id: number): number[] {
    this.victims = [];
    this.onHit(id);
    return this.victims;
  }

  /** The victims, or null if nothing was inserted. */
  admit(id: number): number[] | null {
    this.victims = [];
    const { capacity, sizeOf, isProtected } = this.world;
    if (!this.fits(id, this.bytes(this.residents().filter(isProtected)), capacity)) return null;
    this.onMiss(id);
    while (this.used + sizeOf(id) > capacity) this.evict(sizeOf(id));
    this.insert(id);
    return this.victims;
  }

  fits(id: number, protectedBytes: number, capacity: number): boolean {
    return protectedBytes + this.world.sizeOf(id) <= capacity;
  }

  protected leave(queue: Queue, id: number): void {
    take(queue, id);
    this.victims.push(id);
  }

  /** The oldest object of a queue that is not protected. */
  protected oldest(queue: Queue): number | undefined {
    return queue.find((id) => !this.world.isProtected(id));
  }

  /** The unprotected resident that comes first by `key` (compared element by element). */
  protected lowest(key: (id: number) => number[]): number {
    const compare = (a: number[], b: number[]) => a.map((x, i) => x - b[i]).find((d) => d !== 0) ?? 0;
    return this.residents()
      .filter((id) => !this.world.isProtected(id))
      .sort((a, b) => compare(key(a), key(b)))[0];
  }

  /** CLOCK over one queue: the first unprotected object whose count is 0; counts fall and objects go to the front. */
  protected clock(queue: Queue, count: number[], limit = Infinity): number | undefined {
    if (this.oldest(queue) === undefined) return undefined;
    for (let at = 0; ; at %= queue.length) {
      const id = queue[at];
      if (this.world.isProtected(id)) at++;
      else if (count[id] === 0) return id;
      else {
        count[id] = Math.min(count[id], limit) - 1;
        const wasNewest = at === queue.length - 1;
        take(queue, id);
        queue.push(id);
        if (wasNewest) at = 0;
      }
    }
  }
}
