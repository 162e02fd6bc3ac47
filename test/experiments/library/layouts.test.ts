/** The experiment `layouts`: an expert in one piece takes fewer, larger requests; whole experts on drives lose the stripe. */
import { expect, it } from 'vitest';
import { loadExperiments, runExperiment } from '../../../experiments/index.ts';

it('layouts differ in requests and in drives at work', async () => {
  const { points } = await loadExperiments('layouts', ['workload.generate=8', 'workload.warmup=2']);
  const run = (index: number) => runExperiment(points[index].experiment);
  const [layerOrder, contiguous, byDrive] = [0, 2, 6].map(run);
  expect(contiguous.storage.requestBytes.mean).toBeGreaterThan(1.1 * layerOrder.storage.requestBytes.mean);
  expect(contiguous.tokensPerSecond.mean).toBeGreaterThan(layerOrder.tokensPerSecond.mean);
  expect(byDrive.tokensPerSecond.mean).toBeLessThan(contiguous.tokensPerSecond.mean);
});
