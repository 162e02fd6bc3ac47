/** One policy at one capacity over the whole trace: what a worker thread does for `nvmoe cache`. */
import { createPolicy, findPolicy, futureOf, parseSpec } from '../../policies/index.ts';
import { Simulation } from '../../sim/index.ts';
import { type ReplayCounts, replay } from '../../workloads/cache-replay.ts';
import type { Unit } from './capacity.ts';
import type { CacheRequests } from './requests.ts';

export interface ReplayTask {
  readonly requests: CacheRequests;
  readonly policy: string;
  readonly unit: Unit;
  readonly capacity: number;
  readonly scope: 'global' | 'layer';
  readonly batch: 'one' | 'layer';
  /** The prompt's misses are inserted, or read around the cache. */
  readonly prompt: 'insert' | 'bypass';
  readonly seed: string;
}

/** Evictions by the layer of the object for which room was made. */
export interface EvictionCauses {
  readonly sameLayer: number;
  readonly otherLayer: number;
}

export interface TraceCounts extends ReplayCounts, EvictionCauses {}

/** Counts of the whole trace, and of each of its phases. */
export interface PhaseCounts {
  readonly all: TraceCounts;
  readonly prefill?: TraceCounts;
  readonly decode?: TraceCounts;
}

const COUNTS = [
  'requests',
  'hits',
  'misses',
  'bytesHit',
  'bytesMissed',
  'evictions',
  'sameLayer',
  'otherLayer',
] as const;

const sum = (parts: readonly TraceCounts[]): TraceCounts =>
  Object.fromEntries(
    COUNTS.map((key) => [key, parts.reduce((total, part) => total + part[key], 0)]),
  ) as unknown as TraceCounts;

/** @throws RangeError for a policy that cannot be created with what the trace knows */
export default function replayTask(task: ReplayTask): PhaseCounts {
  const { requests, unit, capacity, scope, batch, prompt, seed } = task;
  const { ids, objects, sizes, layers, segments } = requests;
  const { needsFuture, needsPopularity } = findPolicy(parseSpec(task.policy).name);
  let causes = { sameLayer: 0, otherLayer: 0 };
  let layer = 0;
  const policy = createPolicy(task.policy, {
    capacity,
    objects,
    sizes: unit === 'byte' ? sizes : undefined,
    layers,
    scope,
    future: needsFuture ? futureOf(ids, objects) : undefined,
    popularity: needsPopularity ? popularityOf(ids, objects) : undefined,
    random: new Simulation({ seed }).random(`cache ${task.policy}`),
    onEvict: layers && ((id) => causes[layers[id] === layer ? 'sameLayer' : 'otherLayer']++),
  });
  const trace = { ids, sizes, batches: batch === 'layer' ? requests.batches : undefined };
  const runs = segments ?? [{ phase: undefined, from: 0, to: ids.length }];
  const onAdmit =
    layers &&
    ((id: number) => {
      layer = layers[id];
    });
  const parts = runs.map(({ phase, from, to }) => {
    causes = { sameLayer: 0, otherLayer: 0 };
    const bypass = prompt === 'bypass' && phase === 'prefill';
    const counts = replay(policy, trace, { from, to, onAdmit, bypass });
    return { phase, counts: { ...counts, ...causes } };
  });
  const of = (phase: string) => {
    const own = parts.filter((part) => part.phase === phase);
    return own.length > 0 ? sum(own.map(({ counts }) => counts)) : undefined;
  };
  return { all: sum(parts.map(({ counts }) => counts)), prefill: of('prefill'), decode: of('decode') };
}

/** Requests of each object: what a policy that pins is told beforehand. */
function popularityOf(ids: Uint32Array, objects: number): Float64Array {
  const popularity = new Float64Array(objects);
  for (const id of ids) popularity[id]++;
  return popularity;
}
