/**
 * bpftrace on block_rq_issue and block_rq_complete: `nsecs issue device rwbs sector sectors pid command cpu` and
 * `nsecs complete device rwbs sector sectors error` (the print that docs/traces.md suggests). Paired by device and
 * sector: the pid of a completion is whoever was interrupted.
 */
import { BlockTrace } from '../block-trace.ts';
import { TraceClock } from '../clock.ts';
import {
  finishRequests,
  type Importer,
  type ImportOptions,
  linesLike,
  type TraceFormat,
} from '../imported.ts';
import { byText, LineFeed, type LineKind, NOISE, RECORD, UNKNOWN } from '../line-feed.ts';
import { RequestPairing, SECTOR } from '../pairing.ts';
import { operationOfText } from '../rwbs.ts';
import { highOf, lowOf } from '../stamps.ts';

const NAME = 'bpftrace-pairs';
const LINE =
  /^(\d{6,24}) (issue|complete|requeue) (\d+) ([A-Z]+) (\d+) (\d+)(?: (\d+) (.*) (\d+)| -?\d+)?\s*$/;
/** The script's maps, printed when it ends. */
const MAPS = /^(Attaching|@)/;

export const bpftracePairs: TraceFormat = {
  name: NAME,
  describes: 'bpftrace prints at block_rq_issue and block_rq_complete',
  detect: linesLike(LINE),
  open,
};

function open(options: ImportOptions): Importer {
  const trace = new BlockTrace();
  const clock = new TraceClock(1e3, 'first');
  const pairing = new RequestPairing(trace, options.action);
  const line = (text: string): LineKind => {
    const match = LINE.exec(text);
    if (!match) return MAPS.test(text) ? NOISE : UNKNOWN;
    const [, stamp, event, number, rwbs, sectorText, sectors, pid, command, cpu] = match;
    const time = clock.at(highOf(stamp), lowOf(stamp));
    // The kernel's own device number: major above 20 bits of minor.
    const device = trace.devices.indexOf(
      `${Math.floor(Number(number) / 2 ** 20)},${Number(number) % 2 ** 20}`,
    );
    const sector = Number(sectorText);
    const bytes = Number(sectors) * SECTOR;
    const op = operationOfText(rwbs);
    if (event === 'complete') pairing.completed(time, device, sector, bytes, op, -1);
    else if (event === 'requeue') pairing.requeued(device, sector);
    else {
      const source = trace.sources.indexOf(command ?? '');
      pairing.issued(time, device, sector, bytes, op, Number(pid ?? -1), Number(cpu ?? -1), source);
    }
    return RECORD;
  };
  const expected = '"nsecs issue|complete device rwbs sector sectors [pid command cpu | error]"';
  const feed = new LineFeed(NAME, expected, byText(line));
  return {
    push: (chunk) => feed.push(chunk),
    finish: () => finishRequests(NAME, trace, feed, clock, pairing),
  };
}
