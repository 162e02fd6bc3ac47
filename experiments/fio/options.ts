/**
 * The options of fio: those the simulation obeys become a job; those that cannot matter to it are named in a warning; and
 * those that would change what is measured in a way it does not follow are errors.
 */
import type { BlockTrace } from '../../workloads/traces/index.ts';
import { InputError, suggestion } from '../errors.ts';
import type { FioJob, Pattern } from './job.ts';
import { reads, writes } from './job.ts';
import type { Section } from './job-file.ts';
import { replayLog } from './replay-log.ts';
import { parseCount, parseSeconds, parseSize, parseSwitch, perDirection } from './values.ts';

/** What the simulated device says of itself. */
export interface Target {
  readonly capacity: number;
  readonly blockSize: number;
  /** Share of the device that `size` covers by default, and whether streams start anywhere in it. */
  readonly defaultShare: number;
  readonly randomStart: boolean;
}

/** Obeyed. */
const KNOWN = new Set([
  'name',
  'rw',
  'bs',
  'iodepth',
  'numjobs',
  'direct',
  'buffered',
  'ioengine',
  'offset',
  'offset_increment',
  'size',
  'io_size',
  'number_ios',
  'runtime',
  'time_based',
  'ramp_time',
  'startdelay',
  'loops',
  'rwmixread',
  'rwmixwrite',
  'rate',
  'rate_iops',
  'rate_process',
  'norandommap',
  'stonewall',
  'group_reporting',
  'randseed',
  'percentile_list',
  'random_distribution',
  'read_iolog',
  'replay_no_stall',
]); // prettier-ignore

/** Say nothing of what a simulated drive sees, or only how fio shows or organises it. */
const SILENT = new Set([
  'filename',
  'directory',
  'thread',
  'allow_file_create',
  'invalidate',
  'cpus_allowed',
  'cpus_allowed_policy',
  'numa_cpu_nodes',
  'eta',
  'eta_newline',
  'status_interval',
  'disk_util',
  'unified_rw_reporting',
  'clat_percentiles',
  'lat_percentiles',
  'slat_percentiles',
  'minimal',
  'description',
  'randrepeat',
  'allrandrepeat',
  'refill_buffers',
  'scramble_buffers',
  'zero_buffers',
  'gtod_reduce',
  'clocksource',
  'exitall',
  'nice',
  'prio',
  'create_on_open',
  'file_service_type',
  'openfiles',
  'nrfiles',
  'filesize',
  'log_avg_msec',
  'write_bw_log',
  'write_lat_log',
  'write_iops_log',
  'log_offset',
  'per_job_logs',
  'random_generator',
  'fallocate',
  'do_verify',
  'new_group',
  'warnings_fatal',
  'bandwidth_log',
  'end_fsync',
  'kb_base',
  'unit_base',
  'replay_redirect',
]); // prettier-ignore

/** Change the load in ways that the simulation does not follow. */
const REFUSED: Record<string, string> = {
  bssplit: 'several block sizes in one job; write one job for each',
  bsrange: 'a range of block sizes; write one job for each size',
  ba: 'another alignment of the offsets than the block size',
  bs_unaligned: 'offsets inside a logical block',
  rw_sequencer: 'another order of offsets',
  verify: 'reading back what was written',
  trim: 'trims',
  thinktime: 'pauses between the requests; rate_iops gives an open load',
  flow: 'jobs that take turns by tokens',
  latency_target: 'searching for a depth; run several depths',
  zonemode: 'zones',
  read_hist_log: 'replaying a log',
  steadystate: 'stopping by steady state; use runtime',
  percentage_random: 'a mixture of random and sequential offsets',
  fsync: 'flushes',
  fdatasync: 'flushes',
  sync: 'flushes',
  rate_min: 'ending by a rate that is not reached',
  rate_iops_min: 'ending by a rate that is not reached',
  iodepth_batch_complete_min: 'completions held back to come in batches',
  profile: 'a built-in profile',
};

const PATTERNS: Record<string, Pattern> = {
  read: 'read',
  write: 'write',
  randread: 'randread',
  randwrite: 'randwrite',
  rw: 'rw',
  readwrite: 'rw',
  randrw: 'randrw',
}; // prettier-ignore
const PERCENTILES = [1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99, 99.5, 99.9, 99.95, 99.99];
const NO_LIMIT_SECONDS = 1;
const PAGE = 4096;

/** @returns the job, and warnings about options without effect. @throws InputError */
export function jobOf({ name, options }: Section, target: Target): { job: FioJob; warnings: string[] } {
  const warnings = checkNames(name, options);
  const value = <T>(option: string, otherwise: T, parse: (option: string, text: string) => T): T =>
    options[option] === undefined ? otherwise : parse(option, options[option]);
  const count = (min: number) => (option: string, text: string) => parseCount(option, text, min);
  const size = (option: string, text: string) => parseSize(option, text, target.capacity);
  const numberIos = value('number_ios', Number.POSITIVE_INFINITY, count(1));
  const runtime = value('runtime', Number.POSITIVE_INFINITY, parseSeconds);
  const timeBased = value('time_based', false, parseSwitch);
  const offset = value('offset', 0, size);
  const region = Math.min(
    value('size', Math.floor(target.capacity * target.defaultShare), size),
    target.capacity - offset,
  );
  const loops = value('loops', 1, count(1));
  const endless = ['runtime', 'number_ios', 'size', 'io_size', 'read_iolog'].every(
    (option) => options[option] === undefined,
  );
  if (endless)
    warnings.push(
      `${name}: no size, runtime or number_ios: stops after ${NO_LIMIT_SECONDS} s of simulated time`,
    );
  const replay = value('read_iolog', undefined, (_, file) => replayLog(file, target));
  const draft: FioJob = {
    name,
    options,
    pattern: patternOf(value('rw', 'read', (_, text) => text)),
    readShare:
      options.rwmixwrite === undefined
        ? value('rwmixread', 50, count(0))
        : 100 - parseCount('rwmixwrite', options.rwmixwrite, 0),
    blockSize: replay
      ? largestOf(replay)
      : value('bs', [PAGE, PAGE] as const, (option, text) =>
          perDirection(text, (part) => parseCount(option, part, 1)),
        ),
    depth: value('iodepth', 1, count(1)),
    clones: value('numjobs', 1, count(1)),
    direct:
      options.buffered === undefined
        ? value('direct', false, parseSwitch)
        : !parseSwitch('buffered', options.buffered),
    engine: value('ioengine', 'psync', (_, text) => text),
    offset,
    offsetIncrement: value('offset_increment', 0, size),
    size: region,
    ioSize: value('io_size', region * loops, size),
    numberIos,
    runtime: endless ? NO_LIMIT_SECONDS : runtime,
    timeBased: timeBased || endless,
    rampTime: value('ramp_time', 0, parseSeconds),
    startDelay: value('startdelay', 0, parseSeconds),
    rateIops: [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    poisson: value('rate_process', 'linear', (_, text) => text) === 'poisson',
    repeats: value('norandommap', false, parseSwitch),
    randomStart: target.randomStart && options.offset === undefined,
    stonewall: value('stonewall', false, parseSwitch),
    groupReporting: value('group_reporting', false, parseSwitch),
    seed: value('randseed', '', (_, text) => text),
    replay,
    noStall: value('replay_no_stall', false, parseSwitch),
    percentiles: value('percentile_list', PERCENTILES, (option, text) =>
      text.split(':').map((part) => percentile(option, part)),
    ),
  };
  const job = { ...draft, rateIops: ratesOf(draft) };
  checkJob(job, target);
  return { job, warnings };
}

function checkNames(name: string, options: Record<string, string>): string[] {
  const unknown: string[] = [];
  for (const [option, text] of Object.entries(options)) {
    const refused = REFUSED[option];
    if (refused !== undefined && text !== '0') {
      throw new InputError(`${name}: option ${option} asks for ${refused}; this is not simulated; remove it`);
    }
    if (refused === undefined && !KNOWN.has(option) && !SILENT.has(option)) unknown.push(option);
  }
  return unknown.map(
    (option) => `${name}: option ${option} has no effect here${suggestion(option, [...KNOWN])}`,
  );
}

/** Ends that fio's replay would have too, and the simulated one has not. */
const NOT_OF_REPLAYS = ['runtime', 'number_ios', 'io_size', 'rate', 'rate_iops', 'ramp_time', 'loops'];

function largestOf(replay: BlockTrace): [number, number] {
  let largest = 0;
  for (let row = 0; row < replay.length; row++) largest = Math.max(largest, replay.bytesOf(row));
  return [largest, largest];
}

function patternOf(text: string): Pattern {
  const [kind, modifier] = text.split(':');
  const pattern = PATTERNS[kind];
  if (pattern && modifier === undefined) return pattern;
  throw new InputError(
    `rw=${text}: allowed are ${Object.keys(PATTERNS).join(', ')}${suggestion(text, Object.keys(PATTERNS))}`,
  );
}

function percentile(option: string, text: string): number {
  const value = Number(text);
  if (text !== '' && value > 0 && value <= 100) return value;
  throw new InputError(`${option}: found ${text}; allowed are percentages above 0 to 100, e.g. 50:99:99.9`);
}

/** rate_iops, or `rate` (bytes per second) by the block size. */
function ratesOf({ options, blockSize }: FioJob): [number, number] {
  if (options.rate_iops !== undefined)
    return [...perDirection(options.rate_iops, (part) => parseCount('rate_iops', part, 1))];
  if (options.rate === undefined) return [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const [read, write] = perDirection(options.rate, (part) => parseCount('rate', part, 1));
  return [read / blockSize[0], write / blockSize[1]];
}

function checkJob(job: FioJob, { blockSize, capacity }: Target): void {
  const { name, options, offset, size } = job;
  const sizes = [...(reads(job) ? [job.blockSize[0]] : []), ...(writes(job) ? [job.blockSize[1]] : [])];
  if (options.rate_process !== undefined && !['linear', 'poisson'].includes(options.rate_process)) {
    throw new InputError(`${name}: rate_process=${options.rate_process}: allowed are linear and poisson`);
  }
  if (options.random_distribution !== undefined && options.random_distribution !== 'random') {
    throw new InputError(
      `${name}: random_distribution=${options.random_distribution}: only random is simulated; remove it`,
    );
  }
  const unused = job.replay && NOT_OF_REPLAYS.find((option) => options[option] !== undefined);
  if (unused !== undefined) {
    throw new InputError(
      `${name}: found ${unused} beside read_iolog; a log is replayed whole and as written; remove it`,
    );
  }
  if (!(job.readShare >= 0 && job.readShare <= 100))
    throw new InputError(`${name}: rwmixread=${job.readShare}: allowed are 0 to 100`);
  for (const bytes of job.direct ? [...sizes, offset] : []) {
    if (bytes % blockSize === 0) continue;
    throw new InputError(
      `${name}: Invalid argument (EINVAL): direct I/O of ${bytes} B on a device of ${blockSize} B blocks; ` +
        `allowed are multiples of ${blockSize} B; use direct=0 or another bs`,
    );
  }
  const largest = Math.max(...sizes);
  if (size < largest || offset + (job.clones - 1) * job.offsetIncrement + largest > capacity) {
    throw new InputError(
      `${name}: bs of ${largest} B does not fit into ${size} B at offset ${offset} of a device of ${capacity} B`,
    );
  }
}
