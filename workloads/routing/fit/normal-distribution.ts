/** The standard normal distribution Φ and its inverse. */

/** Φ⁻¹ by bisection on Φ (the error function by Abramowitz and Stegun 7.1.26 would be too coarse in the tail). */
export function normalQuantile(p: number): number {
  let low = -9;
  let high = 9;
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (normalDistribution(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Φ(x) by the continued fraction of the tail for large |x| and the series for small (Abramowitz and Stegun 26.2.10, .14). */
export function normalDistribution(x: number): number {
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (Math.abs(x) > 4) {
    const z = Math.abs(x);
    let fraction = 0;
    for (let i = 40; i >= 1; i--) fraction = i / (z + fraction);
    const tail = density / (z + fraction);
    return x > 0 ? 1 - tail : tail;
  }
  let term = x;
  let sum = x;
  for (let i = 1; Math.abs(term) > 1e-17; i++) {
    term *= (x * x) / (2 * i + 1);
    sum += term;
  }
  return 0.5 + density * sum;
}
