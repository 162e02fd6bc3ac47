/**
 * Static popularity that is skewed is reused differently from a Gaussian of the same share. The share that gives the same
 * reuse: an expert of static logit s is chosen with probability π(s) = Φ((sqrt(a) s - θ) / sqrt(1 - a)), where θ makes the
 * mean of π topK / experts, and far apart in time reuse is E[π²] / E[π]; `a` is chosen so that this is what the Gaussian
 * share gives (correlation.ts).
 */
import { skewed } from '../synthetic.ts';
import type { ReuseCorrelation } from './correlation.ts';
import { normalDistribution, normalQuantile } from './normal-distribution.ts';

const NODES = 64;
const GRID = 40;

/** A function from Gaussian static shares to those of the given skew with equal reuse. @param chosen topK / experts */
export function equivalentShare(
  skew: number,
  chosen: number,
  gaussian: ReuseCorrelation,
): (share: number) => number {
  if (skew === 0) return (share) => share;
  // Equal slices of the normal distribution, each at its median.
  const logits = Array.from({ length: NODES }, (_, i) => skewed(normalQuantile((i + 0.5) / NODES), skew));
  const reuse = Array.from({ length: GRID }, (_, i) => farReuse((i + 0.5) / GRID, logits, chosen));
  return (share) => {
    const wanted = gaussian.reuseOf(share);
    let i = 0;
    while (i < GRID && reuse[i] < wanted) i++;
    if (i === 0) return Math.min(share, 0.5 / GRID);
    if (i === GRID) return 1 - 0.5 / GRID;
    return (i - 0.5 + (wanted - reuse[i - 1]) / (reuse[i] - reuse[i - 1])) / GRID;
  };
}

/** E[π²] / E[π] for one share. */
function farReuse(share: number, logits: readonly number[], chosen: number): number {
  const chance = (threshold: number) =>
    logits.map((s) => normalDistribution((Math.sqrt(share) * s - threshold) / Math.sqrt(1 - share)));
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / NODES;
  let low = -12;
  let high = 12;
  while (high - low > 1e-6) {
    const middle = (low + high) / 2;
    if (mean(chance(middle)) > chosen) low = middle;
    else high = middle;
  }
  const found = chance(low);
  return mean(found.map((p) => p * p)) / mean(found);
}
