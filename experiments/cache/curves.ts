/** Miss-ratio curves of several policies over one trace, in parallel. */
import type { ParameterValues } from '../../policies/index.ts';
import { InputError } from '../errors.ts';
import { createPool } from '../sweep/pool.ts';
import { type CacheOptions, fullName, parametersOf } from './cache-report.ts';
import { type Unit, whole } from './capacity.ts';
import { type CurvePoint, type CurveTask, capacityGrid } from './curve-task.ts';
import type { CacheRequests } from './requests.ts';

export interface CacheCurve {
  readonly policy: string;
  readonly params: ParameterValues;
  readonly unit: Unit;
  /** Everything requested, or the catalogue, in that unit. */
  readonly whole: number;
  /** The ratio holds from its capacity up to the next point's; [capacity, miss ratio, standard error]. */
  readonly points: readonly CurvePoint[];
}

/** @throws InputError */
export async function cacheCurves(
  requests: CacheRequests,
  specs: readonly string[],
  { unit = 'object', scope, batch, prompt = 'insert', seed, workers, catalogue, sample }: CacheOptions,
): Promise<CacheCurve[]> {
  if (unit === 'byte' && !requests.sizes)
    throw new InputError('--unit byte: this trace has no sizes; allowed is --unit object');
  const all = whole(requests, unit, catalogue);
  const grid = capacityGrid(all, unit, Math.max(...(requests.sizes ?? [1])));
  const pool = await createPool<CurveTask, CurvePoint[]>('cache/curve-task', specs.length, workers);
  try {
    return await Promise.all(
      specs.map(async (policy) => ({
        policy: fullName(policy),
        params: parametersOf(policy),
        unit,
        whole: all,
        points: await pool.run({ requests, policy, unit, scope, batch, prompt, seed, grid, sample }),
      })),
    );
  } finally {
    await pool.destroy();
  }
}
