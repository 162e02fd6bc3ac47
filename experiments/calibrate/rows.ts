/**
 * A measured point of a device: one load (pattern, block size, depth, jobs) and what came out of it; the common form of
 * fio's JSON, tables in CSV and the statistics of a trace.
 */

export const PATTERNS = ['read', 'randread', 'write', 'randwrite'] as const;
export type RowPattern = (typeof PATTERNS)[number];

export interface MeasuredRow {
  /** File and line or job, for messages. */
  readonly where: string;
  readonly file: string;
  readonly pattern: RowPattern;
  /** Of a request, B. */
  readonly bytes: number;
  /** Requests in flight of one job. */
  readonly depth: number;
  readonly jobs: number;
  /** I/O engine as written; empty where none is named. */
  readonly engine: string;
  /** Requests per second; absent where only latencies are known. */
  readonly iops?: number;
  /** Seconds. */
  readonly mean?: number;
  /** [percent, seconds], ascending. */
  readonly percentiles: readonly (readonly [number, number])[];
  /** Columns that tell rows apart: device, scheduler, host ... as written. */
  readonly labels: Readonly<Record<string, string>>;
  /** What to call the load, where size and depth are not of one value. */
  readonly name?: string;
}

export const isWrite = ({ pattern }: { readonly pattern: RowPattern }): boolean => pattern.endsWith('write');

/** Rows of equal load are repeats of one measurement. */
export const loadOf = ({ pattern, bytes, depth, jobs, engine, name }: MeasuredRow): string =>
  name ??
  `${engine ? `${engine} ` : ''}${pattern} ${sizeText(bytes)} depth ${depth}${jobs > 1 ? ` x ${jobs} jobs` : ''}`;

export function sizeText(bytes: number): string {
  if (bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20}m`;
  return bytes % 1024 === 0 ? `${bytes / 1024}k` : String(bytes);
}

/** Rows with the repeats of a load made one: the median of each figure. */
export function mergeRepeats(rows: readonly MeasuredRow[]): MeasuredRow[] {
  const groups = new Map<string, MeasuredRow[]>();
  for (const row of rows) groups.set(loadOf(row), [...(groups.get(loadOf(row)) ?? []), row]);
  return [...groups.values()].map((repeats) => {
    const percents = new Set(repeats.flatMap(({ percentiles }) => percentiles.map(([percent]) => percent)));
    const at = (percent: number) =>
      median(
        repeats.flatMap((row) => row.percentiles.filter(([p]) => p === percent).map(([, value]) => value)),
      );
    return {
      ...repeats[0],
      iops: median(repeats.flatMap(({ iops }) => iops ?? [])),
      mean: median(repeats.flatMap(({ mean }) => mean ?? [])),
      percentiles: [...percents].sort((a, b) => a - b).map((percent) => [percent, at(percent)!] as const),
    };
  });
}

export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]
    : sorted.length
      ? (sorted[middle - 1] + sorted[middle]) / 2
      : undefined;
}
