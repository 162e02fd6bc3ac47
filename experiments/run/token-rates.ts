/**
 * Tokens/s and token times of the measured passes. A pass may give several tokens: to several requests, or to one whose
 * drafts are accepted. The rate counts them all; a token's time is that of its pass, shared among the tokens that its
 * request was given by it.
 */
import { BatchMeans, toSeconds } from '../../sim/index.ts';
import type { DecodeOutcome } from '../../workloads/inference/index.ts';
import type { Result } from '../result.ts';
import { summaryOf } from './summary-of.ts';

export const measuredTokens = ({ recorder }: DecodeOutcome): number =>
  recorder.measured.reduce((sum, { pass }) => sum + pass.gives, 0);

export function tokenRates(outcome: DecodeOutcome): Pick<Result, 'tokensPerSecond' | 'tokenSeconds'> {
  const { recorder } = outcome;
  const batches = new BatchMeans();
  const times: number[] = [];
  // Passes that give nothing (chunks of prompts) and time without a request count with the token that follows.
  let since = recorder.windowStart;
  for (const { time, end, pass } of recorder.measured) {
    for (let i = 0; i < pass.gives; i++) batches.record(toSeconds((end - since) / pass.gives));
    if (pass.gives > 0) since = end;
    for (const { gives, prompt } of pass.groups)
      if (!prompt) for (let i = 0; i < gives; i++) times.push(time / gives);
  }
  const [low, high] = batches.ci95;
  return {
    tokensPerSecond: {
      mean: 1 / batches.mean,
      ...(Number.isFinite(high) && low > 0 ? { ci95: [1 / high, 1 / low] as [number, number] } : {}),
    },
    tokenSeconds: summaryOf(times),
  };
}
