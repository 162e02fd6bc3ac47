/** Experts in GPU memory over pinned host memory over drives, against closed forms. */
import { describe, expect, it } from 'vitest';
import { boundsReport } from '../../../experiments/bounds-report.ts';
import { loadExperiments } from '../../../experiments/load.ts';
import { runExperiment } from '../../../experiments/run.ts';
import { experimentText, writeTemporary } from '../experiment-text.ts';

const file = writeTemporary(
  experimentText({
    model: 'model: {architecture: qwen3-30b, quantisation: Q4_K_M}',
    host: `host:
  like: epyc-9004-12ch
  gpu: {memory: 24 GB, bandwidth: 900 GB/s, flops: 1e6 TFLOP/s, pcie: {generation: 4, lanes: 16}}`,
    storage: 'storage: {device: {fidelity: ideal, latency: 0 s, bandwidth: .inf}}',
    cache: 'cache: {capacity: 20 GB}',
    workload: 'workload: {prompt: 0, generate: 24, warmup: 8, routing: {kind: uniform}}',
  }).replace(/\n*$/, '\ncompute: {device: gpu}\n'),
);
const load = async (...settings: string[]) => (await loadExperiments(file, settings)).points[0].experiment;
const run = async (...settings: string[]) => runExperiment(await load(...settings));
const boundOf = (bounds: { resource: string; tokensPerSecond: number }[], resource: string) =>
  bounds.find((bound) => bound.resource === resource)!.tokensPerSecond;

describe('experts on a GPU', () => {
  it('all in its memory: as fast as that is read', async () => {
    // Uniform routing has used every expert by then: (1 - 8/128)^1196 of them are left.
    const result = await run('workload.generate=1200', 'workload.warmup=1196', 'cache.policy=lru');
    const { tiers, misses } = result.cache!;
    expect(misses).toBe(0);
    expect(tiers!.map(({ share }) => share)).toEqual([1, 0, 0]);
    expect(result.tokensPerSecond.mean / boundOf(result.bounds, 'gpu-memory')).toBeCloseTo(1, 3);
    expect(result.binding).toBe('gpu-memory');
  }, 20_000);

  it('none: each expert crosses the link, while the one before computes', async () => {
    const result = await run('cache.gpuCapacity=0 B');
    const { tiers, bytesHit, bytesMissed } = result.cache!;
    expect(tiers!.map(({ requests }) => requests)[0]).toBe(0);
    expect(tiers![1].copiedBytes).toBe(bytesHit + bytesMissed);
    expect(result.binding).toBe('gpu-link');
    const token = 1 / boundOf(result.bounds, 'gpu-link');
    const { attentionSeconds, headSeconds, otherSeconds } = result.breakdown!;
    const serial = attentionSeconds + headSeconds + otherSeconds;
    // Copies of a layer overlap each other and, but for the last, the experts' kernels.
    expect(result.tokenSeconds.mean).toBeGreaterThan(token + serial);
    expect(result.tokenSeconds.mean).toBeLessThan(token + serial + result.breakdown!.expertSeconds);
  });

  it('has three tiers that add up, and the same drives’ work as one cache of both sizes', async () => {
    const [tiered, single] = [
      await run('cache.gpuCapacity=3 GB', 'cache.capacity=2 GB'),
      await run('compute.device=cpu', 'cache.capacity=5 GB'),
    ];
    const { tiers, requests, hits, misses } = tiered.cache!;
    expect(tiers!.reduce((sum, tier) => sum + tier.requests, 0)).toBe(requests);
    expect(tiers![2].requests).toBe(misses);
    expect([hits, misses]).toEqual([single.cache!.hits, single.cache!.misses]);
    for (const { requests: served } of tiers!) expect(served).toBeGreaterThan(0);
    const { gpu } = tiered.memory!;
    expect(gpu!.trunkBytes + gpu!.kvBytes + gpu!.expertCacheBytes + gpu!.freeBytes).toBe(24e9);
    const forecast = boundsReport(await load('cache.gpuCapacity=3 GB', 'cache.capacity=2 GB'));
    expect(boundOf(forecast.bounds, 'gpu-link')).toBeCloseTo(boundOf(tiered.bounds, 'gpu-link'), 6);
  });

  it('waits for the router’s answer at each layer', async () => {
    const [at, free] = [
      await run(
        'host={like: epyc-9004-12ch, gpu: {memory: 24 GB, bandwidth: 900 GB/s, flops: 1e6 TFLOP/s, pcie: {generation: 4, lanes: 16}, syncPerLayer: 0.25 ms}}',
      ),
      await run(),
    ];
    expect(at.tokenSeconds.mean - free.tokenSeconds.mean).toBeCloseTo(48 * 0.25e-3, 6);
    expect(at.breakdown!.softwareSeconds).toBeCloseTo(48 * 0.25e-3, 9);
  });

  it('needs a GPU that holds the trunk', async () => {
    await expect(run('host=ryzen-7700x')).rejects.toThrow('has none: add gpu to its profile');
    await expect(run('cache.gpuCapacity=24 GB')).rejects.toThrow('that GPU memory leaves: pinned trunk');
    await expect(run('memory.map=[attention]')).rejects.toThrow('mapped weights');
  });
});
