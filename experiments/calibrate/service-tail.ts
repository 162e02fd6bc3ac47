/**
 * The slow part of the service time, from the latencies at depth 1, where nothing waits: steps above the median.
 *
 * A percentile stands for the latencies around it: the bounds between two of them lie at the geometric mean of the shares
 * above them. Where the first percentile above the median is far away (p50, then p99), how many reads it stands for comes
 * from the mean: with all the others at the median, share = (mean - p50 - rest) / (p - p50).
 *
 * The shape is not searched for; the fit scales it.
 */
import type { TailStep } from '../../devices/index.ts';
import { ps } from '../../sim/index.ts';
import type { Parameter, Values } from './parameters.ts';
import { isWrite, type MeasuredRow } from './rows.ts';

/** A gap in the percentiles beyond which the mean tells more: p50 to p90. */
const SPARSE = 0.1;

/** @param row at depth 1. @returns no steps where the row has no percentiles */
export function serviceTail({ percentiles, mean }: Pick<MeasuredRow, 'percentiles' | 'mean'>): TailStep[] {
  const upper = percentiles.filter(([percent]) => percent >= 50 && percent < 100);
  if (upper.length < 2 || upper[0][0] !== 50) return [];
  const base = upper[0][1];
  const above = upper.map(([percent]) => 1 - percent / 100);
  const steps = upper.slice(1).map(([, value], i) => {
    const low = i === 0 ? Math.sqrt(above[0] * above[1]) : Math.sqrt(above[i] * above[i + 1]);
    const high = i + 2 < above.length ? Math.sqrt(above[i + 1] * above[i + 2]) : 0;
    return { share: low - high, extra: Math.max(0, value - base), high };
  });
  if (mean !== undefined && above[1] < SPARSE && steps[0].extra > 0) {
    const rest = steps.slice(1).reduce((sum, { share, extra }) => sum + share * extra, 0);
    const share = (mean - base - rest) / steps[0].extra;
    steps[0].share = Math.min(above[0], Math.max(above[1] - steps[0].high, share));
  }
  return steps
    .filter(({ share, extra }) => share > 0 && extra > 0)
    .map(({ share, extra }) => ({ share, extra: ps(extra * 1e12) }));
}

const SCALE = 'tailScale';
const SCALING: Parameter = {
  name: SCALE,
  start: 1,
  min: 0.05,
  max: 5,
  unit: '',
  needs: 'percentiles at depth 1 and above',
};

export interface TailModel {
  readonly tail: readonly TailStep[];
  readonly parameters: readonly Parameter[];
  readonly warnings: readonly string[];
}

/** The tail of the reads at depth 1: of the smallest, and of them the fastest. */
export function tailModel(rows: readonly MeasuredRow[]): TailModel {
  const [first] = rows
    .filter((row) => row.depth * row.jobs === 1 && !isWrite(row) && row.percentiles.length > 0)
    .sort((a, b) => a.bytes - b.bytes || (a.mean ?? 0) - (b.mean ?? 0));
  const tail = first ? serviceTail(first) : [];
  return {
    tail,
    parameters: tail.length > 0 ? [SCALING] : [],
    warnings:
      tail.length > 0
        ? []
        : ['no percentiles of reads at depth 1: the tail of the service time is not determined and left out'],
  };
}

/** A tail as long as the fit made it. */
export const scaledTail = (tail: readonly TailStep[], values: Values): TailStep[] =>
  tail.map(({ share, extra }) => ({ share, extra: ps(extra * (values[SCALE] ?? 1)) }));

/** For a tail that is stated and not read off the rows. */
export const tailScaling = (tail: readonly TailStep[]): readonly Parameter[] =>
  tail.length > 0 ? [SCALING] : [];
