/**
 * Independent replications: one run per seed, and whether a theoretical value lies within their confidence interval.
 */
import { expect } from 'vitest';

/** Student's t for 9 degrees of freedom, two-sided 99.9 %. */
const T_9 = 4.781;

/**
 * Runs the experiment with ten seeds and expects theory inside the 99.9 % interval of the mean, and the interval to be
 * narrow enough to mean something.
 * @param precision greatest half-width, as a share of theory
 */
export function expectWithin(theory: number, precision: number, experiment: (seed: string) => number): void {
  const values = Array.from({ length: 10 }, (_, i) => experiment(`replication ${i}`));
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const half = T_9 * Math.sqrt(variance / values.length);
  expect(half).toBeLessThan(precision * theory);
  expect(mean).toBeGreaterThan(theory - half);
  expect(mean).toBeLessThan(theory + half);
}
