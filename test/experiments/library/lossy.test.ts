/** Lossy options seen in a result: always flagged, and fewer bytes. */
import { describe, expect, it } from 'vitest';
import { loadExperiments } from '../../../experiments/load.ts';
import { runExperiment } from '../../../experiments/run.ts';
import { experimentText, writeTemporary } from '../experiment-text.ts';

const file = writeTemporary(
  experimentText({
    model: 'model: {architecture: qwen3-30b, quantisation: Q4_K_M}',
    cache: 'cache: {capacity: 2 GiB}',
    workload: 'workload: {prompt: 4, generate: 16, warmup: 4}',
  }),
);
const run = async (...settings: string[]) =>
  runExperiment((await loadExperiments(file, settings)).points[0].experiment);

describe('lossy options', () => {
  it.each([
    ['lossy.topK=6', 'top-k cut from 8 to 6'],
    ['lossy.cold={share: 0.2, action: drop}', 'cold experts dropped'],
    ['lossy.cold={share: 0.2, action: substitute}', 'cold experts substituted'],
    ['lossy.cacheBias={keep: 2, among: 12}', 'cache-biased routing'],
  ])('%s is flagged, and reads less', async (setting, says) => {
    const [exact, lossy] = [await run(), await run(setting)];
    expect([exact.exact, exact.lossy]).toEqual([true, undefined]);
    expect(lossy.exact).toBe(false);
    expect(lossy.lossy!.join()).toContain(says);
    expect(lossy.storage.bytesRead).toBeLessThan(exact.storage.bytesRead);
    expect(lossy.tokensPerSecond.mean).toBeGreaterThan(exact.tokensPerSecond.mean);
  });

  it('that change nothing are exact', async () => {
    expect((await run('lossy.topK=8')).exact).toBe(true);
    expect((await run('lossy.cold={share: 0, action: drop}')).exact).toBe(true);
  });

  it('are refused where they make no sense', async () => {
    await expect(run('lossy.topK=9')).rejects.toThrow('allowed are 1 to 8');
    await expect(run('lossy.cacheBias={keep: 2, among: 12}', 'cache.policy=min')).rejects.toThrow(
      'use another policy',
    );
  });
});
