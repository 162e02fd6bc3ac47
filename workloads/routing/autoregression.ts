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

/**
 * The nearest correlations (in the spectrum) that a process can have: those whose spectral density is nowhere negative.
 * Estimates from a finite trace often are not such; their negative densities are noise, and are cut off.
 */
export function positiveSpectrum(correlation: ArrayLike<number>): Float64Array {
  const order = correlation.length;
  const points = 4 * (order + 1);
  const result = new Float64Array(order + 1);
  for (let j = 0; j <= points / 2; j++) {
    const angle = (2 * Math.PI * j) / points;
    let density = 1;
    for (let g = 1; g <= order; g++) density += 2 * correlation[g - 1] * Math.cos(angle * g);
    if (density <= 0) continue;
    const weight = j === 0 || j === points / 2 ? 1 : 2;
    for (let g = 0; g <= order; g++) result[g] += weight * density * Math.cos(angle * g);
  }
  return result.slice(1).map((r) => r / result[0]);
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
