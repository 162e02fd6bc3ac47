/**
 * What every importer is: a sink of chunks that ends in columns. A format's file exports one `TraceFormat`.
 */
import type { Picoseconds } from '../../sim/time.ts';
import type { BlockTrace } from './block-trace.ts';
import type { TraceClock } from './clock.ts';
import type { FaultTrace } from './fault-trace.ts';
import type { FioJob } from './formats/fio-json.ts';
import type { LineFeed } from './line-feed.ts';
import type { CountedAction, RequestPairing } from './pairing.ts';
import type { SampleTable } from './sample-table.ts';

/** The parts that a file holds; a kernel event trace holds requests and faults. */
export interface Imported {
  format: string;
  requests?: BlockTrace;
  faults?: FaultTrace;
  /** Averages over intervals: fio logs, iostat, iob. */
  samples?: SampleTable;
  fio?: FioJob[];
  warnings: string[];
}

export interface ImportOptions {
  /** File name: some formats (fio logs) say only there what they measured. */
  fileName?: string;
  /** Action counted as the request in block-layer traces; default D (issue). */
  action?: CountedAction;
  /** Format string that was given to `blkparse -f`. */
  layout?: string;
  /** ps of one unit of a fio iolog v3 time stamp; fio writes microseconds, some generators milliseconds. */
  iologUnit?: Picoseconds;
  /** Keep iostat's first report: `iostat -y` leaves out the one since boot. */
  keepFirstReport?: boolean;
  /** Bytes of a page, for formats that count pages; default 4096. */
  pageBytes?: number;
}

export interface Importer {
  /** Takes the next bytes of the file; `file` counts the files of one trace (blktrace has one a CPU). */
  push(chunk: Uint8Array, file?: number): void;
  /** Throws TraceError where the file is not of the format. */
  finish(): Imported;
}

/** The first bytes of a file, for detection. */
export interface TraceHead {
  bytes: Uint8Array;
  text: string;
  /** Non-empty lines, the last, cut one excepted. */
  lines: string[];
}

export interface TraceFormat {
  name: string;
  /** The tool and command that write it. */
  describes: string;
  /** How much of the head is in this format: matching lines, or a large number where the beginning is unmistakable. */
  detect(head: TraceHead): number;
  open(options: ImportOptions): Importer;
}

export const CERTAIN = 1e6;

export const linesLike =
  (pattern: RegExp) =>
  (head: TraceHead): number =>
    head.lines.reduce((count, line) => count + (pattern.test(line) ? 1 : 0), 0);

/** Issue order, nothing before the zero: latencies are printed more finely than the times they are taken from. */
export function inIssueOrder(trace: BlockTrace): BlockTrace {
  trace.sortByIssue();
  const first = trace.length > 0 ? trace.timeOf(0) : 0;
  if (first < 0) trace.shift(-first);
  return trace;
}

/** The end of an import of requests: nothing before the zero, issue order, every warning. */
export function finishRequests(
  format: string,
  trace: BlockTrace,
  feed: LineFeed,
  clock: TraceClock,
  pairing?: RequestPairing,
): Imported {
  const warnings = feed.finish();
  inIssueOrder(trace);
  return {
    format,
    requests: trace,
    warnings: [...warnings, ...(pairing?.warnings() ?? []), ...clock.warnings()],
  };
}
