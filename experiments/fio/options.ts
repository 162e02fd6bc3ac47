/** From fio's options to a job: values parsed, defaults filled in. */
import { SCHEDULERS, type SchedulerName } from '../../devices/index.ts';
import type { BlockTrace } from '../../workloads/traces/index.ts';
import { InputError, suggestion } from '../errors.ts';
import { checkJob } from './check-job.ts';
import type { FioJob, Pattern } from './job.ts';
import type { Section } from './job-file.ts';
import { checkNames } from './option-names.ts';
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
    engine: engineOf(options),
    fixedBuffers: value('fixedbufs', false, parseSwitch),
    batch: value('iodepth_batch', 1, count(1)),
    scheduler: value('ioscheduler', undefined, schedulerOf),
    file: options.filename,
    invalidate: value('invalidate', true, parseSwitch),
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
    ['rw'],
  );
}

/** io_uring's ways of polling are engines of their own here. */
function engineOf({ ioengine = 'psync', hipri = '0', sqthread_poll = '0' }: Section['options']): string {
  const [iopoll, sqpoll] = [parseSwitch('hipri', hipri), parseSwitch('sqthread_poll', sqthread_poll)];
  if (iopoll && sqpoll)
    throw new InputError('found hipri with sqthread_poll: no cost of both is known; use one of them');
  if (ioengine !== 'io_uring' || !(iopoll || sqpoll)) return ioengine;
  return iopoll ? 'io_uring-iopoll' : 'io_uring-sqpoll';
}

function schedulerOf(option: string, text: string): SchedulerName {
  const found = SCHEDULERS.find((name) => name === text);
  if (found) return found;
  throw new InputError(
    `${option}=${text}: allowed are ${SCHEDULERS.join(', ')}${suggestion(text, SCHEDULERS)}`,
    [option],
  );
}

function percentile(option: string, text: string): number {
  const value = Number(text);
  if (text !== '' && value > 0 && value <= 100) return value;
  throw new InputError(`${option}: found ${text}; allowed are percentages above 0 to 100, e.g. 50:99:99.9`, [
    option,
  ]);
}

/** rate_iops, or `rate` (bytes per second) by the block size. */
function ratesOf({ options, blockSize }: FioJob): [number, number] {
  if (options.rate_iops !== undefined)
    return [...perDirection(options.rate_iops, (part) => parseCount('rate_iops', part, 1))];
  if (options.rate === undefined) return [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const [read, write] = perDirection(options.rate, (part) => parseCount('rate', part, 1));
  return [read / blockSize[0], write / blockSize[1]];
}
