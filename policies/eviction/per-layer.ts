/**
 * Per-layer slots: one cache a layer, each with its own policy and an equal part of the capacity, the remainder going
 * one unit each to the first layers. An object can only displace objects of its own layer.
 */
import type { EvictionPolicy, PolicyOptions } from './policy.ts';

export class PerLayer implements EvictionPolicy {
  readonly capacity: number;
  /** The cache of each layer; it knows its objects by their place within the layer. */
  readonly layers: readonly EvictionPolicy[];
  private readonly layerOf: Uint16Array;
  private readonly place: Uint32Array;

  /** @param options the capacity is the total; `layers` is required @param create makes the cache of one layer */
  constructor(options: PolicyOptions, create: (options: PolicyOptions) => EvictionPolicy) {
    const { capacity, objects } = options;
    this.capacity = capacity;
    this.layerOf = options.layers!;
    this.place = new Uint32Array(objects);
    const members: number[][] = [];
    for (let id = 0; id < objects; id++) {
      const layer = this.layerOf[id];
      while (members.length <= layer) members.push([]);
      this.place[id] = members[layer].push(id) - 1;
    }
    const future = options.future && {
      ...options.future,
      requests: options.future.requests.map((id) => this.place[id]),
    };
    this.layers = members.map((ids, layer) =>
      create(restricted({ ...options, future }, ids, splitCapacity(capacity, members.length, layer))),
    );
  }

  get used(): number {
    return this.layers.reduce((sum, layer) => sum + layer.used, 0);
  }

  get evictions(): number {
    return this.layers.reduce((sum, layer) => sum + layer.evictions, 0);
  }

  contains(id: number): boolean {
    return this.layers[this.layerOf[id]].contains(this.place[id]);
  }

  access(id: number): boolean {
    return this.layers[this.layerOf[id]].access(this.place[id]);
  }

  accessMany(ids: Uint32Array, from: number, to: number): number {
    let hits = 0;
    for (let i = from; i < to; i++) if (this.access(ids[i])) hits++;
    return hits;
  }

  hit(id: number): void {
    this.layers[this.layerOf[id]].hit(this.place[id]);
  }

  admit(id: number, prefetched?: boolean): boolean {
    return this.layers[this.layerOf[id]].admit(this.place[id], prefetched);
  }

  skip(id: number): void {
    this.layers[this.layerOf[id]].skip(this.place[id]);
  }

  remove(id: number): void {
    this.layers[this.layerOf[id]].remove(this.place[id]);
  }

  protect(id: number): void {
    this.layers[this.layerOf[id]].protect(this.place[id]);
  }

  unprotect(id: number): void {
    this.layers[this.layerOf[id]].unprotect(this.place[id]);
  }
}

/** The part of layer `layer` when `capacity` objects or bytes are divided equally, the remainder to the first layers. */
export const splitCapacity = (capacity: number, layers: number, layer: number): number =>
  Math.floor(capacity / layers) + (layer < Math.floor(capacity % layers) ? 1 : 0);

/** The options of a cache of these objects only, numbered by their place in `ids`. */
function restricted(options: PolicyOptions, ids: readonly number[], capacity: number): PolicyOptions {
  const { sizes, future, popularity, onEvict } = options;
  return {
    ...options,
    capacity,
    objects: ids.length,
    layers: new Uint16Array(ids.length),
    ...(sizes && { sizes: Float64Array.from(ids, (id) => sizes[id]) }),
    ...(future && {
      future: { ...future, firstUse: Uint32Array.from(ids, (id) => future.firstUse[id]) },
    }),
    ...(popularity && { popularity: Float64Array.from(ids, (id) => popularity[id]) }),
    ...(onEvict && { onEvict: (place: number) => onEvict(ids[place]) }),
  };
}
