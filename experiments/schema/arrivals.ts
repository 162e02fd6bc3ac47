/**
 * What does not go together with requests that arrive while others run. Which of them share a pass depends on how long
 * passes take, so nothing may be told the order of what is asked for before the run.
 */
import { findPolicy, parseSpec } from '../../policies/index.ts';

interface Problem {
  readonly path: string[];
  readonly message: string;
}

interface Found {
  readonly cache: { readonly policy: string; readonly prompt: string };
  readonly workload: {
    readonly batch: number;
    readonly generate: number;
    readonly arrivals?: { readonly requests: number; readonly warmup: number };
  };
}

export function arrivalProblems({ cache, workload }: Found): Problem[] {
  const { batch, generate, arrivals } = workload;
  const problems: Problem[] = [];
  const refuse = (path: string, message: string) => problems.push({ path: path.split('.'), message });
  if (batch > 1)
    refuse('workload.batch', `found ${batch} with arrivals; leave it out and set workload.arrivals.maxBatch`);
  if (generate < 2)
    refuse(
      'workload.generate',
      `found ${generate} with arrivals; allowed is 2 or more: the prompt gives the first token, and the time per output token is that of the others`,
    );
  if (arrivals && arrivals.warmup >= arrivals.requests)
    refuse(
      'workload.arrivals.warmup',
      `found ${arrivals.warmup}; allowed is less than workload.arrivals.requests (${arrivals.requests})`,
    );
  if (needsFuture(cache.policy))
    refuse(
      'cache.policy',
      `found ${cache.policy} with workload.arrivals; it must know what is asked for before the run, which here depends on how long passes take; use another policy (the result gives MIN’s hit ratio on what was asked for)`,
    );
  if (cache.prompt === 'bypass')
    refuse(
      'cache.prompt',
      'found bypass with workload.arrivals, where prompts share passes with generated tokens; allowed is insert',
    );
  return problems;
}

function needsFuture(spec: string): boolean {
  try {
    return findPolicy(parseSpec(spec).name).needsFuture === true;
  } catch {
    return false; // A wrong name is told of elsewhere.
  }
}
