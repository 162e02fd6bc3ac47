/**
 * Least squares over logarithms with bounds and a weak prior at the start:
 *
 *   minimise  sum_i ((y_i - f_i(x)) / s_i)^2 + sum_k ((x_k - x0_k) / PRIOR)^2,   x = ln of the parameters
 *
 * by ml-levenberg-marquardt, which gets every figure divided by what it may be off by (its own weights enter its cost and
 * its step in opposite ways), and the prior as further figures. It walks on from a step that raised the cost, for the model
 * is a simulation, and returns the best point it saw.
 *
 * The prior (a factor of e^1.5 either way) leaves what the data determine alone and holds the rest where it began. At the
 * solution the covariance is v (J'J)^-1 with v = max(1, residual variance): 95 % intervals are x +- 1.96 sigma, and a
 * parameter whose sigma is near the prior's was not determined by the data.
 */
import { levenbergMarquardt } from 'ml-levenberg-marquardt';
import { inverse, Matrix } from 'ml-matrix';

/** Of the prior on ln x. */
export const PRIOR = 1.5;
/** A sigma of ln x beyond which the data say too little: a 95 % interval of a factor of 4 either way. */
export const UNKNOWN = 0.7;
/** For finite differences, on ln x: above the noise of a simulated percentile. */
const STEP = 0.06;
/** At the start; the library adds it to the diagonal of J'J, whose entries are figures over sigma, squared. */
const DAMPING = 10;
const Z95 = 1.96;

export interface Problem {
  /** Of the parameters, ln. */
  readonly start: readonly number[];
  readonly min: readonly number[];
  readonly max: readonly number[];
  /** ln of the measured figures, and what each may be off by. */
  readonly measured: readonly number[];
  readonly sigma: readonly number[];
  /** ln of the predicted figures. */
  readonly model: (x: readonly number[]) => readonly number[];
}

export interface Solution {
  readonly x: readonly number[];
  /** Standard deviations of x. */
  readonly sigma: readonly number[];
  readonly correlation: readonly (readonly number[])[];
  /** Weighted sum of squares, the prior's part left out. */
  readonly cost: number;
}

export const costOf = ({ measured, sigma }: Problem, predicted: readonly number[]): number =>
  measured.reduce((sum, y, i) => sum + ((y - predicted[i]) / sigma[i]) ** 2, 0);

export function solve(problem: Problem, iterations: number): Solution {
  const model = remembered(problem.model);
  const { start, min, max, measured, sigma } = problem;
  const weighted = (figures: readonly number[], x: readonly number[]) => [
    ...figures.map((figure, i) => figure / sigma[i]),
    ...x.map((value) => value / PRIOR),
  ];
  const y = weighted(measured, start);
  const { parameterValues: x } = levenbergMarquardt(
    { x: y.map((_, i) => i), y },
    (at) => {
      const predicted = weighted(model(at), at);
      return (i) => predicted[i];
    },
    {
      initialValues: start,
      minValues: min,
      maxValues: max,
      maxIterations: iterations,
      centralDifference: true,
      gradientDifference: STEP,
      damping: DAMPING,
    },
  );
  return { x, cost: costOf(problem, model(x)), ...uncertainty(problem, model, x) };
}

/** One evaluation for each vector, which the optimiser asks for several times. */
function remembered(model: Problem['model']): Problem['model'] {
  const known = new Map<string, readonly number[]>();
  return (x) => {
    const key = x.join();
    const found = known.get(key) ?? model(x);
    known.set(key, found);
    return found;
  };
}

/** J'J, the prior included; J by central differences. */
function informationOf({ sigma }: Problem, model: Problem['model'], x: readonly number[]): Matrix {
  const at = (k: number, step: number) => model(x.map((value, i) => (i === k ? value + step : value)));
  const columns = x.map((_, k) => {
    const [high, low] = [at(k, STEP), at(k, -STEP)];
    return high.map((value, i) => (value - low[i]) / (2 * STEP) / sigma[i]);
  });
  return new Matrix(columns.map((a, k) => columns.map((b, l) => dot(a, b) + (k === l ? 1 / PRIOR ** 2 : 0))));
}

function uncertainty(problem: Problem, model: Problem['model'], x: readonly number[]) {
  const freedom = Math.max(1, problem.measured.length - x.length);
  const variance = Math.max(1, costOf(problem, model(x)) / freedom);
  const covariance = inverse(informationOf(problem, model, x));
  const deviations = x.map((_, k) => Math.sqrt(Math.max(0, covariance.get(k, k))));
  return {
    // The prior does not grow with the misfit.
    sigma: deviations.map((deviation) => Math.min(PRIOR, deviation * Math.sqrt(variance))),
    correlation: x.map((_, k) => x.map((__, l) => covariance.get(k, l) / (deviations[k] * deviations[l]))),
  };
}

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);

/** The interval that holds a parameter with 95 %. */
export const interval95 = (x: number, sigma: number): readonly [number, number] => [
  Math.exp(x - Z95 * sigma),
  Math.exp(x + Z95 * sigma),
];
