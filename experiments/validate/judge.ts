/**
 * Measured against predicted: the verdict of each figure, of the order of a ladder, and the errors summed up.
 *
 * A known miss is shown as a miss and counted in every median; it does not fail while its error stays within 20 % of the
 * recorded one. One that passes now, or has another error, fails: its record is out of date. `strict` knows none.
 */
import type { KnownMiss, ValidationCase } from '../schema/validation.ts';
import { errorOf, type Kind, type MetricName, metricOf, type Values } from './metrics.ts';

/** calibration: the row was calibrated on, so that it is not judged. */
export type Verdict = 'ok' | 'miss' | 'known miss' | 'calibration';

export interface Check {
  readonly row: string;
  readonly metric: MetricName;
  readonly kind: Kind;
  readonly grade?: 'A' | 'B' | 'C';
  readonly measured: number;
  readonly predicted: number;
  /** (predicted - measured) / measured; for shares the difference. */
  readonly error: number;
  readonly tolerance: number;
  readonly verdict: Verdict;
  /** Why a known miss is missed; or what is wrong with its record. */
  readonly reason?: string;
}

/** How far a known miss may move from its record. */
const RECORD_TOLERANCE = 0.2;

export function judgeRow(
  data: ValidationCase,
  row: ValidationCase['rows'][number],
  predicted: Values,
  strict: boolean,
): Check[] {
  const { calibrate } = data;
  const calibration = row.calibration || calibrate?.on === row.name;
  return Object.entries(row.measured).flatMap(([key, figure]): Check[] => {
    const metric = key as MetricName;
    const found = predicted[metric];
    if (figure === undefined) return [];
    if (found === undefined)
      throw new Error(`${data.name}, ${row.name}: ${metric} is not predicted by a case of kind ${data.kind}`);
    const tolerance = figure.tolerance ?? data.tolerance;
    const error = errorOf(metric, figure.value, found);
    return [
      {
        row: row.name,
        metric,
        kind: metricOf(metric).kind,
        ...(row.grade ? { grade: row.grade } : {}),
        measured: figure.value,
        predicted: found,
        error,
        tolerance,
        ...(calibration
          ? { verdict: 'calibration' as const }
          : verdictOf(error, tolerance, strict ? undefined : figure.knownMiss)),
      },
    ];
  });
}

export function verdictOf(
  error: number,
  tolerance: number,
  known?: KnownMiss,
): Pick<Check, 'verdict' | 'reason'> {
  const passes = Math.abs(error) <= tolerance;
  if (!known) return { verdict: passes ? 'ok' : 'miss' };
  const recorded = `knownMiss records an error of ${signed(known.error)}`;
  if (passes) return { verdict: 'miss', reason: `it passes now, and ${recorded}: remove knownMiss` };
  if (Math.abs(error - known.error) <= RECORD_TOLERANCE * Math.abs(known.error))
    return { verdict: 'known miss', reason: known.reason };
  return { verdict: 'miss', reason: `${recorded}: look why it changed` };
}

export interface Order {
  readonly metric: MetricName;
  readonly pairs: number;
  /** Pairs of rows whose predictions stand the other way round than their measurements. */
  readonly wrong: readonly (readonly [string, string])[];
  readonly verdict: 'ok' | 'miss' | 'known miss';
  readonly reason?: string;
}

export function judgeOrder(
  { ladder }: ValidationCase,
  checks: readonly Check[],
  strict: boolean,
): Order | undefined {
  if (!ladder) return undefined;
  const { metric, noise, knownMiss } = ladder;
  const rows = checks.filter((check) => check.metric === metric);
  const wrong: [string, string][] = [];
  let pairs = 0;
  rows.forEach((a, i) => {
    for (const b of rows.slice(i + 1)) {
      if (Math.abs(b.measured - a.measured) <= noise * Math.max(a.measured, b.measured)) continue;
      pairs++;
      if (b.measured > a.measured !== b.predicted > a.predicted) wrong.push([a.row, b.row]);
    }
  });
  const base = { metric, pairs, wrong };
  if (strict || knownMiss === undefined) return { ...base, verdict: wrong.length > 0 ? 'miss' : 'ok' };
  return wrong.length > 0
    ? { ...base, verdict: 'known miss', reason: knownMiss }
    : { ...base, verdict: 'miss', reason: 'the order is right now: remove ladder.knownMiss' };
}

export interface Summary {
  readonly kind: string;
  readonly checks: number;
  /** Of |error|. */
  readonly median: number;
  readonly p90: number;
}

/** Errors of what was predicted; rows that were calibrated on do not count. */
export function summaryOf(kind: string, checks: readonly Check[]): Summary {
  const errors = checks.map(({ error }) => Math.abs(error)).sort((a, b) => a - b);
  return { kind, checks: errors.length, median: quantile(errors, 0.5), p90: quantile(errors, 0.9) };
}

/** Linear between the neighbours, as most statistics programs do. */
function quantile(sorted: readonly number[], p: number): number {
  const at = (sorted.length - 1) * p;
  const below = sorted[Math.floor(at)] ?? 0;
  return below + ((sorted[Math.ceil(at)] ?? below) - below) * (at - Math.floor(at));
}

export const signed = (error: number): string =>
  `${error < 0 ? '−' : '+'}${(Math.abs(error) * 100).toFixed(1)} %`;
