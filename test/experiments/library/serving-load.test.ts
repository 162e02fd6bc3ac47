/** Requests that arrive: the knee over load, goodput, and the same bytes on any number of workers. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadExperiments, type Result, runExperiment } from '../../../experiments/index.ts';
import { stringifyResult } from '../../../experiments/result.ts';
import { runPoints } from '../../../experiments/sweep/run-points.ts';
import { experimentText, temporaryFolder } from '../experiment-text.ts';
import { smallModels } from '../small-models.ts';

const ARRIVALS =
  'workload: {prompt: 3, generate: 4, arrivals: {rate: 1 / s, requests: 12, maxBatch: 3, warmup: 2, slo: {ttft: 100 ms}}}';

const points = async (...settings: string[]) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'moe.yaml'), smallModels.moe);
  const path = join(folder, 'experiment.yaml');
  writeFileSync(
    path,
    experimentText({ model: 'model: {architecture: ./moe.yaml, quantisation: F16}', workload: ARRIVALS }),
  );
  return (await loadExperiments(path, ['cache.capacity=40 MB', ...settings])).points;
};

const served = async (
  ...settings: string[]
): Promise<Result & { serving: NonNullable<Result['serving']> }> => {
  const [{ experiment }] = await points(...settings);
  const result = runExperiment(experiment);
  return { ...result, serving: result.serving! };
};

describe('serving', () => {
  it('loses time to first token and goodput, not throughput, beyond the knee', async () => {
    const calm = await served('workload.arrivals.rate=0.01 / s');
    const busy = await served('workload.arrivals.rate=1000 / s');
    expect(calm.serving.queueSeconds.max).toBe(0);
    expect(calm.serving.running.max).toBe(1);
    expect(calm.serving.slo!.met).toBe(1);
    expect(calm.time.other).toBeGreaterThan(0.9);
    expect(busy.serving.running.max).toBe(3);
    expect(busy.serving.queueSeconds.mean).toBeGreaterThan(calm.serving.ttftSeconds.mean);
    expect(busy.serving.slo!.met).toBeLessThan(1);
    expect(busy.serving.requestsPerSecond).toBeGreaterThan(calm.serving.requestsPerSecond);
  });

  it('accounts for every token and every instant', async () => {
    const { serving, tokens, time, tokensPerSecond, series } = await served();
    expect(serving.requests).toBe(10);
    expect(tokens.measured + tokens.warmup).toBe(12 * 4);
    expect(time.compute + time.exposedIo + time.software + time.reclaim + time.other).toBeCloseTo(1, 9);
    expect(series!.ttft).toHaveLength(10);
    const ttft = series!.ttft!.map(([, seconds]) => seconds);
    expect(ttft.reduce((sum, x) => sum + x, 0) / 10).toBeCloseTo(serving.ttftSeconds.mean, 9);
    expect(serving.slo!.goodput).toBeCloseTo(serving.slo!.met * serving.requestsPerSecond, 12);
    expect(tokensPerSecond.mean).toBeGreaterThan(0);
    // From arrival: the wait, the prompt, then three more tokens.
    expect(serving.requestSeconds.mean).toBeCloseTo(
      serving.ttftSeconds.mean + 3 * serving.tpotSeconds.mean,
      9,
    );
  });

  it('gives the same bytes on one worker and on two, also with drafts and chunks', async () => {
    const list = await points(
      'sweep.workload.chunk=[2, 3]',
      'workload.speculation={draft: 2, acceptance: 0.5}',
    );
    const [one, two] = await Promise.all([runPoints(list, { workers: 1 }), runPoints(list, { workers: 2 })]);
    expect(two.map(stringifyResult)).toEqual(one.map(stringifyResult));
  });
});
