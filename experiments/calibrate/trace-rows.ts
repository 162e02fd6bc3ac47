/**
 * A recorded trace as rows to fit: the latency (issue to completion) of its requests in classes of operation, size and
 * depth, sizes and depths by powers of two. The depth of a request is what is in flight when it is issued, itself included.
 *
 * The classes are figures of this trace, not of closed loops: a burst's last request waits otherwise than one in a steady
 * queue, and small reads otherwise among large ones. So they are compared with a replay of the trace (replay-trace.ts).
 */
import { type BlockTrace, type Imported, onlyDevice, READ, WRITE } from '../../workloads/traces/index.ts';
import { InputError } from '../errors.ts';
import type { Simulate } from './fit.ts';
import { simulated } from './load-on-device.ts';
import { replayPlan, replayTrace } from './replay-trace.ts';
import { type MeasuredRow, sizeText } from './rows.ts';

export interface TraceRows {
  readonly rows: readonly MeasuredRow[];
  /** Figures of the rows on a device. */
  readonly simulate: Simulate;
  readonly warnings: readonly string[];
}

/** A smaller share of requests with both times leaves depths unknown. */
const COMPLETE = 0.9;
/** Requests that a class needs, and that must lie above a percentile. */
const FEWEST = 100;
const ABOVE = 5;
/** Close together, for they shape the tail of the service time. */
const PERCENTS = [50, 75, 90, 93, 95, 96, 97, 98, 99, 99.5, 99.9];
const HOW =
  'record issues and completions: blktrace, bpftrace (print 2 of docs/traces.md), perf or biosnoop of block requests, strace -T';

/**
 * @param device only this of the trace
 * @throws InputError where latencies cannot be told, classes are too few, or the trace is of several devices
 */
export function traceRows(
  file: string,
  imported: Imported,
  device: string | undefined,
  blockSize: number,
): TraceRows {
  const { trace, warnings } = usable(file, imported, device);
  const plan = replayPlan(trace, blockSize);
  const { count, group, latency } = plan;
  const groups = new Map<number, number[]>();
  for (let i = 0; i < count; i++) {
    if (group[i] < 0) continue;
    const members = groups.get(group[i]);
    if (members) members.push(i);
    else groups.set(group[i], [i]);
  }
  const classes = new Map<string, number>();
  const rows = [...groups].flatMap(([key, members]) => {
    if (members.length < FEWEST) return [];
    const { mean, percentile } = simulated(
      Float64Array.from(members, (i) => latency[i]),
      Number.NaN,
    );
    const above = PERCENTS.filter((percent) => members.length * (1 - percent / 100) >= ABOVE);
    const [bytes, depth] = [plan.bytes, plan.depth].map((column) => spanOf(members.map((i) => column[i])));
    const operation = plan.operation[members[0]] === WRITE ? 'write' : 'read';
    const name = `${operation} ${spanText(bytes, sizeText)} depth ${spanText(depth, String)}`;
    classes.set(name, key);
    const row: MeasuredRow = {
      where: `${file}: ${name}`,
      file,
      pattern: operation,
      bytes: bytes.median,
      depth: depth.median,
      jobs: 1,
      engine: '',
      mean,
      percentiles: above.map((percent) => [percent, percentile(percent)] as const),
      labels: { device: trace.trace.devices.nameOf(trace.trace.deviceOf(0)) },
      name,
    };
    return [row];
  });
  rows.sort((a, b) => a.pattern.localeCompare(b.pattern) || a.bytes - b.bytes || a.depth - b.depth);
  if (rows.length < 2)
    throw new InputError(
      `${file}: found ${count} requests and ${rows.length} classes of operation, size and depth with ${FEWEST} of them or more; ` +
        'at least two are needed: record longer, and at several depths',
    );
  if (plan.left > 0)
    warnings.push(
      `${count} of ${count + plan.left} requests are replayed, in stretches spread over the trace`,
    );
  const simulate: Simulate = (asked, device) =>
    replayTrace(
      plan,
      device,
      asked.map(({ name }) => classes.get(name!)!),
    );
  return { rows, simulate, warnings };
}

function usable(file: string, { format, requests, warnings }: Imported, device: string | undefined) {
  if (!requests || requests.length === 0)
    throw new InputError(
      `${file}: found no requests (format ${format}); a trace of requests with issue and completion times is needed${format.startsWith('fio') ? ', or --fio for results of fio' : ''}`,
    );
  const trace = ofDevice(file, requests, device);
  const kept: number[] = [];
  let all = 0;
  for (let row = 0; row < trace.length; row++) {
    const op = trace.opOf(row);
    if (op !== READ && op !== WRITE) continue;
    all++;
    if (trace.completeOf(row) > trace.issueOf(row) && trace.bytesOf(row) > 0) kept.push(row);
  }
  if (kept.length < COMPLETE * all || all === 0)
    throw new InputError(
      `${file}: found issue, completion and size of ${kept.length} of ${all} requests (format ${format}); ${100 * COMPLETE} % are needed, for latencies and depths: ${HOW}`,
    );
  const lost = all - kept.length;
  return {
    trace: { trace, rows: kept },
    warnings: [
      ...warnings,
      ...(lost > 0 ? [`${lost} of ${all} requests lack a completion or a size and are left out`] : []),
    ],
  };
}

function ofDevice(file: string, trace: BlockTrace, device: string | undefined): BlockTrace {
  const { names } = trace.devices;
  const shown = names.slice(0, 8).join(', ');
  if (device !== undefined) {
    if (names.includes(device)) return onlyDevice(trace, device);
    throw new InputError(`${file}: found no device ${device}; the trace is of ${shown}`);
  }
  if (names.length <= 1) return trace;
  throw new InputError(
    `${file}: found requests of ${names.length} devices or files: ${shown}; choose with --where device=${names[0]}`,
  );
}

interface Span {
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

function spanOf(values: readonly number[]): Span {
  const sorted = Float64Array.from(values).sort();
  return { least: sorted[0], median: sorted[sorted.length >> 1], most: sorted[sorted.length - 1] };
}

const spanText = ({ least, most }: Span, text: (value: number) => string) =>
  least === most ? text(least) : `${text(least)} to ${text(most)}`;
