/**
 * Tokens/s and token times of the measured passes. A pass may give several tokens: to several requests, or to one whose
 * drafts are accepted. The rate counts them all; a token's time is that of its pass, shared among the tokens that its
 * request was given by it.
 */
import { BatchMeans, toSeconds } from '../../sim/index.ts';
import type { DecodeOutcome } from '../../workloads/inference/index.ts';
import type { Result } from '../result.ts';

export const measuredTokens = ({ recorder }: DecodeOutcome): number =>
  recorder.measured.reduce((sum, { pass }) => sum + pass.gives, 0);

export function tokenRates(outcome: DecodeOutcome): Pick<Result, 'tokensPerSecond' | 'tokenSeconds'> {
  const batches = new BatchMeans();
  const each = new BatchMeans();
  const times: number[] = [];
  for (const { time, pass } of outcome.recorder.measured) {
    for (let i = 0; i < pass.gives; i++) batches.record(toSeconds(time / pass.gives));
    for (const { gives } of pass.groups) {
      for (let i = 0; i < gives; i++) {
        times.push(time / gives);
        each.record(toSeconds(time / gives));
      }
    }
  }
  const sorted = Float64Array.from(times).sort();
  const rank = (p: number) => toSeconds(sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)]);
  const [low, high] = batches.ci95;
  return {
    tokensPerSecond: {
      mean: 1 / batches.mean,
      ...(Number.isFinite(high) && low > 0 ? { ci95: [1 / high, 1 / low] as [number, number] } : {}),
    },
    tokenSeconds: { mean: each.mean, p50: rank(0.5), p90: rank(0.9), p99: rank(0.99), max: rank(1) },
  };
}
