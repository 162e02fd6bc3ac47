/**
 * MQSim's ASCII traces: `4851300 1 524288 16 0` = arrival in ns, device, first sector (512 B), sectors, and 0 = write,
 * 1 = read (CMU-SAFARI/MQSim, ASCII_Trace_Definition.h; the opposite of fio's direction).
 */
import { BlockTrace, READ, WRITE } from '../block-trace.ts';
import { TraceClock } from '../clock.ts';
import { finishRequests, type Importer, linesLike, type TraceFormat } from '../imported.ts';
import { byText, LineFeed, type LineKind, RECORD, UNKNOWN } from '../line-feed.ts';
import { SECTOR } from '../pairing.ts';
import { highOf, lowOf } from '../stamps.ts';

const NAME = 'mqsim';
const LINE = /^(\d{1,20})\s+(\d+)\s+(\d+)\s+(\d+)\s+([01])\s*$/;

export const mqsim: TraceFormat = {
  name: NAME,
  describes: 'MQSim ASCII trace',
  detect: linesLike(LINE),
  open,
};

function open(): Importer {
  const trace = new BlockTrace();
  const clock = new TraceClock(1e3, 'recorded');
  const source = trace.sources.indexOf('');
  const line = (text: string): LineKind => {
    const match = LINE.exec(text);
    if (!match) return UNKNOWN;
    const [, stamp, device, sector, sectors, read] = match;
    const op = read === '1' ? READ : WRITE;
    const time = clock.at(highOf(stamp), lowOf(stamp));
    trace.add(
      time,
      NaN,
      trace.devices.indexOf(device),
      Number(sector) * SECTOR,
      Number(sectors) * SECTOR,
      op,
      -1,
      -1,
      source,
    );
    return RECORD;
  };
  const feed = new LineFeed(NAME, '"ns device sector sectors 0|1"', byText(line));
  return { push: (chunk) => feed.push(chunk), finish: () => finishRequests(NAME, trace, feed, clock) };
}
