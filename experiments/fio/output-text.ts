/** fio's normal output. Source: fio stat.c, show_thread_status_normal; the layout is fio's, the numbers are rounded as it does. */
import { version } from '../version.ts';
import type { LatencyBins } from './latency-bins.ts';
import { LATENCY_CLASSES } from './latency-classes.ts';
import { DEPTHS, type DirectionMeasured, type JobMeasured } from './measurements.ts';

/** `38.4k`, with fio's three significant digits. */
function short(value: number, base: number, units: readonly string[]): string {
  let unit = 0;
  while (value >= base && unit < units.length - 1) {
    value /= base;
    unit++;
  }
  const digits = unit === 0 ? 0 : value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)}${units[unit]}`;
}

const DECIMAL = ['', 'k', 'M', 'G', 'T', 'P'];
const binaryBytes = (bytes: number) => short(bytes, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']);
const decimalBytes = (bytes: number) => short(bytes, 1000, ['B', 'kB', 'MB', 'GB', 'TB', 'PB']);
const both = (bytes: number, suffix = '') =>
  `${binaryBytes(bytes)}${suffix} (${decimalBytes(bytes)}${suffix})`;

/** The unit that fio would choose for a latency, and its size in ns. */
const unitOf = (mean: number): [string, number] =>
  mean >= 1e7 ? ['msec', 1e6] : mean >= 1e4 ? ['usec', 1e3] : ['nsec', 1];

function latencyLine(label: string, latency: LatencyBins): string {
  const [unit, size] = unitOf(latency.mean);
  const whole = (value: number) => Math.floor(value / size);
  const mean = (latency.mean / size).toFixed(2);
  const deviation = (latency.deviation / size).toFixed(2);
  return `    ${label} (${unit}): min=${whole(latency.min)}, max=${whole(latency.max)}, avg=${mean}, stdev=${deviation}`;
}

function percentileLines(latency: LatencyBins, percents: readonly number[]): string[] {
  const [unit, size] = unitOf(latency.mean);
  const sorted = [...percents].sort((a, b) => a - b);
  const values = latency.percentiles(sorted).map((value) => String(Math.round(value / size)));
  const width = Math.max(...values.map((value) => value.length));
  const cells = sorted.map(
    (percent, i) => `${percent.toFixed(2).padStart(5)}th=[${values[i].padStart(width)}]`,
  );
  const lines = [`    clat percentiles (${unit}):`];
  for (let i = 0; i < cells.length; i += 4) {
    const last = i + 4 >= cells.length;
    lines.push(`     | ${cells.slice(i, i + 4).join(', ')}${last ? '' : ','}`);
  }
  return lines;
}

function directionLines(name: string, { bytes, latency }: DirectionMeasured, entry: JobMeasured): string[] {
  if (latency.count === 0) return [];
  const { seconds, job } = entry;
  const iops = short(latency.count / seconds, 1000, DECIMAL);
  const rate = bytes / seconds;
  const run = `${binaryBytes(bytes)}/${Math.round(seconds * 1e3)}msec`;
  return [
    `  ${name}: IOPS=${iops}, BW=${binaryBytes(rate)}/s (${decimalBytes(rate)}/s)(${run})`,
    latencyLine('clat', latency),
    latencyLine(' lat', latency),
    ...percentileLines(latency, job.percentiles),
  ];
}

function classLines({ directions }: JobMeasured): string[] {
  const total = directions[0].latency.count + directions[1].latency.count;
  const share = (low: number, high: number) =>
    directions.reduce((sum, { latency }) => sum + latency.share(low, high) * latency.count, 0) / total;
  return (['ns', 'us', 'ms'] as const).flatMap((unit) => {
    const cells = LATENCY_CLASSES.filter((each) => each.unit === unit)
      .map(({ name, low, high }) => ({ name, value: share(low, high) }))
      .filter(({ value }) => value > 0)
      .map(({ name, value }) => `${name}=${Math.max(value, 0.01).toFixed(2)}%`);
    return cells.length > 0 ? [`  lat (${unit}ec)   : ${cells.join(', ')}`] : [];
  });
}

function jobText(entry: JobMeasured): string {
  const { job, group, clones, directions, depths } = entry;
  const total = depths.reduce((sum, count) => sum + count, 0);
  const level = (limit: number) => (limit === Number.POSITIVE_INFINITY ? '>=64' : String(limit));
  const levels = DEPTHS.map(
    (limit, i) => `${level(limit)}=${((100 * depths[i]) / Math.max(1, total)).toFixed(1)}%`,
  );
  const issued = directions.map(({ latency }) => latency.count).join(',');
  return [
    `${job.name}: (groupid=${group}, jobs=${clones}): err= 0`,
    ...directionLines('read', directions[0], entry),
    ...directionLines('write', directions[1], entry),
    ...classLines(entry),
    `  IO depths    : ${levels.join(', ')}`,
    `     issued rwts: total=${issued},0,0 short=0,0,0,0 dropped=0,0,0,0`,
    `     latency   : target=0, window=0, percentile=100.00%, depth=${job.depth}`,
  ].join('\n');
}

function groupText(group: number, entries: readonly JobMeasured[]): string {
  const lines = ([0, 1] as const).flatMap((direction) => {
    const used = entries.filter(({ directions }) => directions[direction].latency.count > 0);
    if (used.length === 0) return [];
    const rates = used.map(({ directions, seconds }) => directions[direction].bytes / seconds);
    const bytes = used.reduce((sum, { directions }) => sum + directions[direction].bytes, 0);
    const times = used.map(({ seconds }) => Math.round(seconds * 1e3));
    const rate = bytes / Math.max(...used.map(({ seconds }) => seconds));
    const span = `${binaryBytes(Math.min(...rates))}/s-${binaryBytes(Math.max(...rates))}/s`;
    const run = `${Math.min(...times)}-${Math.max(...times)}msec`;
    return [
      `  ${direction === 0 ? ' READ' : 'WRITE'}: bw=${both(rate, '/s')}, ${span}, io=${both(bytes)}, run=${run}`,
    ];
  });
  return [`Run status group ${group} (all jobs):`, ...lines].join('\n');
}

/** @param entries what `reported` gives */
export function fioText(entries: readonly JobMeasured[]): string {
  const heads = entries.map(({ job, group }) => {
    const [read, write] = job.blockSize.map((bytes) => `${bytes}B-${bytes}B`);
    const blocks = `(R) ${read}, (W) ${write}`;
    return `${job.name}: (g=${group}): rw=${job.pattern}, bs=${blocks}, ioengine=${job.engine}, iodepth=${job.depth}`;
  });
  const groups = [...new Set(entries.map(({ group }) => group))];
  return `${[
    ...heads,
    `nvmoe-${version} (simulated)`,
    '',
    ...entries.map(jobText),
    '',
    ...groups.map((group) =>
      groupText(
        group,
        entries.filter((each) => each.group === group),
      ),
    ),
  ].join('\n')}\n`;
}
