/** The commands in process: what goes to which stream, and exit codes. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { version } from '../../../experiments/version.ts';
import { BAD_INPUT } from '../bad-input.ts';
import { experimentText, temporaryFolder, writeTemporary } from '../experiment-text.ts';
import { say } from './memory-terminal.ts';

/** Columns of the widest line, without colours. */
const widest = (text: string) => Math.max(...text.split('\n').map((line) => [...line].length));

describe('every command', () => {
  it('prints its version, and help with examples and units', async () => {
    expect(await say('--version')).toEqual({ code: 0, out: `${version}\n`, error: '' });
    const { code, out } = await say('--help');
    expect(code).toBe(0);
    for (const text of ['Examples:', 'Units:', 'Exit codes:', 'run', 'sweep', 'bounds', 'list', 'schema'])
      expect(out).toContain(text);
    expect((await say('run', '--help')).out).toContain('  $ nvmoe run');
  });

  it.each([
    [['rnu'], 'Did you mean run?'],
    [['run', 'x', '--sed', '1'], '--seed'],
    [['list', 'device'], 'Allowed choices are devices'],
    [['run', 'x', '--workers', '-1'], 'Allowed is a whole number from 0'],
    [['run'], "missing required argument 'experiment'"],
    [['bounds', 'deepseek-v3-on-80gb'], 'did you mean deepseek-v3-on-80gbs'],
  ])('%j is bad input', async (args, says) => {
    const { code, out, error } = await say(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toContain(says);
  });

  it.each(BAD_INPUT)('$what ends with exit code 2, one paragraph and no stack trace', async ({
    file,
    settings,
  }) => {
    const path = file === undefined ? join(temporaryFolder(), 'none.yaml') : writeTemporary(file);
    const sets = (settings ?? []).flatMap((setting) => ['--set', setting]);
    const { code, out, error } = await say('bounds', path, ...sets);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toMatch(/^nvmoe: [^\n]+\n$/);
    expect(error).not.toMatch(/\bat .*:\d+:\d+/);
  });
});

describe('list', () => {
  it('fits 100 columns, and is one object with --json', async () => {
    const { out, code } = await say('list');
    expect(code).toBe(0);
    expect(widest(out)).toBeLessThanOrEqual(100);
    const json = JSON.parse((await say('list', '--json')).out);
    expect(Object.keys(json)).toEqual([
      'devices',
      'hosts',
      'models',
      'routings',
      'quantisations',
      'policies',
      'prefetchers',
      'experiments',
      'validation',
    ]);
    expect(json.devices.map(({ name }: { name: string }) => name)).toContain('wd-sn640-960gb');
    for (const entries of Object.values<{ description: string }[]>(json))
      for (const { description } of entries) expect(description).not.toBe('');
  });
});

it.each(['experiment', 'profile', 'result'])('schema %s is a JSON Schema', async (what) => {
  const schema = JSON.parse((await say('schema', what)).out);
  expect(schema.$schema).toContain('json-schema.org');
});

describe('model', () => {
  const report = async (...args: string[]) => JSON.parse((await say('model', ...args, '--json')).out);

  it('sums up DeepSeek-V3 as published', async () => {
    const uniform = await report('deepseek-v3', '--quantisation', 'Q4_K', '--tensors');
    expect(uniform.parameters.total).toBe(671_026_419_200);
    expect(uniform.expert.bytes).toBe(3 * 8_257_536);
    expect(uniform.kvBytesPerToken.mla).toBe(70_272);
    expect(uniform.bytes.routedPerToken).toBe(58 * 8 * 3 * 8_257_536);
    expect(uniform.tensors).toHaveLength(1025 + 61);
  });

  it('says what fits, in 100 columns', async () => {
    const { out } = await say(
      'model',
      'deepseek-v3',
      '--memory',
      '64 GiB',
      '--tensors',
      '--layout',
      'expert-contiguous',
    );
    expect(out).toContain('671.026 billion');
    expect(out).toContain('in slices');
    expect(widest(out)).toBeLessThanOrEqual(100);
  });

  it('draws the layout of the file, with sizes by quantisation', async () => {
    const page = join(temporaryFolder(), 'model.html');
    const { code } = await say('model', 'gpt-oss-20b', '--layout', 'expert-contiguous', '--html', page);
    expect(code).toBe(0);
    const text = readFileSync(page, 'utf8');
    for (const title of ['The file', 'Experts of layer 12', 'What fits', 'KV cache', 'MXFP4_MOE'])
      expect(text).toContain(title);
  });

  it.each([
    [['deepseek-v33'], 'did you mean deepseek-v3'],
    [['none.gguf'], 'there is no such file'],
    [['none.json'], 'there is no such file'],
    [['deepseek-v3', '--quantisation', 'Q4_Y'], '--quantisation: found "Q4_Y"'],
    [['deepseek-v3', '--ram', '64'], "--ram: found '64', which has no unit"],
    [['deepseek-v3', '--html', '/no/such/folder/x.html'], 'cannot write'],
  ])('%j is bad input', async (args, says) => {
    const { code, error } = await say('model', ...args);
    expect(code).toBe(2);
    expect(error).toContain(says);
  });
});

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'])('%s knows commands and options', async (shell) => {
    const { out } = await say('completion', shell);
    for (const word of ['sweep', 'workers', 'policies', 'generate', 'top-k']) expect(out).toContain(word);
  });
});

describe('bounds', () => {
  const ryzen = { model: 'model: {architecture: deepseek-v3}' };

  it('shows the DRAM wall of the Ryzen', async () => {
    const { out } = await say('bounds', writeTemporary(experimentText(ryzen)), '--json');
    const { streaming } = JSON.parse(out);
    const dram = streaming.find(({ resource }: { resource: string }) => resource === 'dram');
    expect(dram.bytesPerSecond / 1e9).toBeGreaterThan(31);
    expect(dram.bytesPerSecond / 1e9).toBeLessThan(37);
  });

  it.each([
    ['storage.device.readBandwidth=80 GB/s'],
    ['storage.device={like: wd-sn640-960gb, readBandwidth: 80 GB/s}'],
  ])('refuses a drive above its link: %s', async (setting) => {
    const { code, error } = await say('bounds', writeTemporary(experimentText(ryzen)), '--set', setting);
    expect(code).toBe(2);
    expect(error).toContain('80.00 GB/s');
    expect(error).toContain('3.94 GB/s');
  });

  it('refuses a cache that does not fit, with the key', async () => {
    const { code, error } = await say(
      'bounds',
      writeTemporary(experimentText()),
      '--set',
      'cache.capacity=1 TiB',
    );
    expect(code).toBe(2);
    expect(error).toContain('cache.capacity');
  });
});

/** Runs in this thread: a worker thread takes seconds to load the sources. */
const sayRun = (command: 'run' | 'sweep', ...args: string[]) => say(command, ...args, '--workers', '0');

describe('run and sweep', () => {
  const swept = experimentText({ x: 'sweep: {io.threads: [1, 2], io.request: [128 KiB, 1 MiB]}' });

  it('run prints one result with --json, and table and report without', async () => {
    const path = writeTemporary(experimentText());
    const json = await sayRun('run', path, '--json', '--seed', '7');
    expect(json.code).toBe(0);
    expect(JSON.parse(json.out)).toMatchObject({ experiment: 'small', label: 'small', point: {}, seed: 7 });
    const out = temporaryFolder();
    const table = await sayRun('run', path, '--seed', '7', '--out', out);
    expect(table.out).toContain('tokens/s');
    expect(table.out).toContain(join(out, 'report.html'));
    expect(widest(table.out)).toBeLessThanOrEqual(100);
    expect(readFileSync(join(out, 'result.json'), 'utf8')).toBe(json.out);
    expect(existsSync(join(out, 'report.html'))).toBe(true);
  });

  it('run refuses a sweep and names the command, but runs one point, and all cases', async () => {
    const path = writeTemporary(swept);
    const refused = await sayRun('run', path, '--json');
    expect(refused.code).toBe(2);
    expect(refused.error).toContain('nvmoe sweep');
    const third = JSON.parse((await sayRun('run', path, '--point', '3', '--json')).out);
    expect(third.point).toEqual({ 'io.threads': 2, 'io.request': '128 KiB' });
    expect((await sayRun('run', path, '--point', '5')).error).toContain('allowed is 1 to 4');
    const cases = writeTemporary(
      experimentText({ x: 'cases: [{name: one, io.threads: 1}, {name: two, io.threads: 2}]' }),
    );
    const { points } = JSON.parse((await sayRun('run', cases, '--json')).out);
    expect(points.map(({ label }: { label: string }) => label)).toEqual(['one', 'two']);
  });

  it('sweep prints the points, the same bytes for any number of workers', async () => {
    const path = writeTemporary(experimentText({ x: 'sweep: {io.request: [128 KiB, 1 MiB]}' }));
    const texts = await Promise.all(
      ['0', '1', '2', '4'].map((n) => say('sweep', path, '--json', '--workers', n)),
    );
    expect(JSON.parse(texts[0].out).points).toHaveLength(2);
    expect(texts[1].out).toBe(texts[0].out);
    expect(texts[2].out).toBe(texts[0].out);
    expect(texts[3].out).toBe(texts[0].out);
  });

  it('an impossible point of a sweep is bad input with its place', async () => {
    const path = writeTemporary(experimentText({ x: 'sweep: {memory.limit: [16 GiB, 64 MiB]}' }));
    const { code, error } = await sayRun('sweep', path, '--json');
    expect(code).toBe(2);
    expect(error).toContain(`${path}:6:sweep.memory.limit[1]`);
  });

  it('--out keeps results of another experiment unless forced', async () => {
    const out = temporaryFolder();
    const [mine, other] = [experimentText(), experimentText({ name: 'name: other' })].map((text) =>
      writeTemporary(text),
    );
    expect((await sayRun('run', mine, '--out', out)).code).toBe(0);
    expect((await sayRun('run', mine, '--out', out)).code).toBe(0);
    const refused = await sayRun('run', other, '--out', out);
    expect(refused.code).toBe(2);
    expect(refused.error).toContain("found a result of 'small'");
    expect((await sayRun('run', other, '--out', out, '--force')).code).toBe(0);
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect((await sayRun('run', mine, '--out', join(file, 'x'))).code).toBe(2);
  });
});

it('report writes a page from results', async () => {
  const folder = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  const result = join(folder, 'result.json');
  writeFileSync(result, (await sayRun('run', writeTemporary(experimentText()), '--json')).out);
  const { code, out } = await say('report', result, '--json');
  expect(code).toBe(0);
  expect(readFileSync(JSON.parse(out).report, 'utf8')).toContain('<html');
  expect((await say('report', join(folder, 'none.json'))).code).toBe(2);
});

it('fio refuses a drive whose claims contradict each other, without a stack trace', async () => {
  const profile = writeTemporary(
    [
      'name: contradiction',
      'pcie: {generation: 4, lanes: 4}',
      'capacity: 1 TB',
      'blockSize: 512 B',
      'maxTransfer: 512 KiB',
      'queues: 8',
      'readBandwidth: 7 GB/s',
      'writeBandwidth: 5 GB/s',
      'readIops: 1000000 IOPS',
      'writeIops: 1000000 IOPS',
      'readIopsDepth: 8',
      'readLatency: 60 us',
      'writeLatency: 15 us',
      'pageBytes: 16 KiB',
    ].join('\n'),
  );
  const { code, error } = await say('fio', '--device', profile, '--rw=randread', '--bs=4k', '--number_ios=9');
  expect(code).toBe(2);
  expect(error).toMatch(/^nvmoe: contradiction: 1000000 IOPS at 60 us need at least 59 reads in flight/);
});
