/** fio's JSON results as measured rows: one for each job that only reads or only writes. */

import type { FioDirection, FioJob } from '../../workloads/traces/formats/fio-json.ts';
import { InputError } from '../errors.ts';
import { parseCount } from '../fio/values.ts';
import { type MeasuredRow, PATTERNS } from './rows.ts';

/** @returns rows, and why jobs were left out */
export function fioRows(jobs: readonly FioJob[], file: string): { rows: MeasuredRow[]; skipped: string[] } {
  const rows: MeasuredRow[] = [];
  const skipped: string[] = [];
  for (const job of jobs) {
    const where = `${file}: job ${job.name}`;
    const { options, read, write } = job;
    const written = options.rw ?? options.readwrite ?? 'read';
    const pattern = PATTERNS.find((name) => name === written);
    const measured = written.endsWith('write') ? write : read;
    if (!pattern || !measured) {
      skipped.push(
        `${where}: rw=${written} ${measured ? '' : 'without completions '}is not used; allowed are ${PATTERNS.join(', ')}`,
      );
      continue;
    }
    const unusable = ['bssplit', 'bsrange', 'rate', 'rate_iops', 'thinktime'].find(
      (name) => options[name] !== undefined,
    );
    if (unusable !== undefined) {
      skipped.push(
        `${where}: option ${unusable} makes its depth unknown; only closed loops of one block size are used`,
      );
      continue;
    }
    const count = (name: string, otherwise: string) => parseCount(name, options[name] ?? otherwise, 1);
    try {
      rows.push({
        where,
        file,
        pattern,
        bytes: parseCount('bs', (options.bs ?? options.blocksize ?? '4k').split(',')[0], 512),
        // A synchronous engine has one request in flight whatever was asked.
        depth: /^(p?sync|pvsync2?|vsync|mmap)$/.test(options.ioengine ?? 'psync') ? 1 : count('iodepth', '1'),
        jobs:
          options.group_reporting === undefined || options.group_reporting === '0'
            ? 1
            : count('numjobs', '1'),
        engine: options.ioengine ?? '',
        iops: measured.requestsPerSecond,
        ...latencyOf(measured),
        labels: options,
      });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      skipped.push(`${where}: ${error.message}`);
    }
  }
  return { rows, skipped };
}

/** Percentiles are of completion, the mean from submission where fio gives it. */
function latencyOf({ total, completion }: FioDirection): Pick<MeasuredRow, 'mean' | 'percentiles'> {
  const percentiles = completion?.percentiles ?? total?.percentiles ?? [];
  return { mean: total?.mean ?? completion?.mean, percentiles };
}
