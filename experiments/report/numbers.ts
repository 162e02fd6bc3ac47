/**
 * Tables of one result: its figures, its memory account, its bounds with their arithmetic, its settings.
 */
import type { Result, Time } from '../result.ts';
import { breakdownParts } from './breakdown.ts';
import {
  formatBandwidth,
  formatBytes,
  formatRequest,
  formatSeconds,
  integer,
  percent,
  ratio,
  significant,
} from './format.ts';
import { type Html, html } from './html.ts';
import { valueText } from './swept-keys.ts';

type Pair = readonly [name: string, value: string | undefined];

const TIERS = { gpu: 'GPU memory', host: 'host memory', drives: 'the drives' } as const;

const pairs = (title: string, rows: readonly Pair[]): Html | undefined => {
  const filled = rows.filter(([, value]) => value !== undefined);
  if (filled.length === 0) return undefined;
  const body = filled.map(([name, value]) => html`<tr><td>${name}</td><td>${value}</td></tr>`);
  return html`<div><h3>${title}</h3><table class="pairs"><tbody>${body}</tbody></table></div>`;
};

const spread = (t: { p50: number; p99: number }, rest: string): string =>
  `${formatSeconds(t.p50)} · ${formatSeconds(t.p99)} · ${rest}`;

const waits = (time: Time | undefined): string | undefined =>
  time && [time.exposedIo, time.software, time.reclaim].map(percent).join(' · ');

/** Figures by subject. Their definitions are in docs/result.md. */
export function numbersTables(result: Result): Html {
  const { tokenSeconds, storage, cache, prefetch, pageCache, memory, tokens, breakdown, serving } = result;
  const perToken = (x: number) => x / Math.max(1, tokens.measured);
  const each = (x: number | undefined, format: (x: number) => string) =>
    x === undefined ? undefined : format(perToken(x));
  const app = storage.application;
  const shares = storage.accessPattern;
  const tables = [
    pairs('Tokens', [
      ['measured, after warm-up of', `${integer(tokens.measured)}, ${integer(tokens.warmup)}`],
      ['token time mean', formatSeconds(tokenSeconds.mean)],
      ['p50 · p99 · max', spread(tokenSeconds, formatSeconds(tokenSeconds.max))],
      ['prefill', result.prefillSeconds > 0 ? formatSeconds(result.prefillSeconds) : undefined],
      ['of it reads · faults · reclaim', waits(result.prefill?.time)],
      ['load', result.loadSeconds > 0 ? formatSeconds(result.loadSeconds) : undefined],
      ['of it reads · faults · reclaim', waits(result.load?.time)],
    ]),
    result.passes &&
      pairs('Passes', [
        ['measured', integer(result.passes.measured)],
        ['rows, tokens given, mean', [result.passes.rows, result.passes.tokens].map(significant).join(', ')],
        ['experts asked for at a layer', significant(result.passes.expertsPerLayer)],
      ]),
    result.kvSpill &&
      pairs('KV cache on the drives', [
        ['read per token', formatBytes(perToken(result.kvSpill.bytesRead))],
        ['written per token', formatBytes(perToken(result.kvSpill.bytesWritten))],
      ]),
    serving &&
      pairs('Serving', [
        ['requests, after warm-up of', `${integer(serving.requests)}, ${integer(serving.warmup)}`],
        [
          'offered, completed per second',
          [serving.offeredPerSecond, serving.requestsPerSecond].map(significant).join(', '),
        ],
        ['time to first token mean', formatSeconds(serving.ttftSeconds.mean)],
        ['p50 · p99 · max', spread(serving.ttftSeconds, formatSeconds(serving.ttftSeconds.max))],
        ['time per output token mean', formatSeconds(serving.tpotSeconds.mean)],
        ['p50 · p99 · max', spread(serving.tpotSeconds, formatSeconds(serving.tpotSeconds.max))],
        ['queueing mean', formatSeconds(serving.queueSeconds.mean)],
        [
          'requests in a pass mean, max',
          `${significant(serving.running.mean)}, ${integer(serving.running.max)}`,
        ],
        ['within the limits', serving.slo && percent(serving.slo.met)],
        ['goodput per second', serving.slo && significant(serving.slo.goodput)],
      ]),
    breakdown &&
      pairs('Token time', [
        ...breakdownParts(breakdown).map(([name, each]): Pair => [name, formatSeconds(each)]),
        ['I/O service, summed over commands', formatSeconds(breakdown.ioServiceSeconds)],
      ]),
    pairs('Storage', [
      ['read per token', formatBytes(perToken(storage.bytesRead))],
      ['throughput', formatBandwidth(storage.bytesPerSecond)],
      ['commands per second', significant(storage.iops)],
      ['mean command', formatRequest(storage.requestBytes.mean)],
      [
        'device depth mean, max',
        `${significant(storage.queueDepth.mean)}, ${integer(storage.queueDepth.max)}`,
      ],
      [
        'application depth mean, max',
        app && `${significant(app.queueDepth.mean)}, ${integer(app.queueDepth.max)}`,
      ],
      [
        'latency p50 · p99 · p99.9',
        spread(storage.latencySeconds, formatSeconds(storage.latencySeconds.p999)),
      ],
      ['drives busy', percent(storage.utilisation)],
      [
        'sequential · forward gap · backward',
        shares &&
          [shares.sequentialShare, shares.forwardGapShare, shares.backwardShare].map(percent).join(' · '),
      ],
    ]),
    cache &&
      pairs('Expert cache', [
        ['policy', cache.policy],
        ['capacity', formatBytes(cache.capacityBytes)],
        ['requests per token', significant(perToken(cache.requests))],
        ['hit ratio, by bytes', `${ratio(cache.hitRatio)}, ${ratio(cache.byteHitRatio)}`],
        ['MIN’s hit ratio', cache.minHitRatio === undefined ? undefined : ratio(cache.minHitRatio)],
        ['regret', cache.regret === undefined ? undefined : ratio(cache.regret)],
        ['evictions per token', significant(perToken(cache.evictions))],
      ]),
    prefetch &&
      pairs('Prefetch', [
        ['policy', prefetch.policy],
        ['issued per token', formatBytes(perToken(prefetch.issuedBytes))],
        ['useful', formatBytes(perToken(prefetch.usefulBytes))],
        ['late', formatBytes(perToken(prefetch.lateBytes))],
        ['wasted', formatBytes(perToken(prefetch.wastedBytes))],
        ['cancelled', formatBytes(perToken(prefetch.cancelledBytes))],
        [
          'misses it caused per token',
          prefetch.pollutionMisses === undefined
            ? undefined
            : significant(perToken(prefetch.pollutionMisses)),
        ],
      ]),
    cache?.tiers &&
      pairs('Experts found in', [
        ...cache.tiers.map(({ tier, share }): Pair => [TIERS[tier], percent(share)]),
        ['copied to the GPU per token', each(cache.tiers[1].copiedBytes, formatBytes)],
      ]),
    memory &&
      pairs('Memory', [
        ['trunk', formatBytes(memory.trunkBytes)],
        ['KV cache', formatBytes(memory.kvBytes)],
        ['draft model', memory.draftBytes === undefined ? undefined : formatBytes(memory.draftBytes)],
        ['expert cache', formatBytes(memory.expertCacheBytes)],
        ['page cache', formatBytes(memory.pageCacheBytes)],
        ['system', formatBytes(memory.systemBytes)],
        ['free', formatBytes(memory.freeBytes)],
        ['limit', formatBytes(memory.limitBytes)],
        ['experts in GPU memory', memory.gpu && formatBytes(memory.gpu.expertCacheBytes)],
        ['of these locked', memory.lockedBytes === undefined ? undefined : formatBytes(memory.lockedBytes)],
      ]),
    pageCache &&
      pairs('Page cache', [
        ['major faults per token', each(pageCache.majorFaults, significant)],
        ['minor faults per token', each(pageCache.minorFaults, significant)],
        ['of these waiting for another’s read', each(pageCache.waitedFaults, significant)],
        ['read ahead per token', each(pageCache.readaheadBytes, formatBytes)],
        ['used', each(pageCache.readaheadUsedBytes, formatBytes)],
        ['wasted', each(pageCache.readaheadWastedBytes, formatBytes)],
        ['copied per token', each(pageCache.copiedBytes, formatBytes)],
        ['reclaimed per token', formatBytes(perToken(pageCache.reclaimedBytes))],
        ['time in reclaim per token', formatSeconds(perToken(pageCache.reclaimSeconds))],
        ['of these bytes, by kswapd', each(pageCache.kswapdBytes, formatBytes)],
        ['its time per token', each(pageCache.kswapdSeconds, formatSeconds)],
      ]),
  ];
  return html`<div class="columns">${tables.filter((table) => table !== undefined)}</div>`;
}

/** Bounds with the arithmetic behind each. */
export function boundsTable({ bounds, binding }: Result): Html {
  const rows = bounds.map(
    ({ resource, tokensPerSecond, detail }) =>
      html`<tr${resource === binding && html` class="best"`}><td>${resource}</td><td>${significant(tokensPerSecond)}</td><td class="text">${detail}</td></tr>`,
  );
  return html`<div class="scroll"><table><thead><tr><th>resource</th><th>tokens/s</th><th class="text">arithmetic</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

type Json = Result['point'][string];

/** `storage.count` and its like, as `--set` takes them; lists stay whole. */
const leaves = (value: Json, path: string): [string, Json][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, path ? `${path}.${key}` : key))
    : [[path, value]];

/** The experiment as it was run, one row a key. */
export function settingsTable({ settings = {} }: Result): Html | undefined {
  const rows = leaves(settings, '').map(
    ([key, value]) => html`<tr><td>${key}</td><td class="text">${valueText(value)}</td></tr>`,
  );
  if (rows.length === 0) return undefined;
  return html`<div class="scroll"><table><tbody>${rows}</tbody></table></div>`;
}
