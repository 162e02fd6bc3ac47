/** `nvmoe cache`: capacities, batches, phases and regret, by hand on small traces and on measured ones. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { type CacheOptions, type CacheResult, cacheReport } from '../../../experiments/cache/cache-report.ts';
import { parseCapacity } from '../../../experiments/cache/capacity.ts';
import { writeOracleGeneral, writeU32 } from '../../../workloads/routing/formats/index.ts';
import { describeMeasured, measured } from '../../data.ts';
import { say } from '../cli/memory-terminal.ts';
import { temporaryFolder, writeTemporary } from '../experiment-text.ts';

type Asked = Partial<CacheOptions> & Pick<CacheOptions, 'policy'>;
const full = (file: string, options: Asked) =>
  cacheReport(file, { scope: 'global', batch: 'one', seed: '1', workers: 0, ...options });
const report = async (file: string, options: Asked) => (await full(file, options)).results;
const only = async (...args: Parameters<typeof report>): Promise<CacheResult> => (await report(...args))[0];

const u32 = (ids: number[]) => writeTemporary(gzipSync(writeU32(Uint32Array.from(ids))), 'trace.u32.gz');

/** A trace of [token][layer][k]. */
const routing = (tokens: number[][][]) =>
  writeTemporary(tokens.map((layers, tok) => `${JSON.stringify({ tok, layers })}\n`).join(''), 'trace.jsonl');

describe('counts', () => {
  it('of LRU and MIN on a cycle of three in two places', async () => {
    const trace = u32([0, 1, 2, 0, 1, 2, 0, 1, 2]);
    const [lru, min] = await report(trace, { policy: ['lru,min'], capacity: '2' });
    expect(lru).toMatchObject({
      policy: 'lru',
      unit: 'object',
      requests: 9,
      hits: 0,
      misses: 9,
      evictions: 7,
    });
    // Belady with forced admission: 0 1 2 - the third replaces the one used last, and so on.
    expect(min).toMatchObject({ misses: 6, missRatio: 6 / 9, minMissRatio: 6 / 9, regret: 0 });
    expect(lru.regret).toBeCloseTo(3 / 9, 12);
  });

  it('of a sparse u32 trace and of oracleGeneral with its sizes', async () => {
    expect(await only(u32([4e9, 7, 4e9]), { policy: ['lru'], capacity: '100%' })).toMatchObject({
      capacity: 2,
      hits: 1,
    });
    const oracle = writeTemporary(
      writeOracleGeneral({ ids: Uint32Array.of(1, 2, 1), sizes: Uint32Array.of(100, 50, 100) }),
      'x.oracleGeneral',
    );
    const result = await only(oracle, { policy: ['fifo'], capacity: '150 B' });
    expect(result).toMatchObject({ unit: 'byte', capacity: 150, bytesHit: 100, bytesMissed: 150 });
  });

  it.each([
    ['1\n2\n1\n3\n', 'object', 2, 3],
    ['time,obj_id,obj_size\n0,a,10\n1,b,20\r\n2,a,10\n', 'byte', 30, 2],
    ['# ids and sizes\n7,10\n8,20\n7,10\n', 'byte', 30, 2],
  ] as const)('of a CSV of objects %j', async (text, unit, capacity, misses) => {
    const size = `${capacity}${unit === 'byte' ? ' B' : ''}`;
    const result = await only(writeTemporary(text, 'x.csv'), { policy: ['lru'], capacity: size });
    expect(result).toMatchObject({ unit, hits: 1, misses });
    await expect(
      only(writeTemporary(`${text}9,x,\n`, 'x.csv'), { policy: ['lru'], capacity: '2', unit: 'byte' }),
    ).rejects.toThrow(unit === 'object' ? 'no sizes' : 'x.csv:');
  });

  it('under the layer batch rule: a layer’s lookups come before its misses', async () => {
    // In two places: {0, 1}, then {2, 0}. One at a time 2 evicts 0 before it is asked for; in a batch 0 is found.
    const trace = routing([[[0, 1]], [[2, 0]]]);
    const one = await only(trace, { policy: ['lru'], capacity: '2' });
    const layer = await only(trace, { policy: ['lru'], capacity: '2', batch: 'layer' });
    expect([one.requests, one.hits]).toEqual([4, 0]);
    expect([layer.requests, layer.hits]).toEqual([4, 1]);
  });

  it('of one cache a layer', async () => {
    const trace = routing([
      [
        [0, 1],
        [2, 3],
      ],
      [
        [0, 1],
        [2, 3],
      ],
    ]);
    expect((await only(trace, { policy: ['lru'], capacity: '4', scope: 'layer' })).hits).toBe(4);
    expect((await only(trace, { policy: ['lru'], capacity: '3' })).hits).toBe(0);
  });

  it('are the same on threads', async () => {
    const trace = u32(Array.from({ length: 500 }, (_, i) => (i * i) % 37));
    const options = { policy: ['lru,random', 'clock:bits=2'], capacity: '10%,20' };
    expect(await report(trace, { ...options, workers: 2 })).toEqual(await report(trace, options));
  });
});

describe('evictions by cause', () => {
  it('tell the layer that needed room', async () => {
    // Three places. Room for a1 by 0, for 2 by 1, for 3 by a0, for a0 by a1, for a1 by 2 (a: layer 1).
    const trace = routing([
      [
        [0, 1],
        [0, 1],
      ],
      [
        [2, 3],
        [0, 1],
      ],
    ]);
    const result = await only(trace, { policy: ['fifo'], capacity: '3' });
    expect(result).toMatchObject({ misses: 8, evictions: 5, evictionsBy: { sameLayer: 2, otherLayer: 3 } });
    expect(await only(u32([0, 1, 2]), { policy: ['fifo'], capacity: '1' })).not.toHaveProperty('evictionsBy');
  });
});

describe('miss-ratio curves', () => {
  const random = seedrandom.xor4096('curve');
  const skewed = (objects: number) => Math.floor(objects * random() ** 3);
  const tokens = Array.from({ length: 60 }, () =>
    Array.from({ length: 4 }, () => [skewed(8), 8 + skewed(8)]),
  );

  it.each([
    'one',
    'layer',
  ] as const)('of LRU, batch %s: the replay’s miss ratio at every size', async (batch) => {
    const trace = routing(tokens);
    const { curves } = await full(trace, { policy: ['lru'], curve: true, batch });
    const [{ points }] = curves!;
    const sizes = Array.from({ length: 60 }, (_, i) => i + 2).join(',');
    for (const { capacity, missRatio } of await report(trace, { policy: ['lru'], capacity: sizes, batch }))
      expect(points.findLast(([at]) => at <= capacity)![1], `at ${capacity}`).toBeCloseTo(missRatio, 12);
  });

  it('of LRU in bytes: the replay’s, from the largest object on', async () => {
    const sizes = Uint32Array.from({ length: 400 }, () => skewed(40));
    const ids = sizes.map((object) => object);
    const file = writeTemporary(
      writeOracleGeneral({ ids, sizes: ids.map((id) => 10 + ((7 * id) % 90)) }),
      'x.oracleGeneral',
    );
    const [{ points }] = (await full(file, { policy: ['lru'], curve: true, unit: 'byte' })).curves!;
    const capacity = [100, 137, 250, 333, 500, 800, 1500].join(',');
    for (const result of await report(file, { policy: ['lru'], capacity, unit: 'byte' }))
      expect(points.findLast(([at]) => at <= result.capacity)![1]).toBeCloseTo(result.missRatio, 12);
  });

  it('of a small trace are exact for every policy', async () => {
    const trace = routing(tokens);
    const { curves } = await full(trace, { policy: ['s3-fifo,min'], curve: true });
    for (const { policy, points } of curves!) {
      const at = points.filter((_, i) => i % 9 === 0);
      const results = await report(trace, {
        policy: [policy],
        capacity: at.map(([capacity]) => capacity).join(','),
      });
      expect(results.map(({ missRatio }) => missRatio)).toEqual(at.map(([, ratio]) => ratio));
      expect(at.every(([, , error]) => error === 0)).toBe(true);
    }
  });

  it('need a capacity or --curve', async () => {
    await expect(full(u32([1]), { policy: ['lru'] })).rejects.toThrow('neither --capacity nor --curve');
  });
});

describe('capacity', () => {
  const requests = {
    ids: Uint32Array.of(0, 1, 2, 0),
    objects: 4,
    distinct: 3,
    sizes: Float64Array.of(10, 20, 30, 40),
  };
  it.each([
    ['50%', {}, 'object', 1],
    ['50 %', { unit: 'byte' }, 'byte', 30],
    ['100%', { catalogue: 4 }, 'object', 4],
    ['7', {}, 'object', 7],
    ['7', { unit: 'byte' }, 'byte', 7],
    ['1.5 kB', {}, 'byte', 1500],
  ] as const)('%s with %j', (text, rules, unit, capacity) => {
    expect(parseCapacity(text, requests, rules)).toEqual({ asked: text, unit, capacity });
  });

  it.each([
    ['4 MiB', { unit: 'object' }, 'with --unit object'],
    ['1.5', {}, 'allowed is a whole number'],
    ['-1', {}, 'has no unit'],
    ['1 s', {}, 'which is in s'],
    ['50%', { catalogue: 2 }, 'requests 3 objects'],
  ] as const)('%s with %j is bad input', (text, rules, says) => {
    expect(() => parseCapacity(text, requests, rules)).toThrow(says);
  });

  it('in bytes needs sizes', () => {
    const without = { ...requests, sizes: undefined };
    expect(() => parseCapacity('4 MiB', without, {})).toThrow('no sizes');
  });
});

describe('the command', () => {
  it('prints {results}, and a table of 100 columns', async () => {
    const trace = u32([0, 1, 0, 2]);
    const args = [
      'cache',
      trace,
      '--policy',
      'belady',
      '--policy',
      's3fifo:small=.2,lru',
      '--capacity',
      '1,50%',
    ];
    const { results } = JSON.parse((await say(...args, '--json', '--workers', '0')).out);
    expect(results.map(({ policy, capacityAsked }: CacheResult) => [policy, capacityAsked])).toEqual([
      ['min', '1'],
      ['s3-fifo', '1'],
      ['lru', '1'],
      ['min', '50%'],
      ['s3-fifo', '50%'],
      ['lru', '50%'],
    ]);
    const text = await say(...args, '--workers', '0');
    expect(text.out).toContain('s3-fifo:small=0.2');
    expect(Math.max(...text.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it.each([
    [['--policy', 'lruu', '--capacity', '1'], "unknown policy 'lruu'"],
    [['--policy', 'lru:x=1', '--capacity', '1'], "no parameter 'x'"],
    [['--policy', 'lru', '--capacity', 'many'], "unknown unit 'many'"],
    [['--policy', 'lru', '--capacity', '1', '--batch', 'layer'], 'a trace without layers'],
    [['--policy', 'lru', '--capacity', '1', '--format', 'u33'], 'did you mean u32'],
    [['--policy', 'lru', '--capacity', '1', '--format', 'jsonl'], 'trace.u32.gz'],
    [['--policy', 'lru'], '--capacity'],
    [['--policy', 'lru', '--curve', '--unit', 'byte'], 'no sizes'],
    [['--policy', 'lru', '--curve', '--sample', '0'], 'Allowed is a number above 0'],
  ])('%j is bad input', async (args, says) => {
    const { code, error, out } = await say('cache', u32([0, 1]), ...args, '--workers', '0');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toContain(says);
  });

  it('names a missing, an empty and a damaged file', async () => {
    const folder = temporaryFolder();
    const run = (name: string) =>
      say('cache', join(folder, name), '--policy', 'lru', '--capacity', '1', '--workers', '0');
    writeFileSync(join(folder, 'empty.u32'), '');
    writeFileSync(join(folder, 'odd.u32'), 'abc');
    expect((await run('none.u32')).error).toContain('there is no such file');
    expect((await run('empty.u32')).error).toContain('found no request');
    expect((await run('odd.u32')).error).toContain('records of 4 bytes');
  });
});

describe('the prompt', () => {
  it('evicts nothing when it is read around the cache', async () => {
    const rows = [
      [0, 0, 0, '4,5'],
      [0, 1, 0, '6,7'],
      [1, 0, 0, '0,1'],
      [2, 0, 0, '0,1'],
    ];
    const text = ['token,batch_pos,layer,e0,e1', ...rows.map((row) => row.join(','))].join('\n');
    const trace = writeTemporary(`${text}\n`, 'prompt.csv');
    const of = async (prompt: 'insert' | 'bypass') =>
      only(trace, { policy: ['fifo'], capacity: '2', prompt });
    expect(await of('insert')).toMatchObject({ evictions: 4, decode: { hits: 2, evictions: 2 } });
    expect(await of('bypass')).toMatchObject({ evictions: 0, decode: { hits: 2 }, prefill: { misses: 4 } });
    await expect(only(u32([1]), { policy: ['lru'], capacity: '1', prompt: 'bypass' })).rejects.toThrow(
      'without a prompt',
    );
  });
});

describeMeasured('recorded traces', ['cache/moe_a_zipf.u32.gz', 'routing/qwen3-30b.route.csv.gz'], () => {
  it('libCacheSim’s exact misses of LRU and Belady', async () => {
    const results = await report(measured('cache/moe_a_zipf.u32.gz'), {
      policy: ['lru,belady'],
      capacity: '742',
    });
    expect(results.map(({ misses }) => misses)).toEqual([1_637_550, 1_028_675]);
  });

  it('sampled curves lie within their stated error of the exact counts', async () => {
    const trace = measured('cache/moe_a_zipf.u32.gz');
    const options = { policy: ['s3-fifo'], curve: true, sample: 1 / 8, capacity: '5%,10%,40%' };
    const { curves, results } = await full(trace, options);
    for (const { capacity, missRatio } of results) {
      const [, sampled, error] = curves![0].points.find(([at]) => at === capacity)!;
      expect(error).toBeGreaterThan(0);
      expect(error).toBeLessThan(0.02);
      expect(Math.abs(sampled - missRatio)).toBeLessThan(3 * error);
    }
  });

  it('the engine’s own hit ratio and bytes per token of a 4,000 MiB LRU', async () => {
    const { decode } = await only(measured('routing/qwen3-30b.route.csv.gz'), {
      policy: ['lru'],
      capacity: '4000MiB',
      batch: 'layer',
    });
    expect(decode!.hitRatio).toBeCloseTo(0.8029, 4);
    expect(decode!.bytesMissed / 128 / 2 ** 20).toBeCloseTo(155.77, 2);
  });
});
