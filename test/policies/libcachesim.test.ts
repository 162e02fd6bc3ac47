/**
 * Fidelity: the miss counts of libCacheSim (commit aa0fc40) on two traces of 1,856,000 requests, for every
 * deterministic policy at both sizes. LRU comes first: if it differs, the trace was read wrongly.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import { createPolicy, type Future, futureOf } from '../../policies/index.ts';
import { describeMeasured, measured } from '../data.ts';
import { missesOfMin } from '../oracles/policies/optgen.ts';

const OBJECTS = 14_848;

/** [policy and parameters as the table writes them, ours]; every row of the table must be named here. */
const ROWS: [string, string, string][] = [
  ['lru', '', 'lru'],
  ['fifo', '', 'fifo'],
  ['clock', 'n-bit-counter=1', 'clock'],
  ['clock', 'n-bit-counter=2', 'clock:bits=2'],
  ['sieve', '', 'sieve'],
  ['s3fifo', 'fifo-size-ratio=0.10 ghost-size-ratio=0.90 move-to-main-threshold=2', 's3-fifo'],
  ['s3fifo', 'move-to-main-threshold=1', 's3-fifo:move=1'],
  ['s3fifo', 'fifo-size-ratio=0.25', 's3-fifo:small=.25'],
  ['qdlp', 'fifo-size-ratio=0.10 ghost-size-ratio=0.9 main-cache=Clock2 move-to-main-threshold=1', 'qdlp'],
  ['lfu', '', 'lfu'],
  ['lfuda', '', 'lfuda'],
  ['arc', '', 'arc'],
  ['arcv0', '', 'arcv0'],
  ['twoq', 'Ain-size-ratio=0.25 Aout-size-ratio=0.5', '2q'],
  ['lirs', 'hirs_ratio=0.01', 'lirs'],
  ['slru', 'n-seg=4 equal', 'slru'],
  ['gdsf', '', 'gdsf'],
  ['belady', '', 'min'],
];

const TRACES = ['moe_a_zipf', 'ctl_d_shuffled'];

const TABLE = 'cache/libcachesim-misses.csv';
describeMeasured('libCacheSim', [TABLE, ...TRACES.map((name) => `cache/${name}.u32.gz`)], () => {
  const traces = new Map<string, { ids: Uint32Array; future: Future }>();
  let table: string[][];

  beforeAll(() => {
    for (const name of TRACES) {
      const bytes = gunzipSync(readFileSync(measured(`cache/${name}.u32.gz`)));
      const ids = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
      traces.set(name, { ids, future: futureOf(ids, OBJECTS) });
    }
    table = readFileSync(measured(TABLE), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
  });

  it.each(ROWS)('%s %s', (policy, params, spec) => {
    const rows = table.filter((row) => row[1] === policy && row[2] === params);
    expect(rows.length).toBeGreaterThan(0);
    for (const [trace, , , objects, , requests, misses] of rows) {
      const { ids, future } = traces.get(trace)!;
      const cache = createPolicy(spec, { capacity: Number(objects), objects: OBJECTS, future });
      expect(ids.length).toBe(Number(requests));
      expect(ids.length - cache.accessMany(ids, 0, ids.length), `${trace} at ${objects}`).toBe(
        Number(misses),
      );
    }
  });
  it('MIN by interval scheduling agrees on the head of each trace', () => {
    for (const { ids: all } of traces.values()) {
      const ids = all.subarray(0, 150_000);
      const cache = createPolicy('min', { capacity: 742, objects: OBJECTS, future: futureOf(ids, OBJECTS) });
      expect(ids.length - cache.accessMany(ids, 0, ids.length)).toBe(missesOfMin(ids, 742));
    }
  });

  it('leaves no row of the table out', () => {
    const named = new Set(ROWS.map(([policy, params]) => `${policy} ${params}`));
    expect(table.map((row) => `${row[1]} ${row[2]}`).filter((row) => !named.has(row))).toEqual([]);
  });
});
