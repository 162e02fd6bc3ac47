/**
 * Garbage collection of a drive in steady state, analytically: which share v of a victim block is still valid, and so how
 * many pages are copied for each page the host writes.
 *
 * For uniform random writes and oldest-first cleaning, with physical/logical = r:  WA = r / (r + W(-r e^-r)),  v = 1 - 1/WA,
 * W the principal branch of Lambert's function. Source: P. Desnoyers, "Analytic modeling of SSD write performance",
 * SYSTOR 2012, equation 10. Each page written by the host costs v / (1 - v) copies and 1 / ((1 - v) pages of a block)
 * erases.
 */

const STEPS = 100;

/** Lambert's W on its principal branch, for -1/e <= x < 0, by bisection of w e^w = x in [-1, 0]. */
function lambert(x: number): number {
  let low = -1;
  let high = 0;
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (middle * Math.exp(middle) < x) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Share of a victim block that is valid. @param ratio physical over logical bytes, above 1 */
export function validShare(ratio: number): number {
  if (!(ratio > 1))
    throw new RangeError(`physical/logical bytes of ${ratio}: more than 1 is needed to write at all`);
  const amplification = ratio / (ratio + lambert(-ratio * Math.exp(-ratio)));
  return 1 - 1 / amplification;
}
