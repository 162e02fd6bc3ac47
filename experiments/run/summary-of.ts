/** Mean and percentiles of measured times, by nearest rank. */
import { toSeconds } from '../../sim/index.ts';

/** @param times in ps, at least one @returns in s */
export function summaryOf(times: readonly number[]) {
  const sorted = Float64Array.from(times).sort();
  const rank = (p: number) => toSeconds(sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)]);
  const mean = toSeconds(times.reduce((sum, time) => sum + time, 0) / times.length);
  return { mean, p50: rank(0.5), p90: rank(0.9), p99: rank(0.99), max: rank(1) };
}
