/**
 * Every trace format, and which of them a file is in. Adding one is a file beside this and a line in the table.
 */
import type { TraceFormat, TraceHead } from '../imported.ts';
import { TraceError } from '../trace-error.ts';
import { alibaba } from './alibaba.ts';
import { biosnoop } from './biosnoop.ts';
import { blkparse } from './blkparse.ts';
import { blkparseLayout } from './blkparse-layout.ts';
import { blktrace } from './blktrace.ts';
import { bpftraceIssue } from './bpftrace-issue.ts';
import { bpftracePairs } from './bpftrace-pairs.ts';
import { fioIolog } from './fio-iolog.ts';
import { fioJson } from './fio-json.ts';
import { fioLog } from './fio-log.ts';
import { ftrace } from './ftrace.ts';
import { iob } from './iob.ts';
import { iostatJson } from './iostat-json.ts';
import { iostatText } from './iostat-text.ts';
import { kernelEvents } from './kernel-events.ts';
import { mqsim } from './mqsim.ts';
import { msr } from './msr.ts';
import { chromeTrace, nvidiaSmi } from './not-traces.ts';
import { pageFaultUser } from './page-fault-user.ts';
import { perfFaults } from './perf-faults.ts';
import { strace } from './strace.ts';
import { traceCsv } from './trace-csv.ts';

export const TRACE_FORMATS: readonly TraceFormat[] = [
  blktrace,
  blkparse,
  blkparseLayout,
  bpftraceIssue,
  bpftracePairs,
  ftrace,
  biosnoop,
  fioIolog,
  fioLog,
  fioJson,
  iostatText,
  iostatJson,
  strace,
  perfFaults,
  pageFaultUser,
  kernelEvents,
  msr,
  alibaba,
  mqsim,
  iob,
  traceCsv,
  nvidiaSmi,
  chromeTrace,
];

/** The format of a name; throws with the list of names. */
export function formatOf(name: string): TraceFormat {
  const format = TRACE_FORMATS.find((one) => one.name === name);
  if (format === undefined)
    throw new RangeError(
      `unknown trace format ${JSON.stringify(name)}; formats: ${TRACE_FORMATS.map((one) => one.name).join(', ')}`,
    );
  return format;
}

/** Bytes of the beginning of a file that detection looks at. */
export const HEAD_BYTES = 1 << 16;

/** The format that knows most of the head of a file; throws where none knows any of it. */
export function detectFormat(bytes: Uint8Array): TraceFormat {
  const head = headOf(bytes.subarray(0, HEAD_BYTES));
  let best: TraceFormat | undefined;
  let most = 0;
  for (const format of TRACE_FORMATS) {
    const score = format.detect(head);
    if (score > most) {
      best = format;
      most = score;
    }
  }
  if (best === undefined)
    throw new TraceError(
      'a known trace',
      'line 1',
      head.text.split('\n', 1)[0],
      `one of ${TRACE_FORMATS.map((one) => one.name).join(', ')}`,
    );
  return best;
}

/** Patterns are tried on lines of usual length only. */
const LONGEST_LINE = 1024;

function headOf(bytes: Uint8Array): TraceHead {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '' && line.length < LONGEST_LINE)
    .slice(0, 256);
  return { bytes, text, lines };
}
