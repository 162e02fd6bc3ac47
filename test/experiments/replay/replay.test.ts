/** `nvmoe replay`: the exported job reads what the run read, with its pauses and depth; results are compared part by part. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { IdealDevice } from '../../../devices/index.ts';
import { parseJobFile } from '../../../experiments/fio/job-file.ts';
import { jobOf } from '../../../experiments/fio/options.ts';
import { runFio } from '../../../experiments/fio/run.ts';
import { loadExperiments, type Point } from '../../../experiments/load.ts';
import { compareReplay } from '../../../experiments/replay/compare.ts';
import { exportReplay } from '../../../experiments/replay/export-replay.ts';
import { type Part, recordRun } from '../../../experiments/replay/record-run.ts';
import { RecordedArray } from '../../../experiments/replay/recorded-array.ts';
import { runExperiment } from '../../../experiments/run.ts';
import { experimentText, writeTemporary } from '../experiment-text.ts';

const target = { capacity: 1e12, blockSize: 512, defaultShare: 1, randomStart: false };
const folder = () => mkdtempSync(join(tmpdir(), 'nvmoe-replay-'));
const drive = { name: 'd', capacity: 1e12, readLatency: 50e6, writeLatency: 1e6 };
const rates = { readBandwidth: 5e9, writeBandwidth: 5e9 };

let point: Point;
let parts: Part[];
beforeAll(async () => {
  const text = experimentText({
    storage: 'storage: {device: {fidelity: ideal, latency: 50 us, bandwidth: 5 GB/s}}',
    cache: 'cache: {capacity: 2 GiB}',
    io: 'io: {request: 1 MiB, queueDepth: 8, threads: 1}',
  });
  const loaded = await loadExperiments(writeTemporary(text));
  point = loaded.points[0];
  parts = recordRun(point.experiment, 2, 'prompt');
});

/** The jobs of a folder on a recorded ideal drive. */
function replayed(out: string) {
  const sections = parseJobFile(readFileSync(join(out, 'replay.fio'), 'utf8'), 'replay.fio').jobs;
  const jobs = sections.map(({ name, options }) => {
    const inFolder = { ...options, read_iolog: join(out, options.read_iolog) };
    return jobOf({ name, options: inFolder }, target).job;
  });
  let array!: RecordedArray;
  const device = (sim: ConstructorParameters<typeof RecordedArray>[0]) => {
    array = new RecordedArray(sim, {
      name: 'recorded',
      devices: [new IdealDevice(sim, { ...drive, ...rates })],
    });
    return array;
  };
  const run = runFio(jobs, { device }, '1');
  return { run, trace: array.trace };
}

const export_ = (change: Partial<Parameters<typeof exportReplay>[1]> = {}) => {
  const out = folder();
  const options = { target: '/dev/x', tokens: 2, from: 'prompt' as const, noStall: false, out, ...change };
  return { out, exported: exportReplay(point, options) };
};

describe('a recorded run', () => {
  it('has a part for the prompt and for each token, and the bytes of the run', () => {
    expect(parts.map(({ name }) => name)).toEqual(['prompt', 'token-1', 'token-2']);
    const whole = recordRun(point.experiment, 100, 'decode');
    const result = runExperiment(point.experiment);
    const measured = whole.slice(result.tokens.warmup).flatMap(({ requests }) => requests);
    expect(measured.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(result.storage.bytesRead);
  });
});

describe('the exported job', () => {
  it('reads the same offsets and bytes in the same order, at no more than the depth', () => {
    const { out, exported } = export_();
    const { run, trace } = replayed(out);
    const asked = parts.flatMap(({ requests }) => requests.map(({ offset, bytes }) => [offset, bytes]));
    const read = Array.from({ length: trace.length }, (_, row) => [trace.offsetOf(row), trace.bytesOf(row)]);
    expect(read).toEqual(asked);
    expect(exported.requests).toBe(asked.length);
    expect(exported.targetBytes).toBe(Math.max(...asked.map(([offset, bytes]) => offset + bytes)));
    expect(run.measured.map(({ job }) => job.depth).every((depth) => depth >= 1 && depth <= 8)).toBe(true);
  });

  it('takes the time of the run with its pauses, and no longer without them', () => {
    const predicted = JSON.parse(readFileSync(export_().exported.prediction, 'utf8')).parts as {
      seconds: number;
    }[];
    const paused = replayed(export_().out).run.measured;
    const fast = replayed(export_({ noStall: true }).out).run.measured;
    predicted.forEach(({ seconds }, i) => {
      expect(paused[i].seconds / seconds).toBeCloseTo(1, 2);
      expect(fast[i].seconds).toBeLessThanOrEqual(paused[i].seconds);
    });
    expect(fast[1].seconds).toBeLessThan(0.9 * paused[1].seconds);
  });

  it('says what is wrong', () => {
    expect(() => export_({ target: '/mnt/my disk' })).toThrow(/without blanks/);
    const log = (text: string) => writeTemporary(`fio version 3 iolog\n0 f add\n${text}`, 'x.log');
    const job = (text: string, more = {}) =>
      jobOf({ name: 'j', options: { direct: '1', read_iolog: log(text), ...more } }, target);
    expect(() => job('')).toThrow(/found no request/);
    expect(() => job('1 f read 100 4096\n')).toThrow(/whole blocks/);
    expect(() => job('1 f read 999999999488 4096\n')).toThrow(/device ends/);
    expect(() => job('1 f trim 0 4096\n')).toThrow(/trim/);
    expect(() => job('1 f read 0 4096\n', { runtime: '1' })).toThrow(/runtime beside read_iolog/);
  });
});

describe('replaying a log', () => {
  const seconds = (text: string, more: Record<string, string> = {}) => {
    const read_iolog = writeTemporary(`fio version 3 iolog\n0 f add\n${text}`, 'x.log');
    const { job } = jobOf({ name: 'j', options: { direct: '1', iodepth: '4', read_iolog, ...more } }, target);
    const device = (sim: ConstructorParameters<typeof IdealDevice>[0]) =>
      new IdealDevice(sim, { ...drive, readBandwidth: 1e15, writeBandwidth: 1e15 });
    return runFio([job], { device }, '1').measured[0].seconds;
  };
  const three = '1 f read 0 4096\n301 f read 4096 4096\n401 f read 8192 4096\n';

  it('keeps the pauses: 300 + 100 us and the last read of 50 us', () =>
    expect(seconds(three)).toBeCloseTo(450e-6, 8));
  it('holds back at depth 1 what is due: three reads of 50 us', () =>
    expect(seconds(three.replace('301', '11').replace('401', '21'), { iodepth: '1' })).toBeCloseTo(
      150e-6,
      8,
    ));
  it('drops them with replay_no_stall', () =>
    expect(seconds(three, { replay_no_stall: '1' })).toBeCloseTo(50e-6, 8));
});

describe('compare', () => {
  const prediction = (name: string, requests: number) => {
    const figures = { bytes: 8e6, seconds: 0.01, bytesPerSecond: 8e8, p50Seconds: 1e-4, p99Seconds: 4e-4 };
    const part = { name, requests, ...figures };
    return write('prediction.json', { schema: 'nvmoe.replay/1', experiment: 'e', parts: [part] });
  };
  const write = (name: string, value: unknown) => {
    const path = join(folder(), name);
    writeFileSync(path, JSON.stringify(value));
    return path;
  };
  const result = (ms: number, p50: number) =>
    write('measured.json', {
      'fio version': 'fio-3.33',
      jobs: [
        {
          jobname: 'token-1',
          read: {
            total_ios: 10,
            io_bytes: 7e6,
            runtime: ms,
            iops: 1e3,
            clat_ns: {
              N: 10,
              min: 1,
              max: 1e9,
              mean: p50,
              percentile: { '50.000000': p50, '99.000000': 4 * p50 },
            },
          },
        },
      ],
    });

  it('gives median, spread and error of the repeats', () => {
    const { rows, medianError } = compareReplay(prediction('token-1', 10), [
      result(8, 125e3),
      result(20, 125e3),
      result(16, 125e3),
    ]);
    const of = (figure: string) => rows.find((row) => row.figure === figure)!;
    expect(of('seconds')).toMatchObject({ measured: 0.016, low: 0.008, high: 0.02, within: true });
    // Of the log's bytes: fio's own count leaves the last ones out.
    expect(of('bytesPerSecond').measured).toBeCloseTo(8e6 / 0.016, 3);
    expect(of('p50Seconds').error).toBeCloseTo(-0.2, 6);
    expect(of('p50Seconds').within).toBe(false);
    expect(medianError.seconds).toBeCloseTo(0.375, 6);
  });

  it('refuses the result of another job', () => {
    expect(() => compareReplay(prediction('token-1', 11), [result(8, 1e5)])).toThrow(/10 requests.*has 11/);
    expect(() => compareReplay(prediction('token-2', 10), [result(8, 1e5)])).toThrow(/token-2.*missing/);
    expect(() => compareReplay(write('x.json', { parts: 1 }), [])).toThrow(/allowed is prediction.json/);
  });
});
