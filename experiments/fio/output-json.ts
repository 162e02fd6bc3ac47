/**
 * fio's JSON (`--output-format=json`, json+ with latency bins): its keys, units and rounding, for fio's tooling. The
 * clock stands still, so that equal runs print equal bytes: timestamps are 0 and no CPU time is used.
 * Source: fio stat.c, add_ddir_status_json and show_thread_status_json.
 */
import { version } from '../version.ts';
import { LatencyBins } from './latency-bins.ts';
import { LATENCY_CLASSES } from './latency-classes.ts';
import { DEPTHS, type DirectionMeasured, type JobMeasured } from './measurements.ts';
import type { FioRun } from './run.ts';

const KIB = 1024;
const percentText = (percent: number) => percent.toFixed(6);

function latencyJson(latency: LatencyBins, percentiles: readonly number[], bins: boolean) {
  const { count, min, max, mean, deviation } = latency;
  const known = {
    min: count > 0 ? Math.floor(min) : 0,
    max: Math.floor(max),
    mean,
    stddev: deviation,
    N: count,
  };
  if (count === 0 || percentiles.length === 0) return known;
  const values = latency.percentiles(percentiles);
  const sorted = [...percentiles].sort((a, b) => a - b);
  return {
    ...known,
    percentile: Object.fromEntries(sorted.map((percent, i) => [percentText(percent), Math.round(values[i])])),
    ...(bins
      ? { bins: Object.fromEntries(latency.bins().map(([value, n]) => [String(Math.floor(value)), n])) }
      : {}),
  };
}

function directionJson(
  { bytes, latency }: DirectionMeasured,
  seconds: number,
  percentiles: readonly number[],
  bins: boolean,
) {
  const rate = (amount: number) => (seconds > 0 ? amount / seconds : 0);
  const used = latency.count > 0;
  const bw = Math.floor(rate(bytes) / KIB);
  return {
    io_bytes: bytes,
    io_kbytes: Math.floor(bytes / KIB),
    bw_bytes: Math.round(rate(bytes)),
    bw,
    iops: rate(latency.count),
    runtime: used ? Math.round(seconds * 1e3) : 0,
    total_ios: latency.count,
    short_ios: 0,
    drop_ios: 0,
    slat_ns: { min: 0, max: 0, mean: 0, stddev: 0, N: 0 },
    clat_ns: latencyJson(latency, percentiles, bins),
    lat_ns: latencyJson(latency, [], false),
    bw_min: used ? bw : 0,
    bw_max: used ? bw : 0,
    bw_agg: used ? 100 : 0,
    bw_mean: rate(bytes) / KIB,
    bw_dev: 0,
    bw_samples: used ? 1 : 0,
    iops_min: used ? Math.floor(rate(latency.count)) : 0,
    iops_max: used ? Math.floor(rate(latency.count)) : 0,
    iops_mean: rate(latency.count),
    iops_stddev: 0,
    iops_samples: used ? 1 : 0,
  };
}

const UNUSED_SYNC = { total_ios: 0, lat_ns: { min: 0, max: 0, mean: 0, stddev: 0, N: 0 } };

function depthLevels(depths: readonly number[]) {
  const total = depths.reduce((sum, count) => sum + count, 0);
  const name = (limit: number) => (limit === Number.POSITIVE_INFINITY ? '>=64' : String(limit));
  return Object.fromEntries(
    DEPTHS.map((limit, i) => [name(limit), total > 0 ? (100 * depths[i]) / total : 0]),
  );
}

function jobJson({ job, group, directions, seconds, depths }: JobMeasured, bins: boolean) {
  const both = directions.map(({ latency }) => latency);
  const total = both[0].count + both[1].count;
  const share = (low: number, high: number) =>
    total > 0 ? both.reduce((sum, latency) => sum + latency.share(low, high) * latency.count, 0) / total : 0;
  const classes = (unit: string) =>
    Object.fromEntries(
      LATENCY_CLASSES.filter((each) => each.unit === unit).map(({ name, low, high }) => [
        name,
        share(low, high),
      ]),
    );
  const direction = (i: 0 | 1) => directionJson(directions[i], seconds, job.percentiles, bins);
  return {
    jobname: job.name,
    groupid: group,
    error: 0,
    eta: 0,
    elapsed: Math.ceil(seconds),
    'job options': { name: job.name, ...job.options },
    read: direction(0),
    write: direction(1),
    trim: directionJson({ bytes: 0, latency: new LatencyBins() }, 0, [], false),
    sync: UNUSED_SYNC,
    job_runtime: Math.round(seconds * 1e3),
    usr_cpu: 0,
    sys_cpu: 0,
    ctx: 0,
    majf: 0,
    minf: 0,
    iodepth_level: depthLevels(depths),
    latency_ns: classes('ns'),
    latency_us: classes('us'),
    latency_ms: classes('ms'),
    latency_depth: job.depth,
    latency_target: 0,
    latency_percentile: 100,
    latency_window: 0,
  };
}

/** @param entries what `reported` gives */
export function fioJson(
  run: FioRun,
  entries: readonly JobMeasured[],
  global: Readonly<Record<string, string>>,
  bins: boolean,
) {
  const sum = (direction: 0 | 1) =>
    entries.reduce((total, { directions }) => total + directions[direction].latency.count, 0);
  const ticks = (direction: 0 | 1) =>
    entries.reduce(
      (
        total,
        {
          directions: {
            [direction]: { latency },
          },
        },
      ) => total + latency.mean * latency.count,
      0,
    ) / 1e6;
  const readTicks = Math.round(ticks(0));
  const writeTicks = Math.round(ticks(1));
  return {
    'fio version': `nvmoe-${version}`,
    timestamp: 0,
    timestamp_ms: 0,
    time: 'Thu Jan  1 00:00:00 1970',
    ...(Object.keys(global).length > 0 ? { 'global options': global } : {}),
    jobs: entries.map((each) => jobJson(each, bins)),
    disk_util: [
      {
        name: run.deviceName,
        read_ios: sum(0),
        write_ios: sum(1),
        read_merges: 0,
        write_merges: 0,
        read_ticks: readTicks,
        write_ticks: writeTicks,
        in_queue: readTicks + writeTicks,
        util: run.seconds > 0 ? Math.min(100, (0.1 * (readTicks + writeTicks)) / run.seconds) : 0,
      },
    ],
    ...(run.activity || run.pageCache
      ? { nvmoe: { ...run.activity, ...(run.pageCache ? { pageCache: run.pageCache } : {}) } }
      : {}),
  };
}
