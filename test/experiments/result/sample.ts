/**
 * Hand-made results that look like real ones: for tests of whatever reads a result. Numbers are plausible, not
 * simulated; all follow from a few inputs so that the sums a result promises hold.
 */
import { HIT_RATIO_DEFINITION, RESULT_SCHEMA, type Result, type Span } from '../../../experiments/result.ts';

export interface SampleOptions {
  label?: string;
  point?: Result['point'];
  tokensPerSecond?: number;
  hitRatio?: number;
  minHitRatio?: number;
  recall?: number;
  /** With what only flash devices, page caches and cache studies report. */
  full?: boolean;
  seed?: number;
}

const LAYERS = 58;
const EXPERTS = 256;
const TOP_K = 8;
const EXPERT_BYTES = 24_772_608;
const MEASURED = 64;

/** A small linear congruential generator: the sample is the same everywhere. */
function lcg(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const range = <T>(n: number, f: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => f(i));

/** Two tokens, layer by layer: attention, router, then experts as their reads land on six drives. */
function timeline(token: number, random: () => number, prefetching: boolean): Span[] {
  const spans: Span[] = [];
  const layer = token / LAYERS;
  for (let l = 0; l < 2 * LAYERS; l++) {
    const t = l * layer;
    const name = `layer ${3 + (l % LAYERS)}`;
    const reads = Math.floor(random() * 4);
    const landed = t + layer * (0.15 + 0.5 * (reads > 0 ? random() : 0));
    spans.push({
      lane: 'compute',
      name: `${name} attention`,
      start: t,
      end: t + 0.15 * layer,
      kind: 'compute',
    });
    if (reads > 0)
      spans.push({ lane: 'compute', name: 'wait', start: t + 0.15 * layer, end: landed, kind: 'wait' });
    spans.push({
      lane: 'compute',
      name: `${name} experts`,
      start: landed,
      end: landed + 0.3 * layer,
      kind: 'compute',
    });
    spans.push({
      lane: 'software',
      name: 'submit',
      start: t + 0.15 * layer,
      end: t + 0.19 * layer,
      kind: 'software',
    });
    for (let r = 0; r < reads; r++)
      spans.push({
        lane: `drive ${Math.floor(random() * 6)}`,
        name: `${name} expert ${Math.floor(random() * EXPERTS)}`,
        start: t + 0.16 * layer,
        end: landed,
        kind: prefetching && random() < 0.5 ? 'prefetch' : 'read',
      });
  }
  return spans;
}

/** One result. */
export function sampleResult(options: SampleOptions = {}): Result {
  const result = plainResult(options);
  return options.full ? withExtras(result, lcg(7)) : result;
}

function withExtras(result: Result, random: () => number): Result {
  const grid = (rows: number, width: number) => range(rows, () => range(width, random));
  const seconds = result.storage.bytesRead / result.storage.bytesPerSecond;
  return {
    ...result,
    storage: {
      ...result.storage,
      bytesWritten: 1e9,
      stations: range(40, (i) => ({
        kind: i < 32 ? 'die' : 'channel',
        name: i < 32 ? `channel ${i >> 2} die ${i & 3}` : `channel ${i - 32}`,
        utilisation: random(),
        waitSeconds: 1e-4 * random(),
        visits: 1000 + i,
      })),
    },
    cache: {
      ...result.cache!,
      missRatioCurves: ['lru', 'min'].map((policy, p) => ({
        policy,
        points: range(10, (i) => [i * 1e10, Math.max(0, 1 - i / (10 - 3 * p))]),
      })),
    },
    pageCache: {
      majorFaults: 4096,
      minorFaults: 65536,
      readaheadBytes: 1e9,
      readaheadUsedBytes: 8e8,
      readaheadWastedBytes: 2e8,
      reclaimedBytes: 9e8,
      reclaimSeconds: 0.02,
    },
    series: {
      ...result.series,
      residency: {
        tokens: range(40, (i) => i),
        layers: range(LAYERS, (l) => l + 3),
        share: grid(LAYERS, 40),
      },
      dies: {
        seconds: range(60, (i) => (i * seconds) / 60),
        names: range(32, (i) => `die ${i}`),
        utilisation: grid(32, 60),
      },
    },
  };
}

function plainResult(options: SampleOptions): Result {
  const {
    label = 'overlapped LRU',
    point = {},
    tokensPerSecond: rate = 3.1,
    hitRatio = 0.46,
    seed = 1,
  } = options;
  const { minHitRatio = 0.61, recall } = options;
  const random = lcg(seed);
  const token = 1 / rate;
  const requests = MEASURED * LAYERS * TOP_K;
  const hits = Math.round(requests * hitRatio);
  const joined = recall ? Math.round((requests - hits) * recall * 0.4) : 0;
  const misses = requests - hits - joined;
  const bytesMissed = misses * EXPERT_BYTES;
  const prefetched = recall ? joined * EXPERT_BYTES * 2 : 0;
  const bytesRead = bytesMissed + prefetched;
  const seconds = MEASURED * token;
  const commands = bytesRead / 2 ** 17;
  const latency = { mean: 310e-6, p50: 240e-6, p90: 560e-6, p99: 1.4e-3, p999: 3.1e-3 };
  const compute = Math.min(0.9, 0.09 * rate);
  const software = 0.04;
  const limit = 64 * 2 ** 30;
  const used = {
    trunkBytes: 10.4e9,
    kvBytes: 13.5e6,
    expertCacheBytes: 51e9,
    pageCacheBytes: 0,
    systemBytes: 4e9,
  };
  const freeBytes = limit - Object.values(used).reduce((a, b) => a + b, 0);
  const bounds: Result['bounds'] = [
    {
      resource: 'link',
      tokensPerSecond: rate * 2.1,
      component: 'exposedIo',
      detail: '6 × 13.4 GB/s over 6.2 GB per token',
    },
    {
      resource: 'dram',
      tokensPerSecond: rate * 5.3,
      component: 'compute',
      detail: '368 GB/s over 2 crossings',
    },
    {
      resource: 'nand',
      tokensPerSecond: rate * 6,
      component: 'exposedIo',
      detail: '6 × 38 GB/s over 6.2 GB per token',
    },
    {
      resource: 'compute',
      tokensPerSecond: rate / compute,
      component: 'compute',
      detail: '64 cores at 60 GFLOP/s',
    },
    {
      resource: 'cpu',
      tokensPerSecond: rate * 80,
      component: 'software',
      detail: '9,000 cycles per request',
    },
  ];
  bounds.sort((a, b) => a.tokensPerSecond - b.tokensPerSecond);
  const perDrive = (i: number) => ({
    name: `kioxia-cm7-r #${i}`,
    bytesRead: bytesRead / 6,
    bytesPerSecond: bytesRead / 6 / seconds,
    iops: commands / 6 / seconds,
    queueDepth: { mean: 1.7 + 0.1 * i, max: 40 },
    utilisation: 0.42 + 0.01 * i,
  });
  const popularity = range(LAYERS, () => range(EXPERTS, () => Math.floor(4 / (0.05 + random()))));
  return {
    schema: RESULT_SCHEMA,
    experiment: 'deepseek-v3-on-80gbs',
    label,
    point,
    seed: 42,
    version: '0.1.0',
    fidelity: 'queue',
    exact: true,
    settings: {
      model: 'deepseek-v3 Q4_K_M',
      host: 'epyc-9004-12ch',
      storage: { device: 'kioxia-cm7-r', count: 6 },
    },
    tokens: { measured: MEASURED, warmup: 8 },
    tokensPerSecond: { mean: rate, ci95: [rate * 0.97, rate * 1.03] },
    tokenSeconds: { mean: token, p50: token * 0.97, p90: token * 1.2, p99: token * 1.5, max: token * 1.7 },
    prefillSeconds: 21.4,
    loadSeconds: 1.3,
    storage: {
      bytesRead,
      bytesPerSecond: bytesRead / seconds,
      iops: commands / seconds,
      requestBytes: {
        mean: 2 ** 17,
        histogram: [
          [4096, 12],
          [2 ** 16, 3100],
          [2 ** 17, Math.round(commands)],
        ],
      },
      queueDepth: { mean: 11.3, max: 240 },
      latencySeconds: latency,
      utilisation: 0.445,
      perDevice: range(6, perDrive),
      application: {
        requests: misses * 3,
        requestBytes: {
          mean: 2 ** 20,
          histogram: [
            [2 ** 19, misses],
            [2 ** 20, misses * 2],
          ],
        },
        queueDepth: { mean: 4.1, max: 64 },
        latencySeconds: { ...latency, mean: 1.4e-3 },
      },
      causes: [
        { cause: 'demand', requests: Math.round(commands), bytes: bytesMissed },
        { cause: 'prefetch', requests: Math.round(prefetched / 2 ** 17), bytes: prefetched },
      ],
      accessPattern: { sequentialShare: 0.71, forwardGapShare: 0.2, backwardShare: 0.09 },
    },
    cache: {
      policy: 'lru',
      definition: HIT_RATIO_DEFINITION,
      requests,
      hits,
      joined,
      misses,
      hitRatio: hits / requests,
      byteHitRatio: hits / requests,
      bytesHit: hits * EXPERT_BYTES,
      bytesMissed,
      evictions: misses,
      capacityBytes: 51e9,
      minHitRatio,
      regret: minHitRatio - hits / requests,
    },
    prefetch: recall
      ? {
          policy: `gate-lookahead recall=${recall}`,
          issuedBytes: prefetched,
          usefulBytes: prefetched * 0.4,
          lateBytes: prefetched * 0.35,
          wastedBytes: prefetched * 0.15,
          cancelledBytes: prefetched * 0.1,
          pendingBytes: 0,
        }
      : undefined,
    time: { compute, exposedIo: 1 - compute - software, software, reclaim: 0, other: 0 },
    memory: { limitBytes: limit, ...used, freeBytes, lockedBytes: 10.4e9 },
    bounds,
    binding: bounds[0].resource,
    warnings: [],
    series: {
      throughput: range(120, (i) => [(i * seconds) / 120, (bytesRead / seconds) * (0.7 + 0.6 * random())]),
      queueDepth: range(120, (i) => [(i * seconds) / 120, 11.3 * (0.5 + random())]),
      tokenSeconds: range(MEASURED + 8, (i) => [i, token * (i < 8 ? 2 - i / 8 : 0.9 + 0.2 * random())]),
      hitRatio: range(MEASURED + 8, (i) => [i, hitRatio * Math.min(1, (i + 1) / 9) * (0.9 + 0.2 * random())]),
      latencyCdf: range(60, (i) => [latency.p50 * 0.35 * 1.06 ** i, 1 - Math.exp(-(i ** 1.6) / 90)]),
      timeline: timeline(token, random, recall !== undefined),
      experts: { layers: range(LAYERS, (l) => l + 3), requests: popularity },
      accessMap: {
        points: range(1500, (i) => [(i * seconds) / 1500, Math.floor(random() * 404e9), 2 ** 20]),
        regions: range(LAYERS + 3, (l) => ({
          name: `layer ${l}`,
          offset: (l * 404e9) / 61,
          bytes: 404e9 / 61,
        })),
      },
    },
  };
}

/** The six cases of the main job. */
export const sampleCases = (): Result[] =>
  [
    { label: 'synchronous, no cache', tokensPerSecond: 1.21, hitRatio: 0 },
    { label: 'synchronous LRU', tokensPerSecond: 2.14 },
    { label: 'overlapped LRU', tokensPerSecond: 3.1 },
    { label: 'gate look-ahead, recall 0.85', tokensPerSecond: 3.72, recall: 0.85, hitRatio: 0.44 },
    { label: 'oracle prefetch', tokensPerSecond: 5.9, recall: 1, hitRatio: 0.44 },
    { label: 'MIN', tokensPerSecond: 4.02, hitRatio: 0.61 },
  ].map((options, i) => sampleResult({ ...options, seed: i + 1, point: { case: options.label } }));

/** A grid over two swept keys. */
export const sampleSweep = (): Result[] =>
  ['lru', 'sieve', 'min'].flatMap((policy, p) =>
    [1, 2, 4, 6, 8].map((drives) =>
      sampleResult({
        label: `cache.policy=${policy} storage.count=${drives}`,
        point: { 'cache.policy': policy, 'storage.count': drives },
        tokensPerSecond: 4.5 * (1 - Math.exp(-drives / 3)) * (1 + 0.12 * p),
        hitRatio: 0.46 + 0.06 * p,
        seed: drives,
      }),
    ),
  );
