/**
 * Formats that hold averages and results: units, what is left out, and what is refused.
 */
import { describe, expect, it } from 'vitest';
import { importTrace, type LoadOptions } from '../../../workloads/traces/index.ts';
import { AVERAGED_LOG, BIOSNOOP_BT, fioResult, IOB, iostatJson, iostatText } from './summaries.ts';

const read = (text: string, options: LoadOptions = {}) => importTrace(Buffer.from(text), options);

describe('fio JSON', () => {
  it('rates and latencies in SI units', () => {
    const [job] = read(`fio: a message on the same stream\n${fioResult()}\n`).fio!;
    expect(job.read).toMatchObject({
      requests: 1000,
      requestsPerSecond: 1e5,
      bytesPerSecond: 4096e5,
      seconds: 0.01,
    });
    expect(job.read!.completion!.percentiles!.map(([percent]) => percent)).toEqual([50, 99]);
    expect(job.read!.completion!.percentiles![1][1]).toBeCloseTo(150e-6, 12);
    expect([job.write, job.options.iodepth]).toEqual([undefined, '8']);
  });

  it.each([
    [
      'above the largest latency',
      { min: 1000, max: 90_000, mean: 50_000, N: 10, percentile: { '50.0': 50_000, '99.0': 17_112_760_320 } },
    ],
    ['no latency was recorded', { min: 0, max: 0, mean: 0, N: 0, percentile: { '50.0': 17_112_760_320 } }],
    [
      'below p50',
      { min: 1000, max: 90_000, mean: 50_000, N: 10, percentile: { '50.0': 50_000, '99.0': 40_000 } },
    ],
    [
      'below the least latency',
      { min: 40_000, max: 90_000, mean: 50_000, N: 10, percentile: { '1.0': 100, '99.0': 50_000 } },
    ],
  ])('percentiles %s are refused', (reason, completion) => {
    const { fio, warnings } = read(fioResult(completion, 1e4));
    expect(fio![0].read!.completion?.percentiles).toBeUndefined();
    expect(warnings.join('\n')).toContain(reason);
  });

  it('a rate that violates Little’s law is flagged', () => {
    expect(read(fioResult(undefined, 1e5)).warnings).toEqual([]);
    expect(read(fioResult(undefined, 2e5)).warnings.join()).toContain(
      '16.00 requests in flight, but the depth was 8',
    );
  });
});

describe('iostat', () => {
  it.each([
    ['text', iostatText],
    ['JSON', iostatJson],
  ])('%s: the first report is left out, units are SI', (_, write) => {
    const { samples, warnings } = read(write(3));
    expect(samples!.numbers.readsPerSecond).toEqual([200, 300]);
    expect(samples!.numbers.readBytesPerSecond).toEqual([200 * 4096, 300 * 4096]);
    expect(samples!.numbers.readLatencySeconds[0]).toBeCloseTo(0.5e-3, 12);
    expect(samples!.texts.device).toEqual(['nvme0n1', 'nvme0n1']);
    expect(warnings.join()).toContain('since boot');
    expect(read(write(2), { keepFirstReport: true }).samples!.rows).toBe(2);
    expect(() => read(write(1))).toThrow(/averages since boot/);
  });

  it('rows that violate Little’s law are flagged', () => {
    const text = iostatText(2)
      .replaceAll('0.05 5.00', '0.05 5.00')
      .replace('200.00  800.00', '20000.00  800.00');
    expect(read(text).warnings.join()).toContain("Little's law");
  });
});

describe('other summaries', () => {
  it('iob: percentiles in seconds, empty distributions are unknown', () => {
    const { numbers, texts } = read(IOB).samples!;
    expect(numbers['readLatencySeconds.p99.9'][0]).toBeCloseTo(14_888e-6, 12);
    expect([numbers.readBytesPerSecond[0], numbers['writeLatencySeconds.min'][0], texts.device[0]]).toEqual([
      15.5 * 2 ** 20,
      NaN,
      '/blk/a',
    ]);
  });

  it('biosnoop.bt: latency and disk only', () => {
    const { requests, warnings } = read(BIOSNOOP_BT);
    const last = requests!.row(1);
    expect(requests!.row(0)).toMatchObject({
      issue: 601e9,
      complete: 611e9,
      device: 'nvme0n1',
      offset: NaN,
      bytes: NaN,
    });
    expect(last.source).toBe('a b');
    expect(warnings.join()).toContain('neither sector nor bytes');
  });

  it.each([
    ['a_bw.1.log', 'bytesPerSecond', 193_819 * 1024],
    ['a_clat.1.log', 'completionLatencySeconds', 193_819e-9],
    ['a_iops.log', 'requestsPerSecond', 193_819],
    ['other.log', 'value', 193_819],
  ])('an averaged fio log named %s holds %s', (fileName, column, value) => {
    const { numbers, texts } = read(AVERAGED_LOG, { fileName }).samples!;
    expect(numbers[column][0]).toBeCloseTo(value, 9);
    expect([numbers.seconds, texts.direction]).toEqual([
      [0.5, 1],
      ['read', 'write'],
    ]);
  });

  it('fio logs with log_window_value=both hold mean and maximum', () => {
    const { numbers } = read('500, 1000, 9000, 0, 0, 0, 0\n1000, 2000, 8000, 1, 0, 0, 0\n', {
      fileName: 'a_clat.1.log',
    }).samples!;
    expect(numbers.completionLatencySeconds.map((s) => Math.round(s * 1e9))).toEqual([1000, 2000]);
    expect(numbers.completionLatencySecondsMax.map((s) => Math.round(s * 1e9))).toEqual([9000, 8000]);
  });
});
