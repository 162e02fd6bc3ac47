/**
 * `nvmoe cache`: policies x capacities over one trace, with exact counts and the regret to MIN (Belady) under the same
 * unit and batch rule, in one cache for all layers.
 */
import {
  completeParameters,
  findPolicy,
  formatSpec,
  type ParameterValues,
  parseSpec,
  parseSpecs,
} from '../../policies/index.ts';
import { asInputError, InputError } from '../errors.ts';
import { createPool } from '../sweep/pool.ts';
import { type Capacity, parseCapacity, type Unit } from './capacity.ts';
import { type CacheCurve, cacheCurves } from './curves.ts';
import type { EvictionCauses, PhaseCounts, ReplayTask, TraceCounts } from './replay-task.ts';
import { type CacheRequests, readRequests } from './requests.ts';

export interface CacheOptions {
  readonly policy: readonly string[];
  /** A list; absent: curves only. */
  readonly capacity?: string;
  /** Miss-ratio curves, too. */
  readonly curve?: boolean;
  /** Share of the objects that a sampled curve replays at a time; absent: by the trace's size. */
  readonly sample?: number;
  readonly unit?: Unit;
  readonly scope: 'global' | 'layer';
  readonly batch: 'one' | 'layer';
  /** The prompt's misses are inserted, or read around the cache; default insert. */
  readonly prompt?: 'insert' | 'bypass';
  readonly catalogue?: number;
  readonly format?: string;
  readonly seed: string;
  readonly workers?: number;
}

interface Counts {
  readonly requests: number;
  readonly hits: number;
  readonly misses: number;
  readonly hitRatio: number;
  readonly missRatio: number;
  readonly bytesHit: number;
  readonly bytesMissed: number;
  readonly evictions: number;
  /** Where the trace has layers: by the layer of the object for which room was made. */
  readonly evictionsBy?: EvictionCauses;
  readonly minMissRatio: number;
  /** missRatio - minMissRatio. */
  readonly regret: number;
}

export interface CacheResult extends Counts {
  readonly policy: string;
  readonly params: ParameterValues;
  readonly unit: Unit;
  readonly capacity: number;
  readonly capacityAsked: string;
  /** Where the trace has phases. */
  readonly prefill?: Counts;
  readonly decode?: Counts;
}

export interface CacheReport {
  readonly results: readonly CacheResult[];
  readonly curves?: readonly CacheCurve[];
}

/** @throws InputError */
export async function cacheReport(file: string, options: CacheOptions): Promise<CacheReport> {
  if (options.capacity === undefined && !options.curve)
    throw new InputError('found neither --capacity nor --curve; allowed is one of them or both');
  const specs = options.policy.flatMap((text) =>
    asInputError(['--policy'], () => parseSpecs(text).map(formatSpec)),
  );
  for (const spec of specs) asInputError(['--policy'], () => parametersOf(spec));
  const requests = await readRequests(file, options.format);
  if (options.prompt === 'bypass' && !requests.segments?.some(({ phase }) => phase === 'prefill'))
    throw new InputError(`${file}: found a trace without a prompt; --prompt bypass needs one`);
  const known = requests.layers !== undefined;
  if (!known && (options.scope === 'layer' || options.batch === 'layer'))
    throw new InputError(
      `${file}: found a trace without layers; --scope layer and --batch layer need a routing trace`,
    );
  try {
    return {
      results: await resultsOf(requests, specs, options),
      ...(options.curve ? { curves: await cacheCurves(requests, specs, options) } : {}),
    };
  } catch (error) {
    // What a policy refuses: a capacity too small for its parts, a trace without what it needs.
    if (error instanceof Error && error.name === 'RangeError') throw new InputError(error.message);
    throw error;
  }
}

async function resultsOf(
  requests: CacheRequests,
  specs: readonly string[],
  options: CacheOptions,
): Promise<CacheResult[]> {
  const asked = options.capacity?.split(',') ?? [];
  const capacities = asked.map((text) => parseCapacity(text, requests, options));
  const { prompt = 'insert' } = options;
  const runs = capacities.flatMap((capacity) => specs.map((policy) => ({ policy, capacity })));
  if (runs.length === 0) return [];
  const pool = await createPool<ReplayTask, PhaseCounts>(
    'cache/replay-task',
    runs.length + capacities.length,
    options.workers,
  );
  const replay = (policy: string, { unit, capacity }: Capacity, scope = options.scope) =>
    pool.run({ requests, policy, unit, capacity, scope, batch: options.batch, prompt, seed: options.seed });
  try {
    const best = new Map(capacities.map((capacity) => [capacity, replay('min', capacity, 'global')]));
    return await Promise.all(
      runs.map(async ({ policy, capacity }) =>
        resultOf(requests, policy, capacity, await replay(policy, capacity), await best.get(capacity)!),
      ),
    );
  } finally {
    await pool.destroy();
  }
}

export function parametersOf(text: string): ParameterValues {
  const { name, parameters } = parseSpec(text);
  return completeParameters(findPolicy(name), parameters);
}

/** `lru`, or `slru+second-hit` behind an admission filter. */
export function fullName(text: string): string {
  const { name, admission } = parseSpec(text);
  return [findPolicy(name).name, ...(admission ? [admission.name] : [])].join('+');
}

function resultOf(
  { layers }: CacheRequests,
  policy: string,
  { asked, unit, capacity }: Capacity,
  own: PhaseCounts,
  min: PhaseCounts,
): CacheResult {
  const { prefill, decode } = own;
  const countsOf = (counts: TraceCounts, best: TraceCounts) => ratiosOf(counts, best, layers !== undefined);
  return {
    policy: fullName(policy),
    params: parametersOf(policy),
    unit,
    capacity,
    capacityAsked: asked,
    ...countsOf(own.all, min.all),
    ...(prefill && min.prefill ? { prefill: countsOf(prefill, min.prefill) } : {}),
    ...(decode && min.decode ? { decode: countsOf(decode, min.decode) } : {}),
  };
}

function ratiosOf(own: TraceCounts, min: TraceCounts, layered: boolean): Counts {
  const share = (part: number) => (own.requests > 0 ? part / own.requests : 0);
  const { requests, hits, misses, bytesHit, bytesMissed, evictions, sameLayer, otherLayer } = own;
  return {
    requests,
    hits,
    misses,
    hitRatio: share(hits),
    missRatio: share(misses),
    bytesHit,
    bytesMissed,
    evictions,
    ...(layered ? { evictionsBy: { sameLayer, otherLayer } } : {}),
    minMissRatio: share(min.misses),
    regret: share(misses - min.misses),
  };
}
