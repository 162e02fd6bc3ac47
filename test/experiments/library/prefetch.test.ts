/** Prefetchers by an experiment's keys: what the result says of them. */
import { describe, expect, it } from 'vitest';
import { loadExperiments } from '../../../experiments/load.ts';
import { stringifyResult } from '../../../experiments/result.ts';
import { runExperiment } from '../../../experiments/run.ts';
import { experimentText, writeTemporary } from '../experiment-text.ts';

const file = writeTemporary(
  experimentText({
    model: 'model: {architecture: qwen3-30b, quantisation: Q4_K_M}',
    cache: 'cache: {capacity: 2 GiB}',
    workload: 'workload: {prompt: 4, generate: 12, warmup: 4}',
  }),
);
const run = async (...settings: string[]) =>
  runExperiment((await loadExperiments(file, settings)).points[0].experiment);

describe('prefetchers', () => {
  it.each([
    'next-layer',
    'previous-token',
    'popularity',
    'markov',
    'oracle',
  ])('%s: every issued byte is accounted for', async (policy) => {
    const result = await run(`prefetch={policy: ${policy}}`);
    const { issuedBytes, usefulBytes, lateBytes, wastedBytes, cancelledBytes, pendingBytes } =
      result.prefetch!;
    expect(usefulBytes + lateBytes + wastedBytes + cancelledBytes + pendingBytes).toBeCloseTo(issuedBytes, 3);
    expect(stringifyResult(result)).toBe(stringifyResult(await run(`prefetch={policy: ${policy}}`)));
  });

  it('that fill the cache with what is not needed are told the misses they cause', async () => {
    const settings = 'prefetch={policy: popularity, widen: 6}';
    const result = await run(settings, 'cache.capacity=1.2 GiB');
    expect(result.prefetch!.pollutionMisses).toBeGreaterThan(8);
    expect(result.warnings.join()).toContain('prefetching pushed out what was needed');
  });

  it('that hint read twice what a direct read asks for', async () => {
    const [plain, hinted] = [await run(), await run('prefetch={policy: oracle, style: hint}')];
    expect(hinted.prefetch!.readTwiceBytes).toBeGreaterThan(0);
    expect(hinted.cache!.hits).toBe(plain.cache!.hits);
    expect(hinted.storage.bytesRead).toBeGreaterThan(1.5 * plain.storage.bytesRead);
    expect(hinted.warnings.join()).toContain('were read twice');
  });

  it('of hash-routed layers need a model that has some, or their number', async () => {
    await expect(run('prefetch={policy: certain}')).rejects.toThrow('has no layers that route by the token');
    expect((await run('prefetch={policy: certain, layers: 2}')).prefetch!.issuedBytes).toBeGreaterThan(0);
  });

  it('have no account where there is none, and curves and residency of the cache are there all the same', async () => {
    const { prefetch, cache, series } = await run();
    expect(prefetch).toBeUndefined();
    expect(cache!.missRatioCurves!.map(({ policy }) => policy)).toEqual(['lru', 'MIN']);
    for (const { points } of cache!.missRatioCurves!)
      for (let i = 1; i < points.length; i++) expect(points[i][1]).toBeLessThanOrEqual(points[i - 1][1]);
    const { layers, share, tokens } = series!.residency!;
    expect([layers.length, tokens.length]).toEqual([48, 12]);
    // In the end the cache is full: 2 GiB of experts of 2.6 to 3 MB.
    const held = share.reduce((sum, row) => sum + row[11] * 128, 0);
    expect(held).toBeGreaterThan((0.95 * cache!.capacityBytes) / 3e6);
    expect(held).toBeLessThan(cache!.capacityBytes / 2.6e6);
  });
});
