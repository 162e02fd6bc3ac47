/** k-fold held-out error: each load is predicted by a fit that did not see it; median |error| of rate and p99. */
import { type FitOptions, fitQueue, predict } from './fit-queue.ts';
import { type MeasuredRow, median } from './rows.ts';

export function heldOut(
  rows: readonly MeasuredRow[],
  options: FitOptions,
  folds: number,
): Record<string, number> | undefined {
  if (rows.length < 4) return undefined;
  const k = Math.min(folds, rows.length);
  const errors: { iops: number[]; p99: number[] } = { iops: [], p99: [] };
  for (let fold = 0; fold < k; fold++) {
    const { values } = fitQueue(
      rows.filter((_, i) => i % k !== fold),
      options,
    );
    for (const row of rows.filter((_, i) => i % k === fold)) {
      const found = predict(row, values, options);
      const p99 = row.percentiles.find(([percent]) => percent === 99)?.[1];
      if (row.iops !== undefined) errors.iops.push(Math.abs(found.iops / row.iops - 1));
      if (p99 !== undefined) errors.p99.push(Math.abs(found.percentile(99) / p99 - 1));
    }
  }
  return { folds: k, iops: median(errors.iops) ?? 0, p99: median(errors.p99) ?? 0 };
}
