/** What the experiments dense-mmap and io-paths show, at a thousandth of their size. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../../experiments/index.ts';
import { runSmall } from '../small-models.ts';

/** 42 MB on 25 MiB, as 20 GB on 12 GiB. */
const dense = (rest: string) => `name: small
model: {architecture: ./dense.yaml, quantisation: F16}
host: ryzen-7700x
storage: {device: micron-9550, stripe: 512 KiB}
memory: {limit: 25 MiB, system: 1 MiB}
compute: {threads: 4}
workload: {prompt: 0, generate: 8, warmup: 4}
${rest}
`;
const MAPPED = 'execution: mmap';

describe('a dense model larger than its memory', () => {
  const results: Record<string, Result> = {};
  beforeAll(async () => {
    for (const count of [1, 4]) {
      const drives = `storage.count=${count}`;
      results[`mmap ${count}`] = await runSmall(dense(MAPPED), drives);
      results[`direct ${count}`] = await runSmall(dense('execution: synchronous'), drives, 'memory.pin=[]');
    }
  }, 60_000);
  const perToken = (name: string) => results[name].storage.bytesRead / 4 / 40.9e6;
  const rate = (name: string) => results[name].tokensPerSecond.mean;

  it('is read whole for each token with an exact LRU', () => expect(perToken('direct 1')).toBeCloseTo(1, 1));
  it('and mostly by the kernel, whose second list keeps some', () => {
    expect(perToken('mmap 1')).toBeGreaterThan(0.9);
    expect(perToken('mmap 1')).toBeLessThan(1.1);
  });
  // Windows of four threads wait for one another on one drive's link: 9 % here; at full size 6 %, where O_DIRECT gains 145 %.
  it('is read hardly faster from four drives under mmap', () =>
    expect(rate('mmap 4')).toBeLessThan(1.1 * rate('mmap 1')));
  // Reads of 1 to 3 MB: latency, not bandwidth, takes half of their time. At full size four drives give 2.5 times as much.
  it('and faster under O_DIRECT', () =>
    expect(rate('direct 4') / rate('direct 1')).toBeGreaterThan((1.25 * rate('mmap 4')) / rate('mmap 1')));
});
