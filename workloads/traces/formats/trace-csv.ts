/**
 * This project's own csv, as `trace convert --to csv` writes it (export/csv.ts): one request a row, times in ns.
 */
import { ns } from '../../../sim/time.ts';
import { BlockTrace, OPERATION_NAMES, type TraceOperation } from '../block-trace.ts';
import { TraceClock } from '../clock.ts';
import { fieldsOf } from '../csv-fields.ts';
import { CSV_HEADING } from '../export/csv.ts';
import { CERTAIN, finishRequests, type Importer, type TraceFormat } from '../imported.ts';
import { byText, LineFeed, type LineKind, NOISE, RECORD, UNKNOWN } from '../line-feed.ts';

const NAME = 'csv';
const NUMBER = /^-?\d+(\.\d+)?$/;

export const traceCsv: TraceFormat = {
  name: NAME,
  describes: "nvmoe's own csv of requests",
  detect: ({ text }) => (text.startsWith(CSV_HEADING) ? CERTAIN : 0),
  open,
};

function open(): Importer {
  const trace = new BlockTrace();
  const line = (text: string): LineKind => {
    if (text === CSV_HEADING) return NOISE;
    const fields = fieldsOf(text);
    if (fields.length !== 9) return UNKNOWN;
    const [issue, complete, , offset, bytes, , thread, cpu] = fields.map((field) =>
      NUMBER.test(field) ? Number(field) : NaN,
    );
    const op = (OPERATION_NAMES as readonly string[]).indexOf(fields[5]);
    const device = trace.devices.indexOf(fields[2]);
    if (op < 0 || Number.isNaN(thread + cpu)) return UNKNOWN;
    trace.add(
      ns(issue),
      ns(complete),
      device,
      offset,
      bytes,
      op as TraceOperation,
      thread,
      cpu,
      trace.sources.indexOf(fields[8]),
    );
    return RECORD;
  };
  const feed = new LineFeed(NAME, `the heading "${CSV_HEADING}" and its rows`, byText(line));
  return {
    push: (chunk) => feed.push(chunk),
    finish: () => finishRequests(NAME, trace, feed, new TraceClock(1, 'recorded')),
  };
}
