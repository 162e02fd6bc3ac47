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
import { table } from '../cli/table.ts';
import { asInputError, InputError } from '../errors.ts';
import { integer, ratio } from '../report/format.ts';
import { createPool } from '../sweep/pool.ts';
import { type Capacity, parseCapacity, type Unit } from './capacity.ts';
import type { PhaseCounts, ReplayTask } from './replay-task.ts';
import { readRequests } from './requests.ts';

export interface CacheOptions {
  readonly policy: readonly string[];
  readonly capacity: string;
  readonly unit?: Unit;
  readonly scope: 'global' | 'layer';
  readonly batch: 'one' | 'layer';
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

/** @throws InputError */
export async function cacheReport(file: string, options: CacheOptions): Promise<CacheResult[]> {
  const specs = options.policy.flatMap((text) =>
    asInputError(['--policy'], () => parseSpecs(text).map(formatSpec)),
  );
  for (const spec of specs) asInputError(['--policy'], () => parametersOf(spec));
  const requests = await readRequests(file, options.format);
  const known = requests.layers !== undefined;
  if (!known && (options.scope === 'layer' || options.batch === 'layer'))
    throw new InputError(
      `${file}: found a trace without layers; --scope layer and --batch layer need a routing trace`,
    );
  const capacities = options.capacity.split(',').map((text) => parseCapacity(text, requests, options));
  const runs = capacities.flatMap((capacity) => specs.map((policy) => ({ policy, capacity })));
  const pool = await createPool<ReplayTask, PhaseCounts>(
    'cache/replay-task',
    runs.length + capacities.length,
    options.workers,
  );
  const replay = (policy: string, { unit, capacity }: Capacity, scope = options.scope) =>
    pool.run({ requests, policy, unit, capacity, scope, batch: options.batch, seed: options.seed });
  try {
    const best = new Map(capacities.map((capacity) => [capacity, replay('min', capacity, 'global')]));
    return await Promise.all(
      runs.map(async ({ policy, capacity }) =>
        resultOf(policy, capacity, await replay(policy, capacity), await best.get(capacity)!),
      ),
    );
  } catch (error) {
    // What a policy refuses: a capacity too small for its parts, a trace without what it needs.
    if (error instanceof Error && error.name === 'RangeError') throw new InputError(error.message);
    throw error;
  } finally {
    await pool.destroy();
  }
}

function parametersOf(text: string): ParameterValues {
  const { name, parameters } = parseSpec(text);
  return completeParameters(findPolicy(name), parameters);
}

/** `lru`, or `slru+second-hit` behind an admission filter. */
function fullName(text: string): string {
  const { name, admission } = parseSpec(text);
  return [findPolicy(name).name, ...(admission ? [admission.name] : [])].join('+');
}

function resultOf(
  policy: string,
  { asked, unit, capacity }: Capacity,
  own: PhaseCounts,
  min: PhaseCounts,
): CacheResult {
  const { prefill, decode } = own;
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

function countsOf(own: PhaseCounts['all'], min: PhaseCounts['all']): Counts {
  const share = (part: number) => (own.requests > 0 ? part / own.requests : 0);
  const { requests, hits, misses, bytesHit, bytesMissed, evictions } = own;
  return {
    requests,
    hits,
    misses,
    hitRatio: share(hits),
    missRatio: share(misses),
    bytesHit,
    bytesMissed,
    evictions,
    minMissRatio: share(min.misses),
    regret: share(misses - min.misses),
  };
}

/** The report for a terminal, 100 columns at most; of a trace with phases the decode part. */
export function cacheText(results: readonly CacheResult[]): string {
  const phased = results.some(({ decode }) => decode);
  const rows = results.map((result) => {
    const { requests, misses, missRatio, minMissRatio, regret } = result.decode ?? result;
    const capacity = `${result.capacityAsked}${result.capacityAsked === String(result.capacity) ? '' : ` = ${integer(result.capacity)}`}`;
    return [
      capacity,
      integer(requests),
      integer(misses),
      ratio(missRatio),
      ratio(minMissRatio),
      ratio(regret),
      nameOf(result),
    ];
  });
  const head = ['capacity', 'requests', 'misses', 'miss ratio', 'MIN', 'regret', 'policy'];
  const note = phased ? 'Decode only; --json has prefill and the whole trace.\n' : '';
  return `${table(head, rows, [1, 2, 3, 4, 5])}\n${note}`;
}

/** The policy with the parameters that differ from its defaults. */
function nameOf({ policy, params }: CacheResult): string {
  const { parameters } = findPolicy(policy.split('+')[0]);
  const changed = Object.entries(params).filter(([key, value]) => parameters[key].default !== value);
  return formatSpec({ name: policy, parameters: Object.fromEntries(changed) });
}
