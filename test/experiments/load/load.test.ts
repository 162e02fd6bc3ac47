/** What a file becomes: defaults, references, --set, cases and sweep. */

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { libraryNames, libraryPath } from '../../../experiments/load/library.ts';
import { parseYaml, readYaml } from '../../../experiments/load/yaml-file.ts';
import { loadExperiments } from '../../../experiments/load.ts';
import { experimentSchema } from '../../../experiments/schema/experiment.ts';
import { experimentJsonSchema, experimentKeys } from '../../../experiments/schema/keys.ts';
import { gridOf } from '../../../experiments/sweep/grid.ts';
import { property } from '../../property.ts';
import { experimentText, writeTemporary } from '../experiment-text.ts';

const load = (changes: Record<string, string> = {}, ...settings: string[]) =>
  loadExperiments(writeTemporary(experimentText(changes)), settings);
const only = async (changes: Record<string, string> = {}, ...settings: string[]) =>
  (await load(changes, ...settings)).points[0].experiment;

describe('the reference experiment', () => {
  const reference = readYaml(libraryPath('experiments', 'reference'), 'an experiment').data;

  it('states the defaults of the schema', () => {
    const { name, host, model, storage } = reference as Record<string, Record<string, unknown>>;
    const needed = {
      name,
      host,
      model: { architecture: model.architecture },
      storage: { device: storage.device },
    };
    expect(experimentSchema.parse(reference)).toEqual(experimentSchema.parse(needed));
  });

  it('names every key', () => {
    const text = readFileSync(libraryPath('experiments', 'reference'), 'utf8');
    const own = experimentKeys().filter(
      (key) => !/^(host|storage\.device|model\.(quantisation|layout))\./.test(key),
    );
    for (const key of own) expect(text, key).toMatch(new RegExp(`\\b${key.split('.').at(-1)}:`));
  });
});

describe('references', () => {
  it('resolves names of the library, paths beside the file, and things written in place', async () => {
    const path = writeTemporary(experimentText({ host: 'host: mine.yaml' }));
    writeFileSync(join(dirname(path), 'mine.yaml'), readFileSync(libraryPath('hosts', 'ryzen-7700x')));
    const [mine] = (await loadExperiments(path)).points;
    expect(mine.experiment.host).toEqual((await only()).host);
    const ideal = await only({
      storage: 'storage: {device: {fidelity: ideal, latency: 10 us, bandwidth: .inf}}',
    });
    expect(ideal.storage).toMatchObject({
      fidelity: 'ideal',
      kinds: [{ device: { latency: 10e6, bandwidth: Number.POSITIVE_INFINITY } }],
    });
  });

  it('changes some keys of a named thing, by `like` and by --set', async () => {
    const base = await only();
    const like = await only({ host: 'host: {like: ryzen-7700x, cores: 16, memory: {channels: 4}}' });
    expect(like.host).toEqual({
      ...base.host,
      cores: 16,
      memory: { ...base.host.memory, channels: 4 },
    });
    const { storage } = await only(
      {},
      'storage.device.readBandwidth=2 GB/s',
      'host.kernels.matmul=1 TFLOP/s',
    );
    expect(storage.kinds[0].device).toEqual({ ...base.storage.kinds[0].device, readBandwidth: 2e9 });
  });

  it.each(libraryNames('experiments'))('%s of the library loads', async (name) => {
    expect((await loadExperiments(name)).points.length).toBeGreaterThan(0);
  });

  it('reads gzip and a byte order mark', async () => {
    const text = `\uFEFF${experimentText()}`;
    const zipped = await loadExperiments(writeTemporary(gzipSync(text), 'experiment.yaml.gz'));
    expect(zipped.points[0].experiment).toEqual(await only());
  });
});

describe('settings in the result', () => {
  it('hold every default as text, and load to the same experiment', async () => {
    const experiment = await only({ x: 'io: {request: 2 * 64 KiB}\nprefetch: {policy: oracle}' });
    expect(experiment.settings).toMatchObject({
      io: { request: '128 KiB', queueDepth: 64 },
      prefetch: { policy: 'oracle', distance: 1, budget: '.inf' },
      storage: { stripe: '1 MiB' },
    });
    const again = await loadExperiments(writeTemporary(JSON.stringify(experiment.settings)));
    expect(again.points[0].experiment).toEqual(experiment);
  });
});

describe('--set', () => {
  it('reads its value as YAML, the last one wins', async () => {
    const { io, memory, seed } = await only(
      {},
      'io.request=64 KiB',
      'io.request=128 KiB',
      'memory.pin=[dense]',
      'seed=7',
    );
    expect(io.request).toBe(131072);
    expect(memory.pin).toEqual(['dense']);
    expect(seed).toBe(7);
  });

  it('replaces the list of a swept key, and adds an axis with sweep.KEY', async () => {
    const sweep = { x: 'sweep: {storage.count: [1, 2], io.threads: [1, 2]}' };
    const labels = async (...settings: string[]) =>
      (await load(sweep, ...settings)).points.map(({ experiment }) => experiment.label);
    expect(await labels('storage.count=4')).toEqual([
      'storage.count=4, io.threads=1',
      'storage.count=4, io.threads=2',
    ]);
    expect(await labels('storage.count=[8, 16]', 'io.threads=3')).toEqual([
      'storage.count=8, io.threads=3',
      'storage.count=16, io.threads=3',
    ]);
    expect(await labels('sweep.io.queueDepth=[1, 2]')).toHaveLength(8);
  });

  it('names the key within a mapping that it gives', async () => {
    await expect(load({}, 'host={like: ryzen-7700x, memory: {capacity: 3 bananas}}')).rejects.toThrow(
      /^--set host=\{.*\}:memory\.capacity: '3 bananas'/,
    );
  });

  it('holds at every case', async () => {
    const { points } = await load(
      { x: 'cases: [{name: a, io.threads: 1}, {name: b, io.threads: 2}]' },
      'io.threads=9',
    );
    expect(points.map(({ experiment }) => experiment.io.threads)).toEqual([9, 9]);
  });
});

describe('cases and sweep', () => {
  it('are combined in the order of the file', async () => {
    const cases = 'cases: {machine: [{name: A, io.threads: 1}, {name: B, io: {threads: 2}}]}';
    const sweep = 'sweep: {storage.count: [1, 2], cache.capacity: [1 GiB]}';
    const { points, swept } = await load({ x: cases, y: sweep });
    expect(swept).toBe(true);
    expect(points.map(({ experiment }) => experiment.label)).toEqual([
      'A, storage.count=1, cache.capacity=1 GiB',
      'A, storage.count=2, cache.capacity=1 GiB',
      'B, storage.count=1, cache.capacity=1 GiB',
      'B, storage.count=2, cache.capacity=1 GiB',
    ]);
    expect(points[2].experiment).toMatchObject({
      point: { machine: 'B', 'storage.count': 1, 'cache.capacity': '1 GiB' },
      io: { threads: 2 },
      storage: { kinds: [{ count: 1 }] },
    });
    const turned = await load({ x: sweep, y: cases });
    expect(turned.points[1].experiment.label).toBe('storage.count=1, cache.capacity=1 GiB, B');
  });

  it('a single run has its name as label and an empty point', async () => {
    const { points, swept } = await load();
    expect(swept).toBe(false);
    expect(points.map(({ experiment }) => [experiment.label, experiment.point])).toEqual([['small', {}]]);
  });

  property([
    fc.uniqueArray(fc.nat(50), { minLength: 1, maxLength: 5 }),
    fc.uniqueArray(fc.nat(50), { minLength: 1, maxLength: 5 }),
  ])('a grid has every combination once, the last axis fastest', (counts, threads) => {
    const text = experimentText({ x: `sweep: {storage.count: [${counts}], io.threads: [${threads}]}` });
    const { points } = gridOf(parseYaml(text, 'file', 'an experiment'), []);
    expect(points.map(({ point }) => [point['storage.count'], point['io.threads']])).toEqual(
      counts.flatMap((count) => threads.map((thread) => [count, thread])),
    );
  });
});

it('the JSON Schema for editors describes each key', () => {
  const undescribed: string[] = [];
  const visit = (node: Record<string, unknown>, path: string) => {
    for (const [name, child] of Object.entries(
      (node.properties ?? {}) as Record<string, Record<string, unknown>>,
    )) {
      const key = `${path}${name}`;
      const constant = child.const !== undefined;
      const inner = child.properties !== undefined;
      if (!child.description && !constant && !inner && !/\.(value|source|verified)$/.test(key))
        undescribed.push(key);
      visit(child, `${key}.`);
    }
    for (const each of [...((node.anyOf ?? []) as never[]), ...((node.oneOf ?? []) as never[])])
      visit(each, path);
  };
  visit(experimentJsonSchema() as Record<string, unknown>, '');
  expect(undescribed).toEqual([]);
});
