/**
 * Mean, extremes and exact percentiles of measured values (nearest rank: the smallest value that at least that share of
 * the values does not exceed).
 */
export interface Distribution {
  count: number;
  mean: number;
  min: number;
  p50: number;
  p90: number;
  p99: number;
  p999: number;
  max: number;
}

/** @param values any order; sorted in place */
export function distributionOf(values: Float64Array): Distribution {
  const count = values.length;
  values.sort();
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i];
  const at = (share: number): number =>
    count === 0 ? NaN : values[Math.max(0, Math.ceil(share * count) - 1)];
  return {
    count,
    mean: sum / count,
    min: at(0),
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    p999: at(0.999),
    max: at(1),
  };
}

/** Points of the cumulative distribution of sorted values, at most `points` of them: [value, share not above it]. */
export function cumulative(sorted: Float64Array, points: number): [number, number][] {
  const result: [number, number][] = [];
  const steps = Math.min(points, sorted.length);
  for (let i = 1; i <= steps; i++) {
    const rank = Math.ceil((i / steps) * sorted.length);
    result.push([sorted[rank - 1], rank / sorted.length]);
  }
  return result;
}
