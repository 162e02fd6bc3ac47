/** Which options of fio the simulation obeys, which cannot matter to it, and which it refuses. */
import { InputError, suggestion } from '../errors.ts';

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
  'invalidate',
  'filename',
  'hipri',
  'sqthread_poll',
  'fixedbufs',
  'iodepth_batch',
  'ioscheduler',
]); // prettier-ignore

/** Say nothing of what a simulated drive sees, or only how fio shows or organises it. */
const SILENT = new Set([
  'directory',
  'thread',
  'allow_file_create',
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
  'registerfiles',
  'nonvectored',
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

/** @returns warnings about options without effect. @throws InputError for one that would change what is measured */
export function checkNames(name: string, options: Record<string, string>): string[] {
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
