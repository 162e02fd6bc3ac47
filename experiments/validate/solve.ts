/**
 * Finds the value of one constant at which a prediction equals its measurement.
 *
 * The mismatch ln(predicted / measured) is monotone in the constant over the range given; its sign changes there or there
 * is no solution. Illinois variant of the regula falsi in the logarithm of the constant (Dowell and Jarratt, BIT 11, 1971):
 * superlinear, never leaves the bracket; ends when the prediction is within 0.1 % of the measurement.
 */
const CLOSE = 1e-3;
const MOST_STEPS = 40;

export interface Solution {
  readonly value: number;
  /** Runs that it took. */
  readonly steps: number;
}

/**
 * @param mismatch of a value of the constant
 * @returns undefined where both ends of the range miss to the same side
 */
export async function solve(
  mismatch: (value: number) => Promise<number>,
  from: number,
  to: number,
): Promise<Solution | undefined> {
  let [low, high] = [Math.log(from), Math.log(to)];
  let [atLow, atHigh] = [await mismatch(from), await mismatch(to)];
  let steps = 2;
  if (Math.abs(atLow) <= CLOSE) return { value: from, steps };
  if (Math.abs(atHigh) <= CLOSE) return { value: to, steps };
  if (atLow > 0 === atHigh > 0) return undefined;
  let kept = 0;
  while (steps < MOST_STEPS) {
    const middle = (low * atHigh - high * atLow) / (atHigh - atLow);
    const found = await mismatch(Math.exp(middle));
    steps++;
    if (Math.abs(found) <= CLOSE || high - low < 1e-9) return { value: Math.exp(middle), steps };
    if (found > 0 === atHigh > 0) {
      [high, atHigh] = [middle, found];
      if (kept === -1) atLow /= 2;
      kept = -1;
    } else {
      [low, atLow] = [middle, found];
      if (kept === 1) atHigh /= 2;
      kept = 1;
    }
  }
  return { value: Math.exp((low + high) / 2), steps };
}
