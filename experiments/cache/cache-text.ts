/**
 * What `nvmoe cache` prints on a terminal: a row for each policy and capacity (of a trace with phases the decode part),
 * and the miss-ratio curves at a few capacities.
 */
import { findPolicy, formatSpec } from '../../policies/index.ts';
import { table } from '../cli/table.ts';
import { integer, ratio } from '../report/format.ts';
import type { CacheReport, CacheResult } from './cache-report.ts';
import { SHARES } from './curve-task.ts';
import type { CacheCurve } from './curves.ts';

/** 100 columns at most. */
export const cacheText = ({ results, curves }: CacheReport): string =>
  [
    ...(results.length > 0 ? [resultsText(results)] : []),
    ...(curves && curves.length > 0 ? [curvesText(curves)] : []),
  ].join('\n');

function resultsText(results: readonly CacheResult[]): string {
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
function nameOf({ policy, params }: Pick<CacheResult, 'policy' | 'params'>): string {
  const { parameters } = findPolicy(policy.split('+')[0]);
  const changed = Object.entries(params).filter(([key, value]) => parameters[key].default !== value);
  return formatSpec({ name: policy, parameters: Object.fromEntries(changed) });
}

function curvesText(curves: readonly CacheCurve[]): string {
  const rows = curves.map((curve) => [
    ...SHARES.map((percent) => missRatioAt(curve, (percent / 100) * curve.whole)),
    nameOf(curve),
  ]);
  const head = [...SHARES.map((percent) => `${percent}%`), 'policy'];
  const error = Math.max(...curves.flatMap(({ points }) => points.map((point) => point[2])));
  const note =
    error > 0
      ? `Sampled; largest standard error ${error.toFixed(4)} (--json has each, and all capacities).`
      : 'Exact.';
  return `Miss ratio by capacity, as a share of what is requested:\n${table(head, rows, [...SHARES.keys()])}\n${note}\n`;
}

/** Of the largest capacity that is not above `capacity`. */
function missRatioAt({ points }: CacheCurve, capacity: number): string {
  const point = points.findLast(([at]) => at <= capacity * (1 + 1e-9));
  return point ? ratio(point[1]) : '-';
}
