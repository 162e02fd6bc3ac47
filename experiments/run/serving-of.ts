/**
 * How requests that arrive are served, in the terms of the serving literature:
 *
 *   TTFT = first token - arrival      TPOT = (last token - first token) / (tokens - 1)      queueing = admitted - arrival
 *
 * and goodput, the requests a second that meet limits on both (DistServe, OSDI '24). Measured are all requests but those
 * of the warm-up, from the arrival of the first of them to the end of the last.
 */
import { toSeconds } from '../../sim/index.ts';
import type { Result } from '../result.ts';
import type { Run } from './result-of.ts';
import { summaryOf } from './summary-of.ts';

export function servingOf({ experiment, prepared, outcome }: Run): Result['serving'] {
  const { arrivals } = experiment.workload;
  if (!arrivals) return undefined;
  const { warmup, slo } = arrivals;
  const scheduler = outcome.scheduler!;
  const { started, firstToken, finished } = scheduler;
  const requests = prepared.decode.requests!.slice(warmup);
  const each = (of: (index: number, arrival: number) => number) =>
    requests.map(({ arrival }, i) => of(warmup + i, arrival));
  const ttft = each((i, arrival) => firstToken[i] - arrival);
  const tpot = each((i) => (finished[i] - firstToken[i]) / (scheduler.givenTo(i) - 1));
  const { ttft: ttftLimit = Infinity, tpot: tpotLimit = Infinity } = slo ?? {};
  const met = ttft.filter((time, i) => time <= ttftLimit && tpot[i] <= tpotLimit).length;
  const seconds = toSeconds(Math.max(...each((i) => finished[i])) - requests[0].arrival);
  const groups = outcome.recorder.measured.map(({ pass }) => pass.groups.length);
  return {
    requests: requests.length,
    warmup,
    seconds,
    offeredPerSecond: arrivals.rate,
    requestsPerSecond: requests.length / seconds,
    ttftSeconds: summaryOf(ttft),
    tpotSeconds: summaryOf(tpot),
    queueSeconds: summaryOf(each((i, arrival) => started[i] - arrival)),
    requestSeconds: summaryOf(each((i, arrival) => finished[i] - arrival)),
    running: { mean: groups.reduce((sum, n) => sum + n, 0) / groups.length, max: Math.max(...groups) },
    ...(slo ? { slo: { met: met / requests.length, goodput: met / seconds } } : {}),
  };
}
