import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPolicy, futureOf } from '../../policies/index.ts';
import { type CacheTrace, replay } from '../../workloads/cache-replay.ts';
import { describeMeasured, measured } from '../data.ts';
import { property } from '../property.ts';

const trace = (...batches: number[][]): CacheTrace => {
  const ids = Uint32Array.from(batches.flat());
  const starts = batches.map((_, b) => batches.slice(0, b).flat().length);
  return { ids, batches: Uint32Array.from(starts) };
};
const lru = (capacity: number, sizes?: Float64Array) => createPolicy('lru', { capacity, objects: 10, sizes });

describe('one request at a time', () => {
  it('counts objects, or bytes where sizes differ', () => {
    const ids = Uint32Array.of(0, 1, 0, 2, 1);
    expect(replay(lru(2), { ids })).toEqual({
      requests: 5,
      hits: 1,
      misses: 4,
      bytesHit: 1,
      bytesMissed: 4,
      evictions: 2,
    });
    const sizes = Float64Array.of(10, 20, 30, 0, 0, 0, 0, 0, 0, 0);
    expect(replay(lru(60, sizes), { ids, sizes })).toMatchObject({ hits: 2, bytesHit: 30, bytesMissed: 60 });
  });

  it('tells the outcome of each request', () => {
    const outcomes = new Uint8Array(5);
    replay(lru(2), { ids: Uint32Array.of(0, 1, 0, 2, 1) }, { outcomes });
    expect([...outcomes]).toEqual([0, 0, 1, 0, 0]);
  });
});

describe('a layer at a time', () => {
  it('looks all up before it inserts any: an object evicted by its own batch is still a hit', () => {
    expect(replay(lru(2), trace([0, 1], [2, 0])).hits).toBe(1);
    expect(replay(lru(2), { ids: trace([0, 1], [2, 0]).ids }).hits).toBe(0);
  });

  it('evicts nothing of the batch: what does not fit beside it is read around the cache', () => {
    const cache = lru(2);
    expect(replay(cache, trace([0], [1, 2, 3])).misses).toBe(4);
    expect([0, 1, 2, 3].map((id) => cache.contains(id))).toEqual([false, true, true, false]);
  });

  it('gives a repeat the outcome of the first and bills it once', () => {
    const counts = replay(lru(4), trace([0, 1, 0], [0, 0, 1]));
    expect(counts).toMatchObject({ requests: 6, hits: 3, misses: 3, bytesHit: 2, bytesMissed: 2 });
  });

  it('leaves objects in the order of their last request in the batch', () => {
    const cache = lru(3);
    replay(cache, trace([0, 1, 2, 0], [3]));
    expect([0, 1, 2, 3].map((id) => cache.contains(id))).toEqual([true, false, true, true]);
  });

  it('reads misses around the cache when asked to, for any range of whole batches', () => {
    const cache = lru(2);
    const long = trace([0, 1], [2, 3], [0, 1]);
    expect(replay(cache, long, { to: 2 }).misses).toBe(2);
    expect(replay(cache, long, { from: 2, to: 4, bypass: true }).misses).toBe(2);
    expect(replay(cache, long, { from: 4 }).hits).toBe(2);
    expect(() => replay(cache, long, { from: 1 })).toThrow('within a batch');
  });

  property([fc.array(fc.nat(9), { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 9 })])(
    'with batches of one request equals one request at a time',
    (list, capacity) => {
      const ids = Uint32Array.from(list);
      for (const name of ['lru', 'sieve', 's3-fifo', 'arc', 'lirs', 'min']) {
        const make = () => createPolicy(name, { capacity, objects: 10, future: futureOf(ids, 10) });
        const batches = Uint32Array.from(list.keys());
        expect(replay(make(), { ids, batches })).toEqual(replay(make(), { ids }));
      }
    },
  );

  property([fc.array(fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 4 }), { minLength: 1 })])(
    'MIN misses least of all policies under the same batches',
    (batches) => {
      const batched = trace(...batches);
      const future = futureOf(batched.ids, 10);
      const missesOf = (name: string) =>
        replay(createPolicy(name, { capacity: 5, objects: 10, future }), batched).misses;
      const least = missesOf('min');
      for (const name of ['lru', 'fifo', 'clock', 'sieve', 'arc', 'lfu', '2q'])
        expect(missesOf(name)).toBeGreaterThanOrEqual(least);
    },
  );
});

const ROUTE = 'routing/qwen3-30b.route.csv.gz';
describeMeasured('an engine with a global LRU of 4,000 MiB', [ROUTE], () => {
  it('is reproduced in every decode access', () => {
    const lines = gunzipSync(readFileSync(measured(ROUTE)))
      .toString()
      .trim()
      .split('\n');
    const expertBytes = lines
      .flatMap((line) => line.match(/^# layer=\d+ expert_bytes=(\d+)/)?.[1] ?? [])
      .map(Number);
    const rows = lines.filter((line) => /^\d/.test(line)).map((line) => line.split(',').map(Number));
    const experts = 128;
    const sizes = Float64Array.from(
      { length: expertBytes.length * experts },
      (_, id) => expertBytes[Math.floor(id / experts)],
    );
    const ids = Uint32Array.from(rows, ([, , , layer, , expert]) => layer * experts + expert);
    // A prompt goes through a layer as one batch, a generated token by itself.
    const keyOf = ([turn, phase, step, layer]: number[]) =>
      `${turn} ${phase} ${phase === 1 ? step : ''} ${layer}`;
    const batches = Uint32Array.from(rows.keys()).filter(
      (i) => i === 0 || keyOf(rows[i]) !== keyOf(rows[i - 1]),
    );
    const decode = rows.findIndex(([, phase]) => phase === 1);

    const policy = createPolicy('lru', { capacity: 4000 * 2 ** 20, objects: sizes.length, sizes });
    const outcomes = new Uint8Array(ids.length);
    replay(policy, { ids, sizes, batches }, { to: decode });
    const counts = replay(policy, { ids, sizes, batches }, { from: decode, outcomes });

    const wrong = rows.flatMap((row, i) => (i >= decode && outcomes[i] !== row[7] ? [i] : []));
    expect(wrong).toEqual([]);
    const tokens = new Set(rows.slice(decode).map(([, , step]) => step)).size;
    expect((counts.hits / counts.requests).toFixed(4)).toBe('0.8029');
    expect((counts.bytesMissed / tokens / 2 ** 20).toFixed(2)).toBe('155.77');
  });
});
