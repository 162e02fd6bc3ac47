/**
 * Which results of a long list are shown where not all can be.
 */
import type { Result } from '../result.ts';
import { byRate } from './ranking.ts';

/** A detailed case is a quarter of a megabyte of charts; lines are told apart by colour; bars need a row each. */
export const MAX_DETAILED = 12;
export const MAX_LINES = 8;
export const MAX_BARS = 40;

/** All results up to the limit, else some of them spread evenly by rate, the slowest and the fastest among them. */
export function spread(results: readonly Result[], limit: number): readonly Result[] {
  if (results.length <= limit) return results;
  const sorted = [...results].sort(byRate);
  const kept = new Set(
    Array.from({ length: limit }, (_, i) => sorted[Math.round((i * (sorted.length - 1)) / (limit - 1))]),
  );
  return results.filter((r) => kept.has(r));
}
