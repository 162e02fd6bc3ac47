/**
 * The library's prefetch crossover on a shorter run: at a recall of 0.85, look-ahead loses 5 to 38 % where drives are busy
 * and gains 5 to 20 % where they are idle, and the account of bytes explains both.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { loadExperiments } from '../../../experiments/load.ts';
import type { Result } from '../../../experiments/result.ts';
import { runExperiment } from '../../../experiments/run.ts';

const results = new Map<string, Result>();
const of = (drives: number, prefetch: string) => results.get(`${drives} ${prefetch}`)!;
const change = (drives: number) =>
  of(drives, 'recall 0.85').tokensPerSecond.mean / of(drives, 'no prefetch').tokensPerSecond.mean - 1;

beforeAll(async () => {
  const settings = ['workload.generate=32', 'workload.warmup=12', 'storage.count=[1, 4]'];
  const { points } = await loadExperiments('prefetch-crossover', settings);
  for (const { experiment } of points) {
    const name = ['no prefetch', 'recall 0.85'].find((each) => experiment.label.endsWith(each));
    if (name) results.set(`${experiment.storage.kinds[0].count} ${name}`, runExperiment(experiment));
  }
});

describe('the prefetch crossover', () => {
  it('is tried on busy and on idle drives', () => {
    expect(of(1, 'no prefetch').storage.utilisation).toBeGreaterThan(0.75);
    expect(of(4, 'no prefetch').storage.utilisation).toBeLessThan(0.4);
  });

  it('loses on busy drives, and the warnings say by what', () => {
    expect(change(1)).toBeLessThan(-0.05);
    expect(change(1)).toBeGreaterThan(-0.38);
    expect(of(1, 'recall 0.85').warnings.join()).toContain('prefetching costs demand reads their bandwidth');
  });

  it('gains on idle drives', () => {
    expect(change(4)).toBeGreaterThan(0.05);
    expect(change(4)).toBeLessThan(0.2);
  });

  it('is explained by the bytes: the same are wasted on both, and idle drives deliver more of the rest in time', () => {
    const shares = (drives: number) => {
      const { issuedBytes, usefulBytes, wastedBytes } = of(drives, 'recall 0.85').prefetch!;
      return { useful: usefulBytes / issuedBytes, wasted: wastedBytes / issuedBytes };
    };
    expect(shares(4).wasted).toBeCloseTo(shares(1).wasted, 1);
    expect(shares(4).useful).toBeGreaterThan(4 * shares(1).useful);
  });
});
