/** Which parameters of the `queue` fidelity the rows can speak of at all, and where the search for them begins. */
import type { FitOptions } from './fit-queue.ts';
import type { Parameter } from './queue-model.ts';
import { isWrite, type MeasuredRow } from './rows.ts';

export type { Parameter } from './queue-model.ts';
export const UNITS = 'units';

const KIB4 = 4096;
const time = (name: string, start: number): Parameter => ({
  name,
  start: clamp(start, 1e-8, 0.1),
  min: 1e-9,
  max: 1,
  unit: 's',
});
const rate = (name: string, start: number, max: number): Parameter => ({
  name,
  start: Math.min(start, max),
  min: 1e3,
  max,
  unit: 'B/s',
});
const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

export function parametersFor(rows: readonly MeasuredRow[], options: FitOptions): Parameter[] {
  const reads = rows.filter((row) => !isWrite(row));
  const writes = rows.filter(isWrite);
  if (options.virtual) return virtualParameters(reads, writes, options);
  return [
    ...(reads.length > 0 ? readParameters(reads, options) : []),
    ...(writes.length > 0 ? writeParameters(writes, options) : []),
  ];
}

function readParameters(rows: readonly MeasuredRow[], { frame }: FitOptions): Parameter[] {
  const iops = Math.max(...rows.map(iopsOf));
  const latency = leastLatency(rows);
  const large = rows.some(({ bytes }) => bytes > KIB4);
  return [
    time('readCommandTime', 0.95 / iops),
    time('overheadTime', latency / 3),
    time('accessTime', (latency * 2) / 3),
    { name: UNITS, start: 32, min: 1, max: 4096, unit: '' },
    // A ceiling on small reads is the controller's; the bandwidth is then the link's.
    ...(large || frame.linkRate === Number.POSITIVE_INFINITY
      ? [rate('readRate', Math.max(...rows.map((row) => iopsOf(row) * row.bytes)) * 1.05, frame.linkRate)]
      : []),
    ...(large && frame.pageBytes > KIB4 ? [rate('nandRate', 1e9, 1e12)] : []),
    ...(frame.tail.length > 0 ? [{ name: 'tailScale', start: 1, min: 0.05, max: 5, unit: '' } as const] : []),
  ];
}

function writeParameters(rows: readonly MeasuredRow[], { frame }: FitOptions): Parameter[] {
  const iops = Math.max(...rows.map(iopsOf));
  const bytes = Math.max(...rows.map((row) => iopsOf(row) * row.bytes));
  return [
    time('writeCommandTime', 0.5 / iops),
    time('acknowledgeTime', leastLatency(rows) * 0.9),
    { name: 'programIops', start: iops * 1.05, min: 1, max: 1e10, unit: 'IOPS' },
    rate('programRate', bytes * 1.05, frame.linkRate),
  ];
}

/** A turn begins at the least latency; one command's share in it is what the highest rates leave. */
function virtualParameters(
  reads: readonly MeasuredRow[],
  writes: readonly MeasuredRow[],
  { frame }: FitOptions,
): Parameter[] {
  const of = (name: 'read' | 'write', rows: readonly MeasuredRow[]): Parameter[] => {
    if (rows.length === 0) return [];
    const bytes = Math.max(...rows.map((row) => iopsOf(row) * row.bytes));
    const sizes = new Set(rows.map((row) => row.bytes));
    return [
      time(`${name}Time`, 0.8 / Math.max(...rows.map(iopsOf))),
      ...(sizes.size > 1 ? [rate(`${name}Rate`, bytes * 1.2, 1e12)] : []),
    ];
  };
  return [
    time('wakeTime', 0.8 * leastLatency(reads.length > 0 ? reads : writes)),
    ...of('read', reads),
    ...of('write', writes),
    ...(frame.tail.length > 0 ? [{ name: 'tailScale', start: 1, min: 0.05, max: 5, unit: '' } as const] : []),
  ];
}

/** Measured, or by Little's law from the latency. */
const iopsOf = ({ iops, mean, depth, jobs, percentiles }: MeasuredRow): number =>
  iops ?? (depth * jobs) / (mean ?? percentiles[0]?.[1] ?? 1e-4);

/** Mean latency of the row that waits least. */
function leastLatency(rows: readonly MeasuredRow[]): number {
  return Math.min(...rows.map((row) => row.mean ?? (row.depth * row.jobs) / iopsOf(row)));
}
