/**
 * Fidelity: the miss counts of libCacheSim (commit aa0fc40) on two traces of 1,856,000 requests, for every
 * deterministic policy at both sizes. LRU comes first: if it differs, the trace was read wrongly.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import { createPolicy, type Future, futureOf } from '../../policies/index.ts';
import { describeMeasured, measured } from '../data.ts';

const OBJECTS = 14_848;

/** [policy and parameters as the table writes them, ours]; every row of the table must be named here. */
const ROWS: [string, string, string][] = [
  ['lru', '', 'lru'],
  ['fifo', '', 'fifo'],
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
});
