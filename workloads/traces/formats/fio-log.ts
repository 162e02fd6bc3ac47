/**
 * fio's latency, bandwidth and IOPS logs (HOWTO, LOG FILE FORMATS): `msec, value, direction, block size[, offset]
 * [, priority][, issue ns]`; value is ns of latency, KiB/s or IOPS, as the file's name says (`x_clat.1.log`).
 *
 * With log_avg_msec a line is an interval (block size 0) and becomes a sample; without, a line of a latency log is a
 * request, logged at its completion. `log_window_value=both` puts the maximum after the mean.
 */
import { ms, ns } from '../../../sim/time.ts';
import { BlockTrace, DISCARD, READ, type TraceOperation, WRITE } from '../block-trace.ts';
import type { Imported, Importer, ImportOptions, TraceFormat } from '../imported.ts';
import { inIssueOrder, linesLike } from '../imported.ts';
import { byText, LineFeed, type LineKind, RECORD, UNKNOWN } from '../line-feed.ts';
import { SampleTable } from '../sample-table.ts';

const NAME = 'fio-log';
const LINE = /^\d+, \d+, (?:[012]|\d+, [012]), \d+(, \d+)*(, 0x[0-9a-f]+)?(, \d+)?\s*$/;
const DIRECTIONS: TraceOperation[] = [READ, WRITE, DISCARD];
const KIBIBYTE = 1024;
/** I/O priorities are 16 bits, so a larger fifth column of five is an offset (fio before 3.17 with log_offset). */
const LARGEST_PRIORITY = 0xffff;

/** Column name and factor to SI by the kind that the file name gives. */
const KINDS: Record<string, { column: string; scale: number; latency: boolean }> = {
  lat: { column: 'latencySeconds', scale: 1e-9, latency: true },
  clat: { column: 'completionLatencySeconds', scale: 1e-9, latency: true },
  slat: { column: 'submissionLatencySeconds', scale: 1e-9, latency: false },
  bw: { column: 'bytesPerSecond', scale: KIBIBYTE, latency: false },
  iops: { column: 'requestsPerSecond', scale: 1, latency: false },
};
const UNNAMED = { column: 'value', scale: 1, latency: false };

export const fioLog: TraceFormat = {
  name: NAME,
  describes: 'fio latency, bandwidth or IOPS log',
  detect: linesLike(LINE),
  open,
};

function open(options: ImportOptions): Importer {
  const kindName = /_(clat|slat|lat|bw|iops)(?:[._]|$)/.exec(options.fileName ?? '')?.[1];
  const kind = kindName === undefined ? UNNAMED : KINDS[kindName];
  const samples = new SampleTable();
  const trace = new BlockTrace();
  const device = trace.devices.indexOf('fio');
  const source = trace.sources.indexOf(kindName ?? '');
  let largest = 0;
  let offsets = false;

  const line = (text: string): LineKind => {
    if (!LINE.test(text)) return UNKNOWN;
    const fields = text.split(',').map(Number);
    const both =
      !(fields[2] <= 2) || (fields.length > 4 && fields[3] <= 2 && fields[2] >= fields[1] && fields[2] > 2);
    const [maximum] = both ? fields.splice(2, 1) : [];
    const [time, value, direction, blockSize, fifth] = fields;
    if (!(direction <= 2)) return UNKNOWN;
    if (blockSize === 0) {
      const numbers: Record<string, number> = { seconds: time / 1e3, [kind.column]: value * kind.scale };
      if (both) numbers[`${kind.column}Max`] = maximum * kind.scale;
      samples.add(numbers, { direction: ['read', 'write', 'discard'][direction] });
      return RECORD;
    }
    if (fields.length > 5) offsets = true;
    if (fifth > largest) largest = fifth;
    const complete = ms(time);
    const issue = kind.latency ? complete - ns(value) : NaN;
    trace.add(issue, complete, device, fifth ?? NaN, blockSize, DIRECTIONS[direction], -1, -1, source);
    return RECORD;
  };
  const feed = new LineFeed(NAME, '"msec, value, direction 0|1|2, block size, …"', byText(line));

  const finish = (): Imported => {
    const warnings = feed.finish();
    if (kindName === undefined)
      warnings.push(
        'the file name does not say what was logged (…_clat.1.log, _lat, _slat, _bw, _iops): values are as in the file',
      );
    if (samples.rows > 0) return { format: NAME, samples, warnings };
    if (!offsets && largest <= LARGEST_PRIORITY) {
      for (let row = 0; row < trace.length; row++) trace.setOffset(row, NaN);
      warnings.push('no offsets in the log: run fio with log_offset=1');
    }
    warnings.push('completions are logged in whole milliseconds: times are that coarse, latencies are not');
    return { format: NAME, requests: inIssueOrder(trace), warnings };
  };
  return { push: (chunk) => feed.push(chunk), finish };
}
