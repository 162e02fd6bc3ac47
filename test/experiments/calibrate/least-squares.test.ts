/** The fit of linear models, whose solution and covariance are known in closed form. */
import fc from 'fast-check';
import { Matrix, solve as solveLinear } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { interval95, PRIOR, type Problem, solve } from '../../../experiments/calibrate/least-squares.ts';
import { property } from '../../property.ts';

const number = fc.double({ min: -2, max: 2, noNaN: true });
const FAR = [-1e6, 1e6] as const;

function linear(rows: readonly (readonly number[])[], measured: readonly number[], start: number[]): Problem {
  return {
    start,
    min: start.map(() => FAR[0]),
    max: start.map(() => FAR[1]),
    measured,
    sigma: measured.map((_, i) => 0.1 + 0.05 * i),
    model: (x) => rows.map((row) => row.reduce((sum, a, k) => sum + a * x[k], 0)),
  };
}

describe('least squares', () => {
  const line = fc.tuple(number, number, number);
  property([fc.array(line, { minLength: 3, maxLength: 8 }), fc.tuple(number, number)])(
    'find the minimum of weighted residuals and prior, and its covariance',
    (lines, start) => {
      const problem = linear(
        lines.map(([a, b]) => [a, b]),
        lines.map(([, , y]) => y),
        start,
      );
      const { x, sigma, correlation } = solve(problem, 200);
      // (A'WA + P) x = A'Wy + P x0
      const design = new Matrix(lines.map(([a, b]) => [a, b]));
      const weights = Matrix.diag(problem.sigma.map((s) => 1 / s ** 2));
      const prior = Matrix.eye(2).mul(1 / PRIOR ** 2);
      const information = design.transpose().mmul(weights).mmul(design).add(prior);
      const right = design
        .transpose()
        .mmul(weights)
        .mmul(Matrix.columnVector(lines.map(([, , y]) => y)))
        .add(prior.mmul(Matrix.columnVector(start)));
      const exact = solveLinear(information, right).to1DArray();
      // Of gains below 1e-7 the library takes none.
      x.forEach((value, k) => {
        expect(value).toBeCloseTo(exact[k], 2);
      });
      const covariance = solveLinear(information, Matrix.eye(2));
      const misfit = lines.reduce(
        (sum, [a, b, y], i) => sum + ((y - a * exact[0] - b * exact[1]) / problem.sigma[i]) ** 2,
        0,
      );
      const scale = Math.sqrt(Math.max(1, misfit / Math.max(1, lines.length - 2)));
      sigma.forEach((value, k) => {
        expect(value).toBeCloseTo(Math.min(PRIOR, scale * Math.sqrt(covariance.get(k, k))), 3);
      });
      const between = covariance.get(0, 1) / Math.sqrt(covariance.get(0, 0) * covariance.get(1, 1));
      expect(correlation[0][1]).toBeCloseTo(between, 4);
    },
  );

  it('stay within the bounds', () => {
    const problem = linear([[1], [1]], [5, 5], [0]);
    expect(solve({ ...problem, max: [2] }, 50).x[0]).toBe(2);
    expect(solve(problem, 50).x[0]).toBeGreaterThan(4.9);
  });

  it('know nothing of what no figure depends on but the prior', () => {
    const { x, sigma } = solve(
      linear(
        [
          [1, 0],
          [1, 0],
        ],
        [1, 1],
        [0, 0.5],
      ),
      50,
    ); // prettier-ignore
    expect(x[1]).toBeCloseTo(0.5, 9);
    expect(sigma[1]).toBeCloseTo(PRIOR, 9);
    expect(interval95(0.5, sigma[1])[1]).toBeCloseTo(Math.exp(0.5 + 1.96 * PRIOR), 6);
  });
});
