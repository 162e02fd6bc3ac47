/** `execution: mmap`: from the experiment to the result. */
import { describe, expect, it } from 'vitest';
import { loadExperiments, type Result } from '../../experiments/index.ts';
import { spentIn } from '../../experiments/validate/spent.ts';
import { experimentText, writeTemporary } from './experiment-text.ts';
import { runSmall } from './small-models.ts';

const experiment = (model: string, limit: string) => `name: mapped
model: {architecture: ./${model}.yaml, quantisation: F16}
host: ryzen-7700x
storage: {device: samsung-990-pro}
memory: {limit: ${limit}, system: 1 MiB}
execution: mmap
compute: {threads: 2}
workload: {prompt: 4, generate: 6, warmup: 2, routing: {kind: uniform}}
`;

describe('a model that fits', () => {
  it('is read once, at load', async () => {
    const result = await runSmall(experiment('dense', '64 MiB'));
    expect(result.load?.storage?.causes).toEqual([expect.objectContaining({ cause: 'populate' })]);
    expect(result.load?.storage?.bytesRead).toBe(result.memory!.pageCacheBytes);
    expect(result.storage.bytesRead).toBe(0);
    expect(result.pageCache).toMatchObject({ majorFaults: 0, reclaimedBytes: 0 });
    expect(result.cache).toBeUndefined();
  });

  it('is read at its first use without populate', async () => {
    const result = await runSmall(experiment('dense', '64 MiB'), 'mmap.populate=false');
    expect(result.loadSeconds).toBe(0);
    expect(result.prefill!.storage!.bytesRead).toBeGreaterThan(39e6);
    expect(result.storage.bytesRead).toBe(0);
  });
});

describe('a dense model larger than its memory', () => {
  it('is read almost whole for each token', async () => {
    const result = await runSmall(experiment('dense', '24 MiB'));
    const perToken = result.storage.bytesRead / 4;
    expect(perToken / 40e6).toBeGreaterThan(0.8);
    const { memory, time, storage, pageCache } = result;
    const { trunkBytes, kvBytes, expertCacheBytes, pageCacheBytes, systemBytes, freeBytes } = memory!;
    expect(trunkBytes + kvBytes + expertCacheBytes + pageCacheBytes + systemBytes + freeBytes).toBe(
      memory!.limitBytes,
    );
    expect(time.compute + time.exposedIo + time.software + time.reclaim + time.other).toBeCloseTo(1, 9);
    expect(Math.min(time.compute, time.exposedIo, time.software, time.reclaim)).toBeGreaterThan(0);
    expect(storage.causes!.map(({ cause }) => cause)).toEqual(['demand fault', 'readahead']);
    const asked = storage.causes!.reduce((sum, { bytes }) => sum + bytes, 0);
    // A window in flight when the measured time begins or ends is asked for in one phase and read in the other.
    expect(Math.abs(asked - storage.bytesRead)).toBeLessThanOrEqual(2 * 256 * 1024);
    expect(pageCache!.readaheadBytes).toBe(storage.causes![1].bytes);
    expect(result.series!.tokenBytes!.slice(2).reduce((sum, [, bytes]) => sum + bytes, 0)).toBe(asked);
  });

  it('says where the time of load, prompt and tokens goes', async () => {
    const result = await runSmall(experiment('dense', '24 MiB'));
    for (const { time } of [result.load!, result.prefill!]) {
      expect(time!.reclaim).toBeGreaterThan(0);
      expect(time!.exposedIo).toBeGreaterThan(0);
    }
    expect(result.load!.time!.other).toBeCloseTo(0, 6);
    const { loadSeconds, prefillSeconds, tokenSeconds, tokens } = result;
    const whole = loadSeconds + prefillSeconds + tokenSeconds.mean * tokens.measured;
    const parts = Object.values(spentIn(result)!);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(whole, 9);
  });

  it('is freed in the background where memory is short on the whole machine', async () => {
    const direct = await runSmall(experiment('dense', '24 MiB'));
    // The machine's 30 GiB have watermarks of 5,608, 13,472 and 21,336 pages: 22, 53 and 83 MiB.
    const result = await runSmall(experiment('dense', '76 MiB'), 'linux.reclaimThreads=1');
    const { pageCacheBytes, freeBytes } = result.memory!;
    expect(freeBytes).toBe(13472 * 4096);
    expect(pageCacheBytes + freeBytes).toBe(direct.memory!.pageCacheBytes + 52 * 2 ** 20);
    const { reclaimedBytes, reclaimSeconds, kswapdBytes, kswapdSeconds } = result.pageCache!;
    expect(kswapdBytes).toBe(reclaimedBytes);
    expect(reclaimSeconds).toBe(0);
    expect(kswapdSeconds).toBeGreaterThan(0);
    expect(result.tokensPerSecond.mean).toBeGreaterThan(direct.tokensPerSecond.mean);
    expect(direct.pageCache!.kswapdBytes).toBeUndefined();
  });

  it('reads less when a part is locked', async () => {
    const free = await runSmall(experiment('dense', '24 MiB'));
    const locked = await runSmall(experiment('dense', '24 MiB'), 'memory.pin=[attention, embeddings]');
    expect(locked.memory!.lockedBytes).toBeGreaterThan(10e6);
    expect(locked.memory!.lockedBytes).toBe(locked.memory!.trunkBytes);
    expect(locked.storage.bytesRead).toBeLessThan(free.storage.bytesRead);
  });

  it('reads single pages with madvise random', async () => {
    const result = await runSmall(experiment('dense', '24 MiB'), 'mmap.madvise=random');
    expect(result.storage.requestBytes.mean).toBe(4096);
    expect(result.pageCache!.readaheadBytes).toBe(0);
  });
});

it('takes the experts of a mixture in ascending order, the prompt in one pass', async () => {
  const result = await runSmall(experiment('moe', '64 MiB'));
  expect(result.series!.experts!.requests.flat().reduce((a, b) => a + b)).toBe(6 * 4 * 4);
  expect(result.storage.bytesRead).toBeGreaterThan(0);
  expect(result.storage.bytesRead / 4).toBeLessThan(4 * 4 * 1.2e6 * 1.5);
});

describe('reading the chosen experts ahead', () => {
  const run = (...settings: string[]) =>
    runSmall(experiment('moe', '64 MiB'), 'compute.threads=4', ...settings);
  const majors = ({ pageCache }: Result) => pageCache!.majorFaults!;

  it('by advice reads nothing but what is chosen, and leaves hardly a fault to wait for', async () => {
    const [touched, advised] = [await run(), await run('mmap.lazyExperts=true')];
    expect(advised.storage.bytesRead).toBeLessThan(0.7 * touched.storage.bytesRead);
    expect(majors(advised)).toBeLessThan(0.1 * majors(touched));
    expect(advised.time.exposedIo).toBeLessThan(0.1 * touched.time.exposedIo);
  });

  it('by advice makes up for MADV_RANDOM', async () => {
    const touched = await run('mmap.madvise=random');
    const advised = await run('mmap.madvise=random', 'mmap.lazyExperts=true');
    expect(advised.tokensPerSecond.mean).toBeGreaterThan(1.3 * touched.tokensPerSecond.mean);
  });

  it('by a pool is faster with each thread, whose own time is not told', async () => {
    const [none, four, eight] = [
      await run(),
      await run('mmap.prefetchThreads=4'),
      await run('mmap.prefetchThreads=8'),
    ];
    expect(four.tokensPerSecond.mean).toBeGreaterThan(1.3 * none.tokensPerSecond.mean);
    expect(eight.tokensPerSecond.mean).toBeGreaterThan(1.2 * four.tokensPerSecond.mean);
    const { compute, exposedIo, software, reclaim, other } = eight.time;
    expect(compute + exposedIo + software + reclaim + other).toBeCloseTo(1, 9);
    expect(other).toBeGreaterThan(0);
    const demand = ({ storage }: Result) =>
      storage.causes!.find(({ cause }) => cause === 'demand fault')!.requests;
    expect(demand(eight)).toBeLessThan(0.5 * demand(none));
  });

  it('changes nothing for a model without experts, or one that is in memory', async () => {
    const both = ['mmap.lazyExperts=true', 'mmap.prefetchThreads=2'];
    const rate = async (model: string, limit: string, settings: string[]) =>
      (await runSmall(experiment(model, limit), ...settings)).tokensPerSecond.mean;
    expect(await rate('dense', '24 MiB', both)).toBe(await rate('dense', '24 MiB', []));
    const free = await rate('moe', '256 MiB', []);
    expect(await rate('moe', '256 MiB', both)).toBeGreaterThan(0.9 * free);
  });

  it('refuses a number of threads below 0', async () => {
    await expect(run('mmap.prefetchThreads=-1')).rejects.toThrow('mmap.prefetchThreads');
  });
});

it.each([
  ['io.interface=psync', 'found psync with execution mmap; allowed is mmap'],
  ['cache.capacity=1 GiB', 'which has no cache but the page cache'],
  ['prefetch.policy=next-layer', 'found next-layer with execution mmap'],
])('refuses %s', async (setting, message) => {
  const file = writeTemporary(experimentText({ execution: 'execution: mmap' }));
  await expect(loadExperiments(file, [setting])).rejects.toThrow(message);
});

it('refuses interface mmap for another program', async () => {
  await expect(loadExperiments(writeTemporary(experimentText()), ['io.interface=mmap'])).rejects.toThrow(
    'allowed is one of psync, libaio, io_uring, io_uring-iopoll, io_uring-sqpoll, spdk, or execution: mmap',
  );
});

const direct = (rest: string) =>
  experiment('moe', '40 MiB').replace('execution: mmap\n', `execution: synchronous\n${rest}\n`);
const sum = ({ memory: m }: Result) =>
  m!.trunkBytes + m!.kvBytes + m!.expertCacheBytes + m!.pageCacheBytes + m!.systemBytes + m!.freeBytes;

describe('buffered reads', () => {
  it('fill the page cache that the program’s own leaves, and are copied', async () => {
    const result = await runSmall(direct('io: {interface: psync, direct: false}\ncache: {capacity: 8 MiB}'));
    expect(result.memory!.pageCacheBytes).toBeGreaterThan(20e6);
    expect(sum(result)).toBe(result.memory!.limitBytes);
    expect(result.pageCache!.copiedBytes).toBe(result.cache!.bytesMissed);
    // Some of what is asked for is in the page cache still.
    expect(result.storage.bytesRead).toBeLessThan(result.cache!.bytesMissed);
    expect(result.storage.bytesRead).toBeGreaterThan(0);
  });

  it('need to know what the program’s cache takes', async () => {
    await expect(runSmall(direct('io: {interface: psync, direct: false}'))).rejects.toThrow(
      'found false without cache.capacity',
    );
    await expect(
      runSmall(direct('io: {interface: spdk, direct: false}\ncache: {capacity: 8 MiB}')),
    ).rejects.toThrow('found false with spdk; buffered reads are for psync, libaio, io_uring');
  });
});

describe('a trunk that is mapped', () => {
  const parts = '[attention, shared-experts, dense, embeddings]';
  const at = async (capacity: string) =>
    runSmall(direct(`cache: {capacity: ${capacity}}`), `memory.map=${parts}`);

  it('stays in memory while there is room', async () => {
    const result = await runSmall(direct(''), `memory.map=${parts}`);
    expect(result.memory).toMatchObject({ trunkBytes: 0, freeBytes: 0 });
    expect(sum(result)).toBe(result.memory!.limitBytes);
    expect(result.load!.storage!.bytesRead).toBeGreaterThan(4e6);
    expect(result.pageCache!.majorFaults).toBe(0);
  });

  it('is paged out by a cache that grows: the hit ratio rises, tokens/s collapse', async () => {
    const [small, large] = [await at('28 MiB'), await at('37 MiB')];
    expect(large.cache!.hitRatio).toBeGreaterThan(small.cache!.hitRatio);
    expect(small.pageCache!.majorFaults).toBe(0);
    expect(large.pageCache!.majorFaults).toBeGreaterThan(0);
    expect(large.tokensPerSecond.mean).toBeLessThan(0.8 * small.tokensPerSecond.mean);
  });

  it('cannot be pinned as well', async () => {
    await expect(runSmall(direct(''), 'memory.map=[dense]', 'memory.pin=[dense]')).rejects.toThrow(
      'found dense under pin as well',
    );
  });
});

describe('the access map', () => {
  it('counts gaps between neighbours and names the tensors', async () => {
    const { storage, series } = await runSmall(experiment('dense', '24 MiB'));
    const { sequentialShare, forwardGapShare, backwardShare, gaps } = storage.accessPattern!;
    expect(sequentialShare + forwardGapShare + backwardShare).toBeCloseTo(1, 12);
    const commands = storage.requestBytes.histogram.reduce((total, [, n]) => total + n, 0);
    const { points, regions } = series!.accessMap!;
    expect(gaps!.reduce((total, { commands: n }) => total + n, 0)).toBe(points.length - 1);
    // Those in flight at either end of the window are in one of the two counts only.
    expect(Math.abs(points.length - commands)).toBeLessThan(16);
    expect(regions.map(({ name }) => name)).toContain('blk.3.ffn_down.weight');
  });

  it('is bounded, whatever the run', async () => {
    const { series, storage } = await runSmall(experiment('dense', '24 MiB'), 'mmap.madvise=random');
    expect(series!.accessMap!.points.length).toBeLessThanOrEqual(4000);
    expect(storage.accessPattern!.gaps!.reduce((total, { commands }) => total + commands, 0)).toBeGreaterThan(
      9000,
    );
  });
});

it('takes the places of tensors from a table', async () => {
  const table = 'name,type,ne0,ne1,ne2,file_offset,bytes\n';
  await expect(
    runSmall(experiment('dense', '24 MiB').replace('{', `{tensors: "${writeTemporary(table, 't.csv')}", `)),
  ).rejects.toThrow('a tensor a line');
});
