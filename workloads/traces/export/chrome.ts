/**
 * A trace in Chrome's Trace Event Format, which Perfetto opens: one process a device, one span (ph X) a request, and
 * the requests in flight as a counter (ph C). Times are microseconds. Spans of one thread may not overlap in part, so
 * requests are dealt to lanes, each to the first that is free.
 */
import type { Picoseconds } from '../../../sim/time.ts';
import { type BlockTrace, OPERATION_NAMES } from '../block-trace.ts';

const micro = (time: Picoseconds): number => time / 1e6;

export function* toChromeTrace(trace: BlockTrace): Generator<string> {
  yield '{"displayTimeUnit":"ns","traceEvents":[\n';
  const events = eventsOf(trace);
  const first = events.next();
  if (!first.done) yield JSON.stringify(first.value);
  for (const event of events) yield `,\n${JSON.stringify(event)}`;
  yield '\n]}\n';
}

function* eventsOf(trace: BlockTrace): Generator<object> {
  for (const [device, name] of trace.devices.names.entries())
    yield { name: 'process_name', ph: 'M', pid: device, tid: 0, args: { name } };
  const lanes = trace.devices.names.map(() => new Lanes());
  for (let row = 0; row < trace.length; row++) {
    const { issue, complete, offset, bytes, op, thread, cpu, source } = trace.row(row);
    const start = trace.timeOf(row);
    if (Number.isNaN(start)) continue;
    const pid = trace.deviceOf(row);
    // A request of unknown end is a point.
    const end = Number.isNaN(issue) || !(complete >= issue) ? start : complete;
    const lane = lanes[pid].take(start, end);
    const args = { offset: known(offset), bytes: known(bytes), thread, cpu, source };
    yield {
      name: OPERATION_NAMES[op],
      cat: 'io',
      ph: 'X',
      ts: micro(start),
      dur: micro(end - start),
      pid,
      tid: lane,
      args,
    };
    yield { name: 'in flight', ph: 'C', ts: micro(start), pid, args: { requests: lanes[pid].busyAt(start) } };
  }
}

const known = (value: number): number | null => (Number.isNaN(value) ? null : value);

class Lanes {
  readonly #ends: Picoseconds[] = [];

  /** The first lane free at `start`, taken until `end`. */
  take(start: Picoseconds, end: Picoseconds): number {
    let lane = this.#ends.findIndex((busy) => busy <= start);
    if (lane < 0) lane = this.#ends.length;
    this.#ends[lane] = end;
    return lane;
  }

  busyAt(time: Picoseconds): number {
    return this.#ends.reduce((count, end) => count + (end > time ? 1 : 0), 0);
  }
}
