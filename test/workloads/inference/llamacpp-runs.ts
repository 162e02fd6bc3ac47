/** The measured machine of data/inference/llamacpp-mmap, and simulated runs of llama.cpp on it. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type FaultCosts, MmapFile, PageCache, VirtualDisk } from '../../../devices/index.ts';
import { ns, SharedLink, Simulation, us } from '../../../sim/index.ts';
import { LlamaMmap, llamaGraph } from '../../../workloads/inference/index.ts';
import { measured } from '../../data.ts';

export const FOLDER = 'inference/llamacpp-mmap';
/** What a token touches, in whole pages. */
export const TOKEN_BYTES = 939e6;
/** System time of a 4 KiB major fault under the limit (the data's README: 32-35 us). */
const MAJOR_FAULT = us(33.5);
export const FILE_BYTES = 6_209_252_000;

function table(name: string): Record<string, string>[] {
  const bytes = readFileSync(measured(`${FOLDER}/${name}`));
  const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  const [head, ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  return rows.map((row) => Object.fromEntries(head.map((key, i) => [key, row[i]])));
}

export const measurements = () => table('measured.csv');
export const tokensOf = (run: string) => table(`${run}.tokens.csv`).filter(({ idx }) => idx !== '-1');

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];

/** Seconds of a token of an in-memory run. */
const tokenSeconds = (run: string) => Number(measurements().find((row) => row.run === run)!.mean_ms) / 1000;

/**
 * The disk: `nvmoe calibrate --virtual --fio disk-fio.csv --where engine=io_uring`, 24 loads of 4 KiB to 1 MiB at depths 1
 * to 64.
 */
const DISK = {
  wakeTime: us(41.2),
  wakeTail: [],
  readTime: us(9.02),
  readRate: 1.584e9,
  writeTime: us(9.02),
  writeRate: 1.584e9,
};

/** The processor's part of a read at depth 1, in seconds: what the block layer's own clock does not see of fio's latency. */
function submission(): number {
  const rows = table('disk-fio.csv').filter(
    ({ engine, iodepth, bs }) => engine === 'psync' && iodepth === '1' && bs === '4k',
  );
  return median(
    rows.map(
      (row) => Number(row.lat_mean_us) / 1e6 - Number(row.disk_read_ticks) / 1e3 / Number(row.disk_read_ios),
    ),
  );
}

/**
 * What a fault costs this virtual machine. mapTime: MAP_POPULATE of a cached file, 271 ns a page. insertTime and
 * reclaimTime: the event trace's time from a window to its first request, 93 us in the median for 64 single pages and
 * 38 us for one folio of 64. touchTime: an in-memory run through mmap (mlock) against one without. waitTime: what is left
 * of MAJOR_FAULT. faultTime and scanTime are assumed.
 */
function faultCosts(submit: number): FaultCosts {
  const submitTime = Math.round(submit * 1e12);
  const touch = (2 * (tokenSeconds('mlock-r1') - tokenSeconds('no-mmap-r2'))) / (TOKEN_BYTES / 4096);
  const costs = {
    faultTime: us(1),
    mapTime: ns(271),
    insertTime: ns(620),
    insertPageTime: ns(330),
    reclaimTime: us(25),
    reclaimPageTime: ns(60),
    scanTime: ns(50),
  };
  /** A fault on one page that is not there; reclaim frees 32 at once. */
  const handling =
    Object.values(costs).reduce((sum, time) => sum + time, submitTime) - (costs.reclaimTime * 31) / 32;
  return {
    ...costs,
    submitTime,
    touchTime: Math.round(touch * 1e12),
    waitTime: Math.round(MAJOR_FAULT - handling),
  };
}

export interface TokenRow {
  seconds: number;
  bytes: number;
  requests: number;
  major: number;
  minor: number;
  /** Bytes that were needed and had to be read: what was read less what was evicted unused. */
  missed: number;
}

export interface RunOptions {
  readonly filePages: number;
  readonly readAhead: number;
  readonly advice?: 'normal' | 'random';
  readonly tokens: number;
  readonly batch?: number;
  /** Called as pages [from, to) are added, and after the load and each token. */
  readonly onAdded?: (from: number, to: number) => void;
  readonly onToken?: (cache: PageCache) => void;
}

const watched = (onAdded: (from: number, to: number) => void) =>
  class extends PageCache {
    override insert(start: number, end: number, order: number): void {
      onAdded(start, end);
      super.insert(start, end, order);
    }
  };

/** @returns one row for the load, then one a token */
export function simulate(options: RunOptions): TokenRow[] {
  const { filePages, readAhead, advice, tokens, batch, onAdded, onToken } = options;
  const sim = new Simulation({ seed: 'llamacpp' });
  const inMemory = tokenSeconds('no-mmap-r2');
  const device = new VirtualDisk(sim, {
    name: 'virtio',
    capacity: 2 ** 40,
    maxTransfer: 4 * 2 ** 20,
    queues: 1,
    parameters: DISK,
  });
  const cache = new (onAdded ? watched(onAdded) : PageCache)(filePages);
  const file = new MmapFile(sim, {
    device,
    cache,
    fileBytes: FILE_BYTES,
    readAhead,
    batch,
    request: 4 * 2 ** 20,
    cores: new SharedLink(sim, { name: 'cores', rate: 2 }),
    costs: faultCosts(submission()),
    threads: 2,
  });
  const tensors = table('tensor_map.csv').map((row) => ({
    name: row.name,
    offset: Number(row.file_offset),
    bytes: Number(row.bytes),
    rows: Number(row.ne1),
    slices: Number(row.ne2),
  }));
  const experts = new Map<string, number[]>();
  for (const row of table('expert_ids_p0_n64.csv.gz'))
    experts.set(
      `${row.token} ${row.layer}`,
      [0, 1, 2, 3, 4, 5].map((i) => Number(row[`e${i}`])),
    );
  const operations = llamaGraph(tensors);
  const needed = operations.reduce(
    (sum, { tensor, layer }) => sum + (layer < 0 ? tensor.bytes : (6 * tensor.bytes) / 64),
    0,
  );
  const rows: TokenRow[] = [];
  let since = 0;
  let unused = 0;
  new LlamaMmap(sim, file, FILE_BYTES, {
    operations,
    expertsOf: (token, layer) => experts.get(`${token} ${layer}`)!,
    tokens,
    threads: 2,
    workPerByte: () => (2 * inMemory) / needed,
    onToken() {
      rows.push({
        seconds: (sim.now - since) / 1e12,
        bytes: file.statistics.bytes[0] + file.statistics.bytes[1],
        requests: file.statistics.requests,
        major: file.faults.major,
        minor: file.faults.minor,
        missed: file.statistics.bytes[0] + file.statistics.bytes[1] - 4096 * (cache.counts.unused - unused),
      });
      onToken?.(cache);
      if (advice) file.readAhead.advise(advice);
      since = sim.now;
      unused = cache.counts.unused;
      file.restartStatistics();
    },
  });
  sim.run();
  sim.finish();
  return rows;
}
