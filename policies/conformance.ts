/**
 * Conformance vectors: request sequences with the decision of a policy at each step, as JSON, so that a native port can
 * be checked against this code, and this code against itself.
 *
 * A vector is complete: whoever replays it needs the policy's rule and nothing of ours. Requests are drawn from a
 * skewed distribution with scans in between, so that every queue and ghost is visited.
 */
import type { ParameterValues } from './definition.ts';
import type { EvictionPolicy } from './eviction/policy.ts';
import { futureOf } from './future.ts';
import { completeParameters, createPolicy, findPolicy } from './registry.ts';
import { parseSpec, type Spec } from './spec.ts';

export interface ConformanceVector {
  readonly schema: 'nvmoe.conformance/1';
  readonly policy: string;
  readonly version: number;
  readonly parameters: ParameterValues;
  /** Objects, or bytes where `sizes` is given. */
  readonly capacity: number;
  /** Ids run from 0 to objects - 1. */
  readonly objects: number;
  readonly sizes: readonly number[] | null;
  /** For policies that use them: the layer and the popularity of each object. */
  readonly layers: readonly number[] | null;
  readonly popularity: readonly number[] | null;
  /**
   * For policies that draw: each draw sets state = (1664525 state + 1013904223) mod 2^32 and gives state / 2^32; this is
   * the first state.
   */
  readonly randomState: number | null;
  readonly requests: readonly number[];
  /** Beside `requests`: 1 for a hit. */
  readonly hits: readonly number[];
  /** Beside `requests`: what left the cache during the request, in order. */
  readonly victims: readonly (readonly number[])[];
}

const [OBJECTS, REQUESTS, LAYERS] = [40, 400, 4];

/** The vectors of one policy, e.g. `clock:bits=2`: two capacities in objects, and one in bytes with sizes. */
export function conformanceVectors(spec: string | Spec, seed = 1): ConformanceVector[] {
  const requests = drawRequests(seed);
  const sizes = Array.from({ length: OBJECTS }, (_, id) => 1 + ((id * 7) % 5));
  return [
    record(spec, 5, null, requests, seed),
    record(spec, 16, null, requests, seed),
    record(spec, 48, sizes, requests, seed),
  ];
}

/** The first request at which a policy decides otherwise than the vector says, or -1. */
export function firstDifference(vector: ConformanceVector): number {
  const { policy, parameters, capacity, sizes, requests, randomState } = vector;
  const again = record({ name: policy, parameters }, capacity, sizes, requests, randomState ?? 0);
  return requests.findIndex(
    (_, i) => again.hits[i] !== vector.hits[i] || String(again.victims[i]) !== String(vector.victims[i]),
  );
}

function record(
  spec: string | Spec,
  capacity: number,
  sizes: readonly number[] | null,
  requests: readonly number[],
  randomState: number,
): ConformanceVector {
  const { name, parameters } = typeof spec === 'string' ? parseSpec(spec) : spec;
  const definition = findPolicy(name);
  const complete = completeParameters(definition, parameters);
  const layers = Array.from({ length: OBJECTS }, (_, id) => Math.floor((id * LAYERS) / OBJECTS));
  const popularity = Array.from({ length: OBJECTS }, (_, id) => (id * 11) % 13);
  const victims: number[][] = [];
  const policy: EvictionPolicy = createPolicy(
    { name, parameters: complete },
    {
      capacity,
      objects: OBJECTS,
      ...(sizes && { sizes: Float64Array.from(sizes) }),
      future: futureOf(Uint32Array.from(requests), OBJECTS),
      random: lcg(randomState),
      layers: Uint16Array.from(layers),
      popularity: Float64Array.from(popularity),
      onEvict: (id) => victims.at(-1)!.push(id),
    },
  );
  const hits = requests.map((id) => {
    victims.push([]);
    return policy.access(id) ? 1 : 0;
  });
  return {
    schema: 'nvmoe.conformance/1',
    policy: definition.name,
    version: definition.version,
    parameters: complete,
    capacity,
    objects: OBJECTS,
    sizes,
    layers: definition.needsLayers ? layers : null,
    popularity: definition.needsPopularity ? popularity : null,
    randomState: definition.usesRandom ? randomState : null,
    requests,
    hits,
    victims,
  };
}

/** Mostly low ids, and every 80 requests a scan over 20 neighbours. */
function drawRequests(seed: number): number[] {
  const random = lcg(seed);
  return Array.from({ length: REQUESTS }, (_, i) => {
    const scan = i % 80 >= 60;
    return scan ? (Math.floor(i / 80) * 8 + (i % 80) - 60) % OBJECTS : Math.floor(OBJECTS * random() ** 2.5);
  });
}

function lcg(state: number): () => number {
  return () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
