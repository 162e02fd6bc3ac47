/** Placement seen at the drives: who serves what, by the result's figures of each drive. */
import { describe, expect, it } from 'vitest';
import { loadExperiments } from '../../../experiments/load.ts';
import { runExperiment } from '../../../experiments/run.ts';
import { experimentText, writeTemporary } from '../experiment-text.ts';

const file = writeTemporary(
  experimentText({
    model: 'model: {architecture: qwen3-30b, quantisation: Q4_K_M, layout: expert-contiguous}',
    storage: 'storage: {device: wd-sn640-960gb, count: 3}',
    cache: 'cache: {capacity: 1 GiB}',
    workload: 'workload: {prompt: 0, generate: 12, warmup: 2}',
  }),
);
const load = async (...settings: string[]) => (await loadExperiments(file, settings)).points[0].experiment;
const run = async (...settings: string[]) => runExperiment(await load(...settings));
const shares = ({ storage }: Awaited<ReturnType<typeof run>>) =>
  storage.perDevice.map(({ bytesRead }) => bytesRead / storage.bytesRead);
const spread = (of: number[]) => Math.max(...of) - Math.min(...of);

describe('placement', () => {
  it('reads the same bytes in fewer, larger commands than a stripe', async () => {
    const [stripe, expert] = [await run('storage.stripe=256 KiB'), await run('storage.placement=expert')];
    expect(expert.cache!.hits).toBe(stripe.cache!.hits);
    expect(expert.storage.bytesRead / stripe.storage.bytesRead).toBeCloseTo(1, 2);
    expect(expert.storage.requestBytes.mean).toBeGreaterThan(stripe.storage.requestBytes.mean * 1.2);
  });

  it('by weight gives a drive its share, of stripes and of experts', async () => {
    for (const placement of ['stripe', 'expert', 'hot-cold']) {
      const [first, ...others] = shares(
        await run(`storage.placement=${placement}`, 'storage.weights=[2, 1, 1]'),
      );
      expect(first).toBeGreaterThan(0.4);
      expect(first).toBeLessThan(0.6);
      expect(spread(others)).toBeLessThan(0.1);
    }
  });

  it('by popularity spreads requests more evenly than in turn', async () => {
    const expert = await run('storage.placement=expert', 'cache.capacity=0 B');
    const hotCold = await run('storage.placement=hot-cold', 'cache.capacity=0 B');
    expect(spread(shares(hotCold))).toBeLessThan(spread(shares(expert)));
    expect(hotCold.tokensPerSecond.mean).toBeGreaterThan(expert.tokensPerSecond.mean);
  });

  it('of whole experts needs them in one piece, and one weight for each drive', async () => {
    await expect(run('storage.placement=expert', 'model.layout=layer-order')).rejects.toThrow(
      'whole experts need model.layout expert-contiguous',
    );
    await expect(load('storage.weights=[1, 2]')).rejects.toThrow('one for each of 3 drives');
  });
});
