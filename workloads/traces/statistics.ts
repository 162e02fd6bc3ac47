/**
 * What a trace of requests says: volume, amplification (bytes over different bytes), sizes, depth, latency, stalls, and
 * how sequential it is (contracts: sequentialShare + forwardGapShare + backwardShare = 1 by request count, in issue
 * order per device).
 */
import { type BlockTrace, DISCARD, OPERATION_NAMES } from './block-trace.ts';
import { gather, rowsWhere } from './columns.ts';
import { uniqueBytes } from './coverage.ts';
import { cumulative, type Distribution, distributionOf } from './distribution.ts';
import { countGaps, GAP_CLASSES, type GapClass } from './gaps.ts';
import { inFlight } from './in-flight.ts';
import { type OverTime, overTime } from './over-time.ts';
import { suspicions } from './plausibility.ts';
import { type Stalls, stallsOf } from './stalls.ts';
import { judge, type Verdict } from './verdict.ts';

export interface StatisticsOptions {
  /** Raw rate of the link that carried the trace, bytes/s: more is flagged. */
  link?: number;
  /** Seconds without a request in flight (or between issues, if completions are not known) that make a stall. */
  stallSeconds?: number;
  /** Bins of the curves over time. */
  bins?: number;
}

export interface TraceStatistics {
  requests: number;
  bytes: number;
  uniqueBytes: number;
  /** bytes / uniqueBytes. */
  amplification: number;
  /** First issue to last completion (or last issue). */
  seconds: number;
  bytesPerSecond: number;
  operations: Record<string, number>;
  requestBytes: Distribution & { histogram: [bytes: number, requests: number][] };
  /** mean = rate x mean latency (Little's law), which holds also where some completions are not known. */
  queueDepth: { mean: number; max: number };
  latencySeconds: Distribution & { cdf: [number, number][] };
  /** Share of requests whose completion is known. */
  completedShare: number;
  sequentialShare: number;
  forwardGapShare: number;
  backwardShare: number;
  gaps: Record<GapClass, { requests: number; share: number }>;
  verdict: Verdict;
  evidence: string[];
  stalls: Stalls;
  overTime: OverTime;
  warnings: string[];
}

const DEFAULTS = { link: NaN, stallSeconds: 1e-3, bins: 200 };
const CDF_POINTS = 200;
/** Distinct request sizes shown, the most frequent first. */
const SIZES = 32;

/** @param trace sorted by issue; discards move no data and are only counted in `operations` */
export function traceStatistics(trace: BlockTrace, options: StatisticsOptions = {}): TraceStatistics {
  const { link, stallSeconds, bins } = { ...DEFAULTS, ...options };
  const rows = rowsWhere(trace.length, (row) => trace.opOf(row) !== DISCARD);
  const sizes = gather(rows, (row) => trace.bytesOf(row)).filter((size) => !Number.isNaN(size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const unique = uniqueBytes(trace, rows);

  const complete = rows.filter((row) => trace.completeOf(row) >= trace.issueOf(row));
  const latencies = gather(complete, (row) => (trace.completeOf(row) - trace.issueOf(row)) / 1e12);
  const completes = gather(complete, (row) => trace.completeOf(row)).sort();
  const depth = inFlight(
    gather(complete, (row) => trace.issueOf(row)),
    completes,
  );
  const [begin, end] = extent(trace, rows);
  const seconds = (end - begin) / 1e12;

  const gaps = countGaps(trace, rows, (row) => trace.deviceOf(row));
  const threads = countGaps(trace, rows, (row) => trace.deviceOf(row) * 2 ** 32 + trace.threadOf(row));
  // A lone request has no predecessor to be apart from: one run.
  const share = (index: number): number =>
    gaps.pairs === 0 ? Number(index === 0) : gaps.counts[index] / gaps.pairs;
  const curves = overTime(trace, rows, begin, end, bins);
  const requestBytes = { ...distributionOf(sizes), histogram: histogramOf(sizes) };
  const latencySeconds = { ...distributionOf(latencies), cdf: cumulative(latencies, CDF_POINTS) };
  const { verdict, evidence } = judge(gaps, threads, requestBytes.p50);
  return {
    requests: rows.length,
    bytes,
    uniqueBytes: unique,
    amplification: bytes / unique,
    seconds,
    bytesPerSecond: bytes / seconds,
    operations: operationsOf(trace),
    requestBytes,
    queueDepth: {
      mean: (rows.length / seconds) * latencySeconds.mean,
      max: complete.length > 0 ? depth.max : NaN,
    },
    latencySeconds,
    completedShare: complete.length / rows.length,
    sequentialShare: share(0),
    forwardGapShare: share(1) + share(2) + share(3),
    backwardShare: share(4),
    gaps: Object.fromEntries(
      GAP_CLASSES.map((name, index) => [name, { requests: gaps.counts[index], share: share(index) }]),
    ) as TraceStatistics['gaps'],
    verdict,
    evidence,
    stalls: stallsOf(trace, rows, depth.idle, complete.length / rows.length, stallSeconds, seconds),
    overTime: curves,
    warnings: suspicions(trace, rows, bytes / seconds, curves, gaps, link),
  };
}

/** First issue and last completion (or issue), ps. */
function extent(trace: BlockTrace, rows: Uint32Array): [number, number] {
  let begin = Infinity;
  let end = -Infinity;
  for (const row of rows) {
    const time = trace.timeOf(row);
    const complete = trace.completeOf(row);
    if (time < begin) begin = time;
    if (time > end) end = time;
    if (complete > end) end = complete;
  }
  return end >= begin ? [begin, end] : [NaN, NaN];
}

/** Requests by distinct size, the most frequent first; sorted sizes. */
function histogramOf(sorted: Float64Array): [number, number][] {
  const counts = new Map<number, number>();
  for (const size of sorted) counts.set(size, (counts.get(size) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, SIZES);
}

function operationsOf(trace: BlockTrace): Record<string, number> {
  const counts: Record<string, number> = Object.fromEntries(OPERATION_NAMES.map((name) => [name, 0]));
  for (let row = 0; row < trace.length; row++) counts[OPERATION_NAMES[trace.opOf(row)]]++;
  return counts;
}
