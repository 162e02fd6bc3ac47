/**
 * The report of a trace as rows for a terminal: [what, value].
 */
import { TENSOR_ROLES } from '../../workloads/models/index.ts';
import type { Distribution, TraceStatistics } from '../../workloads/traces/index.ts';
import {
  formatBandwidth,
  formatBytes,
  formatRequest,
  formatSeconds,
  integer,
  percent,
  significant,
} from '../report/format.ts';
import type { TraceReport } from './stats-command.ts';

type Row = [string, string];
type Model = NonNullable<TraceReport['model']>;

/** Names come from files: no escape sequence of theirs reaches the terminal. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '?');

const known = (value: number, format: (x: number) => string): string =>
  Number.isFinite(value) ? format(value) : 'not known';

const spread = (d: Distribution, format: (x: number) => string): string =>
  d.count === 0
    ? 'not known'
    : `mean ${format(d.mean)}, p50 ${format(d.p50)}, p99 ${format(d.p99)}, max ${format(d.max)}`;

export function statsRows(report: TraceReport): Row[] {
  const rows: Row[] = [['format', report.format]];
  const { faults, samples, fio, model } = report;
  if (report.requests !== undefined) rows.push(...requestRows(report as TraceStatistics & TraceReport));
  if (faults !== undefined)
    rows.push([
      'faults',
      `${integer(faults.count)} (${integer(faults.major)} major, ${integer(faults.minor)} minor, ${integer(faults.located)} in a known file)`,
    ]);
  for (const [name, column] of Object.entries(samples?.columns ?? {}))
    rows.push([name, spread(column, significant)]);
  for (const job of fio ?? [])
    for (const direction of ['read', 'write', 'trim'] as const) {
      const one = job[direction];
      if (one === undefined) continue;
      const latency = one.total ?? one.completion;
      const rate = `${integer(one.requestsPerSecond)} IOPS, ${formatBandwidth(one.bytesPerSecond)}`;
      rows.push([
        `job ${job.name} ${direction}`,
        latency ? `${rate}, mean ${formatSeconds(latency.mean)}` : rate,
      ]);
    }
  if (model !== undefined) rows.push(...modelRows(model));
  return rows.map(([what, value]) => [printable(what), printable(value)]);
}

function requestRows(report: TraceStatistics & TraceReport): Row[] {
  const { stalls } = report;
  return [
    [`${report.unit}s`, integer(report.requests)],
    [
      'bytes',
      `${formatBytes(report.bytes)}, of them different ${formatBytes(report.uniqueBytes)} (${known(report.amplification, significant)} times)`,
    ],
    ['length', known(report.seconds, formatSeconds)],
    ['bandwidth', known(report.bytesPerSecond, formatBandwidth)],
    ['request', spread(report.requestBytes, formatRequest)],
    [
      'in flight',
      known(
        report.queueDepth.mean,
        (mean) => `mean ${significant(mean)}, most ${known(report.queueDepth.max, integer)}`,
      ),
    ],
    ['latency', spread(report.latencySeconds, formatSeconds)],
    [
      'order',
      `${percent(report.sequentialShare)} sequential, ${percent(report.forwardGapShare)} forward gap, ${percent(report.backwardShare)} backward`,
    ],
    ['verdict', `${report.verdict}: ${report.evidence.join('; ')}`],
    [
      'stalls',
      `${integer(stalls.count)} of ${formatSeconds(stalls.thresholdSeconds)} or more (${stalls.basis}): ${known(stalls.seconds, formatSeconds)}, ${known(stalls.share, percent)} of the time`,
    ],
  ];
}

function modelRows({ unit, components, outside, coldBytes, coldSlices, tokens }: Model): Row[] {
  const rows = TENSOR_ROLES.filter((role) => components[role].requests > 0 || components[role].bytes > 0).map(
    (role): Row => {
      const { requests, share, bytes, timesOver } = components[role];
      return [
        role,
        `${integer(requests)} ${unit}s (${percent(share)}), ${formatBytes(bytes)}, ${significant(timesOver)} times its size`,
      ];
    },
  );
  if (outside.requests > 0)
    rows.push(['no tensor', `${integer(outside.requests)} ${unit}s, ${formatBytes(outside.bytes)}`]);
  rows.push([
    'never touched',
    `${formatBytes(coldBytes)} in ${integer(coldSlices)} tensors and expert slices`,
  ]);
  rows.push([
    'tokens',
    `${integer(tokens.count)} by the order of layers, mean ${known(tokens.secondsMean, formatSeconds)}, ${known(tokens.bytesMean, formatBytes)}`,
  ]);
  return rows;
}
