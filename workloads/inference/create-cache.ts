/** The cache of a run: an eviction policy told all that it may know of the demand. The same for the run and its replays. */
import { createPolicy, type EvictionPolicy, futureOf } from '../../policies/index.ts';
import type { Catalogue } from './catalogue.ts';
import type { DemandSequence } from './demand-sequence.ts';

export interface CacheOptions {
  /** Bytes for what is not pinned. */
  readonly cacheBytes: number;
  /** One cache, or one a layer with equal parts of the bytes; default global. */
  readonly scope?: 'global' | 'layer';
  /** Seeded numbers for policies that draw. */
  readonly random: () => number;
}

export function createCache(
  policy: string,
  catalogue: Catalogue,
  { ids }: DemandSequence,
  options: CacheOptions,
  onEvict?: (id: number) => void,
): EvictionPolicy {
  const { objects } = catalogue;
  return createPolicy(policy, {
    capacity: options.cacheBytes,
    objects,
    sizes: catalogue.bytes,
    layers: withoutGaps(catalogue.layerOf),
    scope: options.scope,
    future: futureOf(ids, objects),
    popularity: requestsOf(ids, objects),
    random: options.random,
    onEvict,
  });
}

/** Layers numbered anew, in order, so that those without objects get no part of the capacity. */
function withoutGaps(layerOf: Uint16Array): Uint16Array {
  const used = [...new Set(layerOf)].sort((a, b) => a - b);
  const place = new Map(used.map((layer, i) => [layer, i]));
  return layerOf.map((layer) => place.get(layer)!);
}

/** How often each object will be asked for: the popularity that static pins are told. */
function requestsOf(ids: Uint32Array, objects: number): Float64Array {
  const requests = new Float64Array(objects);
  for (const id of ids) requests[id]++;
  return requests;
}
