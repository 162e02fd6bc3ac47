/**
 * A Gaussian sequence with given autocorrelation: the autoregression of the same order, by Levinson and Durbin (Durbin
 * 1960), which beyond the given lags is the process of greatest entropy (Burg 1967).
 */

export interface Autoregression {
  /** Weights of the last values, newest first. */
  readonly weights: Float64Array;
  /** Standard deviation of the innovation, for a process of variance 1. */
  readonly innovation: number;
}

/** Innovation variance below which the process would be all but deterministic. */
const LEAST_VARIANCE = 0.02;

/**
 * @param correlation at lags 1, 2, …; correlations that no process can have are shrunk towards 0 as far as needed
 */
export function autoregression(correlation: ArrayLike<number>): Autoregression {
  for (let shrink = 1; ; shrink *= 0.98) {
    const fitted = levinson(correlation, shrink);
    if (fitted) return fitted;
  }
}

function levinson(correlation: ArrayLike<number>, shrink: number): Autoregression | undefined {
  const order = correlation.length;
  const weights = new Float64Array(order);
  const before = new Float64Array(order);
  let variance = 1;
  for (let m = 0; m < order; m++) {
    let gap = correlation[m] * shrink;
    for (let j = 0; j < m; j++) gap -= weights[j] * correlation[m - 1 - j] * shrink;
    const reflection = gap / variance;
    before.set(weights);
    weights[m] = reflection;
    for (let j = 0; j < m; j++) weights[j] -= reflection * before[m - 1 - j];
    variance *= 1 - reflection * reflection;
    if (!(variance > LEAST_VARIANCE)) return undefined;
  }
  return { weights, innovation: Math.sqrt(variance) };
}
