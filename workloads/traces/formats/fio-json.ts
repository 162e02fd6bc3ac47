/**
 * fio's JSON results (`--output-format=json` or `json+`): rates and latency distributions of each job.
 *
 * Percentiles are taken only where they can be true. With SQPOLL fio never stamps the submission, and the completion
 * latency percentiles then sit in fio's last bucket (17,112,760,320 ns) or above the largest latency recorded.
 */
import { CERTAIN, type Imported, type Importer, type TraceFormat } from '../imported.ts';
import { overDepth } from '../plausibility.ts';
import { TraceError } from '../trace-error.ts';
import { parseJson, TextSink } from './json-text.ts';

const NAME = 'fio-json';
const EXPECTED = 'fio --output-format=json or json+: an object with "fio version" and "jobs"';

export interface FioLatency {
  mean: number;
  min: number;
  max: number;
  stddev: number;
  samples: number;
  /** [percent, seconds]; absent where fio gave none or where they were refused. */
  percentiles?: [number, number][];
  /** [seconds, count] of json+. */
  bins?: [number, number][];
}

export interface FioDirection {
  requests: number;
  bytes: number;
  seconds: number;
  requestsPerSecond: number;
  bytesPerSecond: number;
  submission?: FioLatency;
  completion?: FioLatency;
  total?: FioLatency;
}

export interface FioJob {
  name: string;
  /** Global options and the job's own over them, as fio printed them. */
  options: Record<string, string>;
  read?: FioDirection;
  write?: FioDirection;
  trim?: FioDirection;
  /** Percent of a core. */
  userCpu: number;
  systemCpu: number;
}

export const fioJson: TraceFormat = {
  name: NAME,
  describes: 'fio JSON or JSON+ result',
  detect: ({ text }) => (/"fio version"\s*:/.test(text) ? CERTAIN : 0),
  open: () => open(),
};

function open(): Importer {
  const sink = new TextSink(NAME);
  const finish = (): Imported => {
    const { value, warnings } = parseJson(NAME, sink.text(), EXPECTED);
    const root = object(value);
    if (!Array.isArray(root.jobs))
      throw new TraceError(NAME, 'the top level', Object.keys(root).join(', '), EXPECTED);
    const globals = strings(root['global options']);
    const fio = root.jobs.map((job) => jobOf(object(job), globals, warnings));
    return { format: NAME, fio, warnings };
  };
  return { push: (chunk) => sink.push(chunk), finish };
}

type Json = Record<string, unknown>;
const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const number = (value: unknown): number => (typeof value === 'number' ? value : NaN);
const strings = (value: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(object(value)).map(([key, text]) => [key, String(text)]));

function jobOf(job: Json, globals: Record<string, string>, warnings: string[]): FioJob {
  const name = String(job.jobname ?? '');
  const options = { ...globals, ...strings(job['job options']) };
  const direction = (key: 'read' | 'write' | 'trim') =>
    directionOf(object(job[key]), `job ${name} ${key}`, warnings);
  const result: FioJob = { name, options, userCpu: number(job.usr_cpu), systemCpu: number(job.sys_cpu) };
  for (const key of ['read', 'write', 'trim'] as const) {
    const one = direction(key);
    if (one !== undefined) result[key] = one;
  }
  const inFlight = [result.read, result.write, result.trim].reduce((sum, one) => {
    const latency = one?.total ?? one?.completion;
    return sum + (one && latency ? one.requestsPerSecond * latency.mean : 0);
  }, 0);
  const depth =
    Number(options.iodepth ?? 1) * (options.group_reporting === undefined ? 1 : Number(options.numjobs ?? 1));
  const violation = overDepth(inFlight, depth);
  if (violation !== undefined) warnings.push(`job ${name}: ${violation}`);
  return result;
}

function directionOf(data: Json, where: string, warnings: string[]): FioDirection | undefined {
  const requests = number(data.total_ios);
  if (!(requests > 0)) return undefined;
  const latency = (key: string) => latencyOf(object(data[`${key}_ns`]), `${where} ${key}`, warnings);
  return {
    requests,
    bytes: number(data.io_bytes),
    seconds: number(data.runtime) / 1e3,
    requestsPerSecond: number(data.iops),
    // fio before 3.0 prints KiB/s only.
    bytesPerSecond: data.bw_bytes === undefined ? number(data.bw) * 1024 : number(data.bw_bytes),
    submission: latency('slat'),
    completion: latency('clat'),
    total: latency('lat'),
  };
}

function latencyOf(data: Json, where: string, warnings: string[]): FioLatency | undefined {
  const samples = number(data.N);
  const percentiles = pairs(data.percentile);
  if (!(samples > 0) && percentiles.length === 0) return undefined;
  const nanoseconds = {
    mean: number(data.mean),
    min: number(data.min),
    max: number(data.max),
    stddev: number(data.stddev),
  };
  const latency: FioLatency = {
    mean: nanoseconds.mean * 1e-9,
    min: nanoseconds.min * 1e-9,
    max: nanoseconds.max * 1e-9,
    stddev: nanoseconds.stddev * 1e-9,
    samples,
  };
  const refusal = implausible(percentiles, samples, nanoseconds);
  if (refusal !== undefined) warnings.push(`${where}: percentiles refused: ${refusal}`);
  else if (percentiles.length > 0)
    latency.percentiles = percentiles.map(([percent, value]) => [percent, value * 1e-9]);
  const bins = pairs(data.bins);
  if (bins.length > 0 && refusal === undefined)
    latency.bins = bins.map(([value, count]) => [value * 1e-9, count]);
  if (!(samples > 0)) return undefined;
  return latency;
}

const pairs = (value: unknown): [number, number][] =>
  Object.entries(object(value))
    .map(([key, count]): [number, number] => [Number(key), number(count)])
    .sort((a, b) => a[0] - b[0]);

/** Buckets are 1/64 of their value wide (fio, stat.h: 6 mantissa bits), and a percentile is a bucket's middle. */
const BUCKET = 1 + 1 / 64;

/** Why percentiles cannot belong to the latencies whose mean, least and largest are given (ns), or undefined. */
function implausible(
  percentiles: [number, number][],
  samples: number,
  latency: { mean: number; min: number; max: number },
): string | undefined {
  if (percentiles.length === 0) return undefined;
  if (!(samples > 0)) return 'no latency was recorded (fio with SQPOLL does not stamp submissions)';
  const last = percentiles[percentiles.length - 1];
  if (last[1] > latency.max * BUCKET + 1)
    return `p${last[0]} = ${last[1]} ns is above the largest latency, ${latency.max} ns`;
  if (percentiles[0][1] * BUCKET + 1 < latency.min)
    return `p${percentiles[0][0]} = ${percentiles[0][1]} ns is below the least latency, ${latency.min} ns`;
  for (let i = 1; i < percentiles.length; i++)
    if (percentiles[i][1] < percentiles[i - 1][1])
      return `p${percentiles[i][0]} is below p${percentiles[i - 1][0]}`;
  return undefined;
}
