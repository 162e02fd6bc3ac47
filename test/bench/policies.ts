/**
 * Cache replay behind the public policy interface: requests a second on the trace moe_a_zipf at 1,484 objects, median
 * of 5 after every policy was warmed in the same process. The bars are those of the project's design; libCacheSim's
 * binary did 26 (LRU), 28 (FIFO), 26 (SIEVE), 24 (CLOCK), 10.5 (S3-FIFO), 19 (ARC) and 7 (Belady) M/s on the machine
 * they were set on. A bare LRU loop beside them tells what the machine gives now. No rows without the measured trace.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createPolicy, futureOf, policies } from '../../policies/index.ts';
import { type BenchRow, interleaved, timed } from './row.ts';

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
  // From the package root, where `npm run` starts.
  const file = join(process.env.NVMOE_DATA ?? '../shared/data', 'cache/moe_a_zipf.u32.gz');
  if (!existsSync(file)) return [];
  const bytes = gunzipSync(readFileSync(file));
  const ids = new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const popularity = new Float64Array(OBJECTS);
  for (const id of ids) popularity[id]++;
  const options = {
    capacity: CAPACITY,
    objects: OBJECTS,
    future: futureOf(ids, OBJECTS),
    random: lcg(),
    layers: Uint16Array.from({ length: OBJECTS }, (_, id) => Math.floor(id / EXPERTS)),
    popularity,
  };
  const names = policies.map(({ name }) => name).sort((a, b) => (BARS[b] ?? 0) - (BARS[a] ?? 0));
  const rateOf = (replay: () => void) => ids.length / 1e6 / timed(replay);
  const [bare, ...rates] = interleaved(5, [
    () => rateOf(() => bareLru(ids)),
    ...names.map((name) => () => {
      const policy = createPolicy(name, options);
      return rateOf(() => policy.accessMany(ids, 0, ids.length));
    }),
  ]);
  const unit = 'M requests/s';
  return [
    { name: 'cache replay, a bare LRU loop', value: bare, unit },
    ...names.map((name, i) => {
      const bar = BARS[name];
      return {
        name: `cache replay, ${name}`,
        value: rates[i],
        unit,
        ...(bar && { bar, met: rates[i] >= bar }),
      };
    }),
  ];
}

const lcg = () => {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
};

/** LRU with nothing around it: no sizes, no protection, no interface. */
function bareLru(ids: Uint32Array): number {
  const newer = new Int32Array(OBJECTS + 1).fill(OBJECTS);
  const older = new Int32Array(OBJECTS + 1).fill(OBJECTS);
  const resident = new Uint8Array(OBJECTS);
  let [used, hits] = [0, 0];
  for (const id of ids) {
    if (resident[id] === 1) {
      hits++;
      older[newer[id]] = older[id];
      newer[older[id]] = newer[id];
    } else {
      if (used < CAPACITY) used++;
      else {
        const victim = newer[OBJECTS];
        newer[OBJECTS] = newer[victim];
        older[newer[victim]] = OBJECTS;
        resident[victim] = 0;
      }
      resident[id] = 1;
    }
    const first = older[OBJECTS];
    newer[id] = OBJECTS;
    older[id] = first;
    newer[first] = id;
    older[OBJECTS] = id;
  }
  return hits;
}
