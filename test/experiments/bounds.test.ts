/** How often a streamed byte crosses the memory bus, by the way it is read. */
import { expect, it } from 'vitest';
import { boundsReport } from '../../experiments/bounds-report.ts';
import { loadExperiments } from '../../experiments/load.ts';
import { runExperiment } from '../../experiments/run.ts';
import { experimentText, writeTemporary } from './experiment-text.ts';

// 2 x 5200 MT/s x 8 B x 0.80 = 66.56 GB/s
const BUS = 66.56e9;
const file = writeTemporary(experimentText());
const load = async (...settings: string[]) => (await loadExperiments(file, settings)).points[0].experiment;

it.each([
  [2, ['io.direct=true']],
  [2, ['execution=mmap']],
  [5, ['io={direct: false, interface: psync}', 'cache.capacity=0 B']],
  [4, ['io={direct: false, interface: psync}', 'cache.capacity=0 B', 'linux.copyCrossings=2']],
])('%i times: %j', async (crossings, settings) => {
  const { streaming, bounds } = boundsReport(await load(...settings));
  const found = streaming.find(({ resource }) => resource === 'dram')!;
  expect(found.bytesPerSecond).toBeCloseTo(BUS / crossings, 0);
  expect(found.detail).toContain(`a streamed byte crosses ${crossings} times`);
  expect(bounds.map(({ resource }) => resource)).toContain('dram');
});

it('no run is faster than its memory bus allows', async () => {
  for (const io of ['{direct: true}', '{direct: false, interface: psync}']) {
    const fast = 'storage.device={fidelity: ideal, latency: 0 s, bandwidth: .inf}';
    const result = runExperiment(await load(`io=${io}`, fast, 'cache.capacity=0 B'));
    const dram = result.bounds.find(({ resource }) => resource === 'dram')!;
    expect(result.tokensPerSecond.mean).toBeLessThan(dram.tokensPerSecond);
  }
});

it('drafting bounds the rate, by the tokens that a step gives', async () => {
  // Every draft is accepted: 3 tokens for 2 drafts of 10 ms.
  const { bounds } = boundsReport(
    await load(
      'workload={prompt: 1, generate: 9, warmup: 1, speculation: {draft: 2, acceptance: 1, cost: 10 ms}}',
    ),
  );
  const software = bounds.find(({ resource }) => resource === 'software')!;
  expect(software.tokensPerSecond).toBeCloseTo(3 / 20e-3, 6);
});
