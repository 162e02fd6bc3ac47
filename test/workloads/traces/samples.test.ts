/**
 * One measured sample of every format: it imports, with these counts, or is refused for this reason.
 */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  formatOf,
  type Imported,
  importTrace,
  loadTrace,
  modelUse,
  parseTensorCsv,
  TensorMap,
  traceStatistics,
} from '../../../workloads/traces/index.ts';
import { describeMeasured, measured } from '../../data.ts';

const LAYOUT = '%5T.%9t,%M,%m,%c,%s,%p,%a,%d,%S,%n,%N,%C\\n';

/** [file, format, requests, KiB]. */
const REQUESTS: [string, string, number, number][] = [
  ['nvme0n1.blktrace.0', 'blktrace', 56, 6340],
  ['nvme0n1.blktrace.1', 'blktrace', 56, 6340],
  ['blkparse_default.txt', 'blkparse', 56, 6340],
  ['blkparse_f_custom.csv', 'blkparse-layout', 56, 6340],
  ['bpftrace_block_rq_issue_cheops_format.txt', 'bpftrace-issue', 67, 6384],
  ['bpftrace_block_rq_issue_complete.txt', 'bpftrace-pairs', 67, 6384],
  ['ftrace_block_rq.txt', 'ftrace', 2, 8],
  ['biosnoop_bcc_example.txt', 'biosnoop', 15, 124.5],
  ['biosnoop_bt_example.txt', 'biosnoop', 18, NaN],
  ['fio_iolog_v2.log', 'fio-iolog', 40, 160],
  ['fio_iolog_v3.log', 'fio-iolog', 40, 160],
  ['fio_log_perio_clat_offset_prio.1.log', 'fio-log', 60, 240],
  ['strace_f_tt_T.txt', 'strace', 132, 16_782_612 / 1024],
  ['strace_f_tt_T_multithread.txt', 'strace', 1, 64],
  ['msr_cambridge.csv', 'msr', 4, 9.5],
  ['alibaba_block_trace.csv', 'alibaba', 5, 108],
  ['mqsim_ascii.trace', 'mqsim', 5, 40],
];

/** [file, format, rows, one column]. */
const SAMPLES: [string, string, number, string][] = [
  ['fio_log_avg500_bw.1.log', 'fio-log', 6, 'bytesPerSecond'],
  ['fio_log_avg500_clat.1.log', 'fio-log', 7, 'completionLatencySeconds'],
  ['fio_log_avg500_iops.1.log', 'fio-log', 6, 'requestsPerSecond'],
  ['fio_log_avg500_lat.1.log', 'fio-log', 7, 'latencySeconds'],
  ['fio_log_avg500_slat.1.log', 'fio-log', 6, 'submissionLatencySeconds'],
  ['fio_log_clat_icpe24.1.log', 'fio-log', 400, 'completionLatencySeconds'],
  ['fio_log_iops_icpe24.1.log', 'fio-log', 200, 'requestsPerSecond'],
  ['iob_stats_ssdiq_wd.csv', 'iob', 59, 'readLatencySeconds.p99.9'],
  ['iostat_x_json.json', 'iostat-json', 1, 'readBytesPerSecond'],
];

const FAULTS: [string, string, number][] = [
  ['perf_trace_F_default.txt', 'perf-faults', 257],
  ['perf_trace_F_madv_random.txt', 'perf-faults', 300],
  ['bpftrace_page_fault_user.txt', 'page-fault-user', 995],
];

const FIO: [string, number, number][] = [
  ['fio_jsonplus.json', 1, 38416.250416],
  ['fio_json_samsung980pro_bs64k_qd32.json', 1, 32350.835819],
  ['fio_json_7xoptane_iouring_2threads.json', 2, 318678.677678],
];

const REFUSED: [string, RegExp][] = [
  ['iostat_x_text.txt', /first averages since boot/],
  ['nvidia_smi_gpu_util_cheops.txt', /no I\/O/],
  ['chrome_trace_expected_shape.json', /export only/],
];

const load = (file: string): Promise<Imported> =>
  loadTrace(measured(`samples/${file}`), file.includes('f_custom') ? { layout: LAYOUT } : {});

describeMeasured('samples of every format', ['samples'], () => {
  it.each(REQUESTS)('%s is %s: %i requests, %d KiB', async (file, format, requests, kibibytes) => {
    const imported = await load(file);
    expect(imported.format).toBe(format);
    const statistics = traceStatistics(imported.requests!);
    expect(statistics.requests).toBe(requests);
    expect(statistics.bytes).toBe(Number.isNaN(kibibytes) ? 0 : kibibytes * 1024);
  });

  it.each(SAMPLES)('%s is %s: %i rows with %s', async (file, format, rows, column) => {
    const imported = await load(file);
    expect([imported.format, imported.samples!.rows]).toEqual([format, rows]);
    expect(imported.samples!.numbers[column].every((value) => value > 0)).toBe(true);
  });

  it.each(FAULTS)('%s is %s: %i faults', async (file, format, count) => {
    const imported = await load(file);
    expect([imported.format, imported.faults!.length]).toEqual([format, count]);
  });

  it.each(FIO)('%s: %i jobs, %d IOPS', async (file, jobs, iops) => {
    const { fio, warnings } = await load(file);
    expect(fio).toHaveLength(jobs);
    expect(fio![0].read!.requestsPerSecond).toBe(iops);
    expect(fio![0].read!.completion!.percentiles).toHaveLength(17);
    expect(warnings).toEqual([]);
  });

  it.each(REFUSED)('%s is refused: %s', async (file, reason) => {
    await expect(load(file)).rejects.toThrow(reason);
  });

  it('blkparse -f without its layout is refused, naming the layout', async () => {
    await expect(loadTrace(measured('samples/blkparse_f_custom.csv'))).rejects.toThrow(
      /format string that blkparse -f/,
    );
  });

  it('the binaries, the text and the custom csv are the same 56 requests', async () => {
    const files = ['nvme0n1.blktrace.1', 'blkparse_default.txt', 'blkparse_f_custom.csv'];
    const traces = await Promise.all(files.map(async (file) => (await load(file)).requests!));
    const [binary, text, custom] = traces.map((trace) =>
      Array.from({ length: trace.length }, (_, i) => trace.row(i)),
    );
    expect(text).toEqual(binary);
    expect(custom).toEqual(binary);
  });

  it('a wrong format named says what was expected, and where', () => {
    const bytes = readFileSync(measured('samples/msr_cambridge.csv'));
    expect(() => importTrace(bytes, { format: 'blkparse' })).toThrow(
      /line 1: found "1281663720.*expected "major,minor cpu/,
    );
    expect(() => importTrace(bytes, { format: 'blktrace' })).toThrow(
      /byte 0 of file 0: found "31323831", expected a record/,
    );
    expect(() => formatOf('blkparser')).toThrow(/formats: blktrace, blkparse/);
  });
});

describeMeasured(
  'kernel events of an mmap decode',
  ['inference/llamacpp-mmap/half-ram-ra128.trace.csv.gz', 'inference/llamacpp-mmap/tensor_map.csv'],
  () => {
    it('requests: consecutive share, hybrid; faults: on routed experts, token by token', async () => {
      const imported = await loadTrace(measured('inference/llamacpp-mmap/half-ram-ra128.trace.csv.gz'));
      const statistics = traceStatistics(imported.requests!);
      expect(statistics).toMatchObject({ requests: 17_754, bytes: 2_946_801_664, verdict: 'hybrid' });
      expect(statistics.sequentialShare).toBeCloseTo(0.72, 2);
      expect(statistics.requestBytes.histogram[0]).toEqual([262_144, 6157]);

      const map = new TensorMap(
        parseTensorCsv(readFileSync(measured('inference/llamacpp-mmap/tensor_map.csv'), 'utf8')),
      );
      const use = modelUse(imported.faults!.asRequests(4096), map);
      expect(use.components['routed-experts'].share).toBeCloseTo(0.92, 2);
      expect(use.outside.requests).toBe(0);
      // 4.9 s of decoding; the untraced runs of the same experiment take 0.26-1.3 s a token.
      expect(use.tokens.count).toBe(12);
    });
  },
);
