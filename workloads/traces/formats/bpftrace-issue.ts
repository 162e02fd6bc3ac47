/**
 * bpftrace on tracepoint:block:block_rq_issue, one line a request: `1070547314510, R, 4096, 7904, 8` = nsecs since
 * boot, RWBS, bytes, sector, sectors (the script of Doekemeijer et al., CHEOPS 2025). No completion, so no latency;
 * lines of several CPUs are not in order. Files reach a gigabyte: read in place.
 */
import { BlockTrace } from '../block-trace.ts';
import { TraceClock } from '../clock.ts';
import { finishRequests, type Importer, linesLike, type TraceFormat } from '../imported.ts';
import { LineFeed, type LineKind, NOISE, RECORD, textOf, UNKNOWN } from '../line-feed.ts';
import { SECTOR } from '../pairing.ts';
import { operationOf } from '../rwbs.ts';
import { Scanner } from '../scanner.ts';

const NAME = 'bpftrace-issue';
const COMMA = 44;

export const bpftraceIssue: TraceFormat = {
  name: NAME,
  describes: 'bpftrace prints at block_rq_issue: nsecs, rwbs, bytes, sector, sectors',
  detect: linesLike(/^\d{6,}, [A-Z]{1,6}, \d+, \d+, \d+\s*$/),
  open: () => open(),
};

function open(): Importer {
  const trace = new BlockTrace();
  const clock = new TraceClock(1e3, 'first');
  const device = trace.devices.indexOf('block');
  const source = trace.sources.indexOf('');
  const scanner = new Scanner();
  const next = (): boolean => {
    if (!scanner.accept(COMMA)) return false;
    scanner.blanks();
    return true;
  };
  const line = (bytes: Uint8Array, start: number, end: number): LineKind => {
    scanner.line(bytes, start, end);
    if (!scanner.wide()) return textOf(bytes, start, end).startsWith('Attaching') ? NOISE : UNKNOWN;
    if (!next()) return UNKNOWN;
    const op = operationOf(bytes[scanner.at], bytes[scanner.at + 1]);
    while (scanner.at < end && bytes[scanner.at] !== COMMA) scanner.at++;
    if (!next()) return UNKNOWN;
    const length = scanner.number();
    if (!next()) return UNKNOWN;
    const sector = scanner.number();
    if (!next()) return UNKNOWN;
    const sectors = scanner.number();
    if (!(length + sector + sectors >= 0)) return UNKNOWN;
    // The tracepoint's byte count is 0 for ordinary requests of some kernels.
    const size = length > 0 ? length : sectors * SECTOR;
    if (size > 0)
      trace.add(clock.at(scanner.high, scanner.low), NaN, device, sector * SECTOR, size, op, -1, -1, source);
    return RECORD;
  };
  const feed = new LineFeed(NAME, '"nsecs, rwbs, bytes, sector, sectors"', line);
  return { push: (chunk) => feed.push(chunk), finish: () => finishRequests(NAME, trace, feed, clock) };
}
