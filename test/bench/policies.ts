/**
 * Cache replay behind the public policy interface: requests a second on the trace moe_a_zipf at 1,484 objects, median
 * of 5 after every policy was warmed in the same process. The bars are those of the project's design; libCacheSim's
 * binary did 26 (LRU), 28 (FIFO), 26 (SIEVE), 24 (CLOCK), 10.5 (S3-FIFO), 19 (ARC) and 7 (Belady) M/s on the machine
 * they were set on. Without the measured trace there are no rows.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createPolicy, futureOf, policies } from '../../policies/index.ts';
import { type BenchRow, median, timed } from './row.ts';

const [OBJECTS, EXPERTS, CAPACITY] = [14_848, 256, 1_484];
const BARS: Record<string, number> = {
  lru: 60,
  fifo: 60,
  sieve: 50,
  clock: 50,
  's3-fifo': 30,
  arc: 20,
  min: 15,
};

export function policyBench(): BenchRow[] {
  const file = join(process.env.NVMOE_DATA ?? '../shared/data', 'cache/moe_a_zipf.u32.gz'); // from the package root
  if (!existsSync(file)) return [];
  const bytes = gunzipSync(readFileSync(file));
  const ids = new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const popularity = new Float64Array(OBJECTS);
  for (const id of ids) popularity[id]++;
  let state = 1;
  const options = {
    capacity: CAPACITY,
    objects: OBJECTS,
    future: futureOf(ids, OBJECTS),
    random: () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32,
    layers: Uint16Array.from({ length: OBJECTS }, (_, id) => Math.floor(id / EXPERTS)),
    popularity,
  };
  const run = (name: string) => {
    const policy = createPolicy(name, options);
    return timed(() => policy.accessMany(ids, 0, ids.length));
  };

  const names = policies.map(({ name }) => name).sort((a, b) => (BARS[b] ?? 0) - (BARS[a] ?? 0));
  for (const name of names) run(name);
  return names.map((name) => {
    const value = ids.length / 1e6 / median(Array.from({ length: 5 }, () => run(name)));
    const bar = BARS[name];
    return {
      name: `cache replay, ${name}`,
      value,
      unit: 'M requests/s',
      ...(bar && { bar, met: value >= bar }),
    };
  });
}
