/**
 * Which measured figures can be true. A figure that cannot is refused by name, the rest of its row is used:
 *
 *   percentiles ascend, and by Markov's inequality a share 1 - q of latencies above p_q needs mean >= (1 - q) p_q
 *     (fio's SQPOLL runs print 17.1 s for every percentile of reads of 9 us);
 *   requests in flight = rate x mean latency (Little's law) <= depth x jobs;
 *   rate x block size <= the raw rate of the device's link;
 *   a request is of whole blocks.
 */
import type { MeasuredRow } from './rows.ts';

/** A latency histogram's bins and the time between two clock readings. */
const SLACK = 1.1;

export interface Checked {
  readonly rows: MeasuredRow[];
  /** One for each figure or row that was refused, with the reason. */
  readonly refused: string[];
}

export interface Limits {
  /** Of the link, B/s; Infinity where it is not known. */
  readonly rawRate: number;
  readonly blockSize: number;
}

export function checkRows(rows: readonly MeasuredRow[], limits: Limits): Checked {
  const refused: string[] = [];
  const kept = rows.flatMap((row) => {
    const checked = checkRow(row, limits, refused);
    if (checked.iops === undefined && checked.mean === undefined && checked.percentiles.length === 0)
      return [];
    return [checked];
  });
  return { rows: kept, refused };
}

function checkRow(row: MeasuredRow, { rawRate, blockSize }: Limits, refused: string[]): MeasuredRow {
  const refuse = (what: string, why: string) => refused.push(`${row.where}: ${what} refused: ${why}`);
  let checked = row;
  const percentiles = wrongPercentiles(row);
  if (percentiles !== undefined) {
    refuse('percentiles', percentiles);
    checked = { ...checked, percentiles: [] };
  }
  const { iops, mean, bytes, depth, jobs } = checked;
  const nothing = { ...checked, iops: undefined, mean: undefined, percentiles: [] };
  if (bytes % blockSize !== 0) {
    refuse('row', `requests of ${bytes} B are not whole blocks of ${blockSize} B`);
    return nothing;
  }
  if (iops !== undefined && iops * bytes > rawRate) {
    refuse('row', `${gigabytes(iops * bytes)} is above the raw rate of the link, ${gigabytes(rawRate)}`);
    return nothing;
  }
  if (iops !== undefined && mean !== undefined && iops * mean > depth * jobs * SLACK) {
    refuse(
      'row',
      `${Math.round(iops)} requests/s x ${micro(mean)} mean = ${(iops * mean).toFixed(1)} in flight, and the depth is ${depth * jobs} (Little's law)`,
    );
    return nothing;
  }
  return checked;
}

function wrongPercentiles({ percentiles, mean }: MeasuredRow): string | undefined {
  for (const [i, [percent, value]] of percentiles.entries()) {
    if (!(value > 0)) return `p${percent} is ${micro(value)}`;
    if (i > 0 && value < percentiles[i - 1][1]) return `p${percent} is below p${percentiles[i - 1][0]}`;
    if (mean !== undefined && (1 - percent / 100) * value > mean * SLACK)
      return `p${percent} = ${micro(value)} cannot be with a mean of ${micro(mean)} (Markov's inequality)`;
  }
  return undefined;
}

const micro = (seconds: number) => `${Number((seconds * 1e6).toPrecision(6))} us`;
const gigabytes = (rate: number) => `${(rate / 1e9).toFixed(2)} GB/s`;
