/**
 * The four numbers that no closed form gives, by simulated moments (McFadden 1989): a factor on all layers' static shares,
 * one on the correlation of the token features, the skew of popularity, and the rank of the features. Each is chosen so
 * that generated tokens have the recording's targets (targets.ts), in the sense of least squares; the same random numbers
 * are used for every trial, so that trials differ by their parameters alone.
 *
 * Levenberg and Marquardt's method from the best of three skews, with numerical derivatives kept up by Broyden's update.
 */
import type { RoutedTokens } from '../routed-tokens.ts';
import type { RoutingModel } from '../routing-model.ts';
import { generateRouting } from '../source.ts';
import { solve } from './linear.ts';
import { meanTargets, type Targets, targetsOf, targetVector, windowTargets } from './targets.ts';

/** log factor of static shares, log factor of the token features' correlation, skew, log rank. */
export type Parameters = readonly [number, number, number, number];

const START: Parameters = [0, 0, 0, Math.log(8)];
const STARTS: readonly Parameters[] = [START, [0, 0, -0.4, Math.log(8)], [0, 0, 0.5, Math.log(8)]];
const LOWEST: Parameters = [-1.5, -1.5, -1, Math.log(3)];
const HIGHEST: Parameters = [1, 1, 1.2, Math.log(64)];
const STEP: Parameters = [0.15, 0.15, 0.2, 0.4];
/** A miss this large counts double, larger ones more: no target is given up for the others. */
const LARGE_MISS = 0.02;
/** How far from START is as bad as one percentage point: keeps what the targets do not determine near it. */
const SLACK: Parameters = [1, 1, 1, 2];
const POINT = 0.01;
const ROUNDS = 8;
/** Logits computed in a generated trace, at most: bounds its length. */
const CELLS = 600_000;
/** A cache's behaviour shows in no fewer tokens. */
const FEWEST_TOKENS = 128;
/** Logits computed in all traces of a trial, about: short traces scatter more, so more are generated. */
const TRIAL_CELLS = 1_500_000;
const WINDOWS = 12;
/** Generated traces by which the scatter of the parameters is judged. */
const SCATTERED = 16;

export interface Calibration {
  readonly parameters: Parameters;
  /** Derivatives of the target vector, by [parameter][target]. */
  readonly jacobian: number[][];
  /** Targets of traces generated with the parameters, none of which served to find them. */
  readonly generated: Targets[];
  readonly wanted: Targets;
}

/** @param stream gives a new, equal stream of random numbers for each name */
export function calibrate(
  routed: RoutedTokens,
  modelOf: (parameters: Parameters) => RoutingModel,
  stream: (name: string) => () => number,
): Calibration {
  const length = Math.min(
    routed.tokens,
    Math.max(FEWEST_TOKENS, Math.floor(CELLS / (routed.layers * routed.experts))),
  );
  const traces = Math.min(
    16,
    Math.max(4, Math.round(TRIAL_CELLS / (length * routed.layers * routed.experts))),
  );
  const wanted = windowTargets(routed, length, WINDOWS);
  const aim = targetVector(wanted);

  const generate = (parameters: Parameters, name: string, count: number) => {
    const options = { kind: 'synthetic', model: modelOf(parameters) } as const;
    return Array.from({ length: count }, (_, i) =>
      targetsOf(generateRouting(options, length, stream(`${name} ${i}`))),
    );
  };
  const trial = (parameters: Parameters) => ({
    parameters,
    vector: targetVector(meanTargets(generate(parameters, 'trial', traces))),
  });
  const cost = (at: { parameters: Parameters; vector: number[] }) =>
    at.vector.reduce((sum, x, i) => sum + (x - aim[i]) ** 2 * (1 + ((x - aim[i]) / LARGE_MISS) ** 2 / 2), 0) +
    at.parameters.reduce((sum, p, j) => sum + ((POINT * (p - START[j])) / SLACK[j]) ** 2, 0);
  const slopes = (at: { parameters: Parameters; vector: number[] }) =>
    STEP.map((step, j) => {
      const width = at.parameters[j] + step > HIGHEST[j] ? -step : step;
      const moved = trial(at.parameters.map((p, i) => (i === j ? p + width : p)) as unknown as Parameters);
      return moved.vector.map((x, i) => (x - at.vector[i]) / width);
    });

  let best = STARTS.map(trial).reduce((a, b) => (cost(b) < cost(a) ? b : a));
  let jacobian = slopes(best);
  for (let round = 0, damping = 0.1; round < ROUNDS && damping < 100; round++) {
    const moved = trial(bounded(stepFrom(best, jacobian, aim, damping)));
    jacobian = corrected(jacobian, best, moved);
    if (cost(moved) < cost(best)) {
      best = moved;
      damping /= 5;
    } else damping *= 10;
  }
  const { parameters } = best;
  return { parameters, jacobian, generated: generate(parameters, 'scatter', SCATTERED), wanted };
}

/** Broyden's update (1965): the derivatives changed as little as explains what the last step did. */
function corrected(
  jacobian: number[][],
  from: { parameters: Parameters; vector: number[] },
  to: { parameters: Parameters; vector: number[] },
): number[][] {
  const step = to.parameters.map((p, j) => p - from.parameters[j]);
  const length = dot(step, step);
  if (length < 1e-8) return jacobian;
  const unexplained = to.vector.map(
    (x, i) => x - from.vector[i] - jacobian.reduce((sum, slopes, j) => sum + slopes[i] * step[j], 0),
  );
  return jacobian.map((slopes, j) => slopes.map((slope, i) => slope + (unexplained[i] * step[j]) / length));
}

function stepFrom(
  at: { parameters: Parameters; vector: number[] },
  jacobian: number[][],
  aim: number[],
  damping: number,
): number[] {
  const pull = SLACK.map((slack) => (POINT / slack) ** 2);
  const gap = aim.map((x, i) => x - at.vector[i]);
  const weighted = jacobian.map((a) => a.map((slope, i) => slope * (1 + (gap[i] / LARGE_MISS) ** 2)));
  const normal = weighted.map((a, i) =>
    jacobian.map((b, j) => dot(a, b) + (i === j ? pull[i] + damping * (dot(a, b) + pull[i]) : 0)),
  );
  const right = weighted.map((a, j) => dot(a, gap) - pull[j] * (at.parameters[j] - START[j]));
  const step = solve(normal, right) ?? [0, 0, 0, 0];
  return at.parameters.map((p, j) => p + step[j]);
}

const bounded = (p: number[]) =>
  p.map((x, j) => Math.min(HIGHEST[j], Math.max(LOWEST[j], x))) as unknown as Parameters;

const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);

/** One-step estimates of the parameters from each generated trace: how they scatter from trace to trace. */
export function scatter({ jacobian, generated }: Calibration): number[][] {
  const centre = targetVector(meanTargets(generated));
  const normal = jacobian.map((a, i) =>
    jacobian.map((b, j) => dot(a, b) + (i === j ? (POINT / SLACK[i]) ** 2 : 0)),
  );
  return generated.map((targets) => {
    const gap = targetVector(targets).map((x, i) => x - centre[i]);
    return (
      solve(
        normal,
        jacobian.map((a) => dot(a, gap)),
      ) ?? [0, 0, 0, 0]
    );
  });
}
