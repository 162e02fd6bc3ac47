/**
 * Lists of requests for the tests, and every format that an independent writer can write them in, with what the format
 * keeps of them.
 */
import fc from 'fast-check';
import type { ImportOptions } from '../../../workloads/traces/index.ts';
import * as writers from '../../oracles/trace-writers.ts';

export type { WrittenRequest } from '../../oracles/trace-writers.ts';

/** Requests in order of issue, at distinct sectors, every time a multiple of `unit` ns. */
export const requestList = (unit: number, maxLength = 40): fc.Arbitrary<writers.WrittenRequest[]> =>
  fc
    .uniqueArray(
      fc.record({
        gap: fc.nat({ max: 2000 }),
        latency: fc.integer({ min: 1, max: 5000 }),
        write: fc.boolean(),
        sector: fc.nat({ max: 2 ** 31 }).map((n) => n * 8),
        sectors: fc.integer({ min: 1, max: 2560 }),
        pid: fc.integer({ min: 1, max: 99_999 }),
        cpu: fc.nat({ max: 2 }),
      }),
      { selector: (request) => request.sector, minLength: 1, maxLength },
    )
    .map((list) => {
      let time = 1;
      return list.map(({ gap, latency, ...rest }) => {
        time += gap;
        return {
          issue: time * unit,
          complete: (time + latency) * unit,
          command: `job-${rest.pid % 7}`,
          ...rest,
        };
      });
    });

export const LAYOUTS = [
  '%5T.%9t,%M,%m,%c,%s,%p,%a,%d,%S,%n,%N,%C\\n',
  '%5T.%9t,%a,%d,%S,%n,%N,%p,%C\\n',
  '%D %2c %8s %5T.%9t %5p %2a %3d %S + %n [%C]\\n',
  '%a;%T %t;%-3d;%S;%N;%C\\n',
];

export interface Written {
  format: string;
  bytes: (requests: writers.WrittenRequest[]) => Buffer | Buffer[];
  /** Resolution of its times, ns. */
  unit: number;
  options?: ImportOptions;
  completes: boolean;
  threads?: boolean;
  cpus?: boolean;
  commands?: boolean;
}

const text =
  (write: (requests: writers.WrittenRequest[]) => string) => (requests: writers.WrittenRequest[]) =>
    Buffer.from(write(requests));

export const WRITTEN: Written[] = [
  {
    format: 'blktrace',
    bytes: (r) => writers.writeBlktrace(r, 3),
    unit: 1,
    completes: true,
    threads: true,
    cpus: true,
    commands: true,
  },
  {
    format: 'blkparse',
    bytes: text(writers.writeBlkparse),
    unit: 1,
    completes: true,
    threads: true,
    cpus: true,
    commands: true,
  },
  ...LAYOUTS.map((layout) => ({
    format: 'blkparse-layout',
    bytes: text((requests) => writers.writeBlkparseLayout(requests, layout)),
    unit: 1,
    options: { layout },
    completes: true,
    threads: layout.includes('p'),
    cpus: layout.includes('c'),
    commands: layout.includes('C'),
  })),
  { format: 'bpftrace-issue', bytes: text(writers.writeBpftraceIssue), unit: 1, completes: false },
  {
    format: 'bpftrace-pairs',
    bytes: text(writers.writeBpftracePairs),
    unit: 1,
    completes: true,
    threads: true,
    cpus: true,
    commands: true,
  },
  {
    format: 'ftrace',
    bytes: text(writers.writeFtrace),
    unit: 1e3,
    completes: true,
    threads: true,
    cpus: true,
    commands: true,
  },
  {
    format: 'biosnoop',
    bytes: text(writers.writeBiosnoop),
    unit: 1e4,
    completes: true,
    threads: true,
    commands: true,
  },
  { format: 'fio-iolog', bytes: text(writers.writeIologV3), unit: 1e3, completes: false },
  { format: 'fio-iolog', bytes: text(writers.writeIologV2), unit: 1e3, completes: false },
  {
    format: 'fio-log',
    bytes: text(writers.writeFioLog),
    unit: 1e6,
    options: { fileName: 'x_clat.1.log' },
    completes: true,
  },
  { format: 'msr', bytes: text(writers.writeMsr), unit: 100, completes: true },
  { format: 'alibaba', bytes: text(writers.writeAlibaba), unit: 1e3, completes: false },
  { format: 'mqsim', bytes: text(writers.writeMqsim), unit: 1, completes: false },
  { format: 'strace', bytes: text(writers.writeStrace), unit: 1e3, completes: true },
  { format: 'kernel-events', bytes: text(writers.writeKernelEvents), unit: 1e3, completes: true },
];
