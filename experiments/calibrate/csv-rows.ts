/**
 * Tables of fio results in CSV: a header line, then one row a run. Columns are known by name; several names mean the same
 * (docs/calibrate.md lists them), and what is not known becomes a label by which rows can be chosen.
 */
import { fieldsOf } from '../../workloads/traces/csv-fields.ts';
import { InputError, suggestion } from '../errors.ts';
import { type MeasuredRow, PATTERNS, type RowPattern } from './rows.ts';

/** Names of a column, and the factor to requests, bytes, seconds and their rates. */
const COLUMNS: Readonly<Record<string, readonly (readonly [name: string, scale: number])[]>> = {
  pattern: [
    ['rw', 1],
    ['pattern', 1],
    ['readwrite', 1],
  ],
  bytes: [
    ['bs', 1],
    ['block_size', 1],
    ['blocksize', 1],
    ['request_size', 1],
  ],
  depth: [
    ['iodepth', 1],
    ['iodepth_per_proc', 1],
    ['depth', 1],
    ['qd', 1],
    ['queue_depth', 1],
    ['queue_depth_or_threads', 1],
  ],
  jobs: [
    ['numjobs', 1],
    ['procs', 1],
    ['threads', 1],
    ['jobs', 1],
  ],
  engine: [
    ['ioengine', 1],
    ['engine', 1],
    ['interface', 1],
  ],
  iops: [['iops', 1]],
  bandwidth: [
    ['bw_bytes', 1],
    ['bw_mbps', 1e6],
    ['mbps', 1e6],
    ['bw_mib', 2 ** 20],
    ['gbps', 1e9],
    ['bw_gbps', 1e9],
    ['bw', 1024],
    ['bw_kib', 1024],
  ],
  mean: [
    ['lat_mean_us', 1e-6],
    ['lat_mean_ns', 1e-9],
    ['clat_mean_us', 1e-6],
    ['clat_mean_ns', 1e-9],
  ],
}; // prettier-ignore
/** clat_p99_us, p999_us, lat_p99.9_ns: percent and unit. */
const PERCENTILE = /^(?:c?lat_)?p(\d+(?:\.\d+)?)_(us|ns|ms)$/;
const SECONDS = { ns: 1e-9, us: 1e-6, ms: 1e-3 };

/** Patterns as tables write them. */
const PATTERN_NAMES: Readonly<Record<string, RowPattern>> = {
  random: 'randread',
  sequential: 'read',
  rand_read: 'randread',
  seqread: 'read',
  seqwrite: 'write',
};

export interface CsvTable {
  readonly rows: MeasuredRow[];
  /** Lines that hold no load this reads, and why. */
  readonly skipped: string[];
}

/** @throws InputError where the header has no block size or nothing measured */
export function csvRows(text: string, file: string): CsvTable {
  const lines = text.split(/\r?\n/);
  const header = fieldsOf(lines[0] ?? '').map((name) => name.trim().toLowerCase());
  const columns = new Map<string, { index: number; scale: number }>();
  for (const [key, names] of Object.entries(COLUMNS)) {
    for (const [name, scale] of names) {
      const index = header.indexOf(name);
      if (index >= 0 && !columns.has(key)) columns.set(key, { index, scale });
    }
  }
  const percentiles = header.flatMap((name, index) => {
    const match = PERCENTILE.exec(name);
    return match ? [{ index, percent: percentOf(match[1]), scale: SECONDS[match[2] as 'us'] }] : [];
  });
  percentiles.sort((a, b) => a.percent - b.percent);
  checkHeader(file, header, columns);
  const used = new Set([...columns.values(), ...percentiles].map(({ index }) => index));
  const table: CsvTable = { rows: [], skipped: [] };
  lines.forEach((line, i) => {
    if (i === 0 || line.trim() === '') return;
    const fields = fieldsOf(line);
    const where = `${file}:${i + 1}`;
    const text = (key: string) => fields[columns.get(key)?.index ?? -1]?.trim() ?? '';
    const number = (key: string) => positive(text(key), columns.get(key)?.scale ?? 1);
    const load = loadIn(text);
    if (typeof load === 'string') {
      table.skipped.push(`${where}: ${load}`);
      return;
    }
    const iops = number('iops') ?? divided(number('bandwidth'), load.bytes);
    const labels = Object.fromEntries(
      header.flatMap((name, k) => (used.has(k) ? [] : [[name, fields[k] ?? '']])),
    );
    const latencies = percentiles.flatMap(({ index, percent, scale }) => {
      const value = positive(fields[index] ?? '', scale);
      return value === undefined ? [] : [[percent, value] as const];
    });
    table.rows.push({
      ...load,
      where,
      file,
      engine: text('engine'),
      iops,
      mean: number('mean'),
      percentiles: latencies,
      labels,
    });
  });
  return table;
}

function checkHeader(file: string, header: readonly string[], columns: ReadonlyMap<string, unknown>): void {
  const names = (key: string) => COLUMNS[key].map(([name]) => name);
  const missing = ['bytes', 'depth'].find((key) => !columns.has(key));
  const all = Object.values(COLUMNS).flatMap((list) => list.map(([name]) => name));
  const near = header.map((name) => suggestion(name, all)).find((text) => text !== '') ?? '';
  if (missing !== undefined) {
    throw new InputError(
      `${file}:1: found the columns ${header.join(', ')}; one of ${names(missing).join(', ')} is needed${near}`,
    );
  }
  if (!['iops', 'bandwidth', 'mean'].some((key) => columns.has(key))) {
    const wanted = [...names('iops'), ...names('bandwidth'), ...names('mean')];
    throw new InputError(
      `${file}:1: found nothing measured; one of the columns ${wanted.join(', ')} is needed${near}`,
    );
  }
}

/** The load of a line, or why there is none. `4k`, `4kb`, `68 KiB random`, `11.83 MB random` are sizes. */
function loadIn(
  text: (key: string) => string,
): Pick<MeasuredRow, 'pattern' | 'bytes' | 'depth' | 'jobs'> | string {
  const size = /^(\d+(?:\.\d+)?)\s*([kmg]?)(i?)(b?)\b\s*(\w+)?/i.exec(text('bytes'));
  if (!size) return `found a block size of '${text('bytes')}'; allowed is e.g. 4k or 128 KiB`;
  const [, digits, prefix, , , word] = size;
  // As fio: k is 1024. Where a table writes MB after a space it means 10^6.
  const power = prefix ? 'kmg'.indexOf(prefix.toLowerCase()) + 1 : 0;
  const decimal = /\d\s+[kmg]b/i.test(text('bytes'));
  const bytes = Math.round((Number(digits) * (decimal ? 1000 : 1024) ** power) / 512) * 512;
  const written = (text('pattern') || word || 'randread').toLowerCase();
  const pattern =
    PATTERN_NAMES[written] ?? (PATTERNS.find((name) => name === written) as RowPattern | undefined);
  if (!pattern) return `pattern '${written}' is not used; allowed are ${PATTERNS.join(', ')}`;
  if (bytes === 0) return `a block size of ${text('bytes')} is less than a block of 512 B`;
  const depth = /^(\d+)(?![\d.])/.exec(text('depth'));
  if (!depth || Number(depth[1]) < 1)
    return `found a depth of '${text('depth')}'; allowed is a whole number from 1`;
  const jobs = text('jobs') === '' ? 1 : Number(text('jobs'));
  if (!(Number.isInteger(jobs) && jobs >= 1))
    return `found ${text('jobs')} jobs; allowed is a whole number from 1`;
  return { pattern, bytes, depth: Number(depth[1]), jobs };
}

/** p999 is 99.9, as p99999 is 99.999. */
const percentOf = (digits: string) =>
  digits.includes('.') || digits.length <= 2
    ? Number(digits)
    : Number(`${digits.slice(0, 2)}.${digits.slice(2)}`);

function positive(text: string, scale: number): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return value > 0 && Number.isFinite(value) ? value * scale : undefined;
}

const divided = (rate: number | undefined, bytes: number) => (rate === undefined ? undefined : rate / bytes);
