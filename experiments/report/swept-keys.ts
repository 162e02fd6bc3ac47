/**
 * Which keys a set of results sweeps, and their values in order of appearance.
 */
import type { Result } from '../result.ts';

type Value = Result['point'][string];

export interface SweptKey {
  readonly key: string;
  readonly values: readonly Value[];
  /** All values are numbers: it can be an axis. */
  readonly numeric: boolean;
}

/** A value as a reader writes it: strings bare, the rest as JSON. */
export const valueText = (value: Value): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

/** Keys with at least two different values, in the order of the first result's point. */
export function sweptKeys(results: readonly Result[]): SweptKey[] {
  const keys = new Set(results.flatMap((r) => Object.keys(r.point)));
  return [...keys].flatMap((key) => {
    const byText = new Map(
      results.filter((r) => key in r.point).map((r) => [valueText(r.point[key]), r.point[key]]),
    );
    if (byText.size < 2) return [];
    const values = [...byText.values()];
    const numeric = values.every((value) => typeof value === 'number');
    return { key, values: numeric ? values.sort((a, b) => Number(a) - Number(b)) : values, numeric };
  });
}
