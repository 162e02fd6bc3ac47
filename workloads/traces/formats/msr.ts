/**
 * MSR Cambridge block traces (SNIA IOTTA): `128166372003061629,hm,0,Read,7014912,4096,26` = Windows file time (100 ns
 * since 1601), host, disk, Read or Write, offset and size in bytes, response time in 100 ns. No heading.
 */
import { BlockTrace, READ, WRITE } from '../block-trace.ts';
import { TraceClock } from '../clock.ts';
import { finishRequests, type Importer, linesLike, type TraceFormat } from '../imported.ts';
import { LineFeed, type LineKind, RECORD, textOf, UNKNOWN } from '../line-feed.ts';
import { Scanner } from '../scanner.ts';

const NAME = 'msr';
const COMMA = 44;
const LETTER_R = 82;
const LETTER_W = 87;
/** Picoseconds of 100 ns. */
const TICK = 1e5;

export const msr: TraceFormat = {
  name: NAME,
  describes: 'MSR Cambridge block trace',
  detect: linesLike(/^\d{15,20},[^,]*,\d+,(Read|Write),\d+,\d+,\d+\s*$/),
  open,
};

function open(): Importer {
  const trace = new BlockTrace();
  const clock = new TraceClock(TICK, 'first');
  const source = trace.sources.indexOf('');
  const scanner = new Scanner();
  const field = (bytes: Uint8Array, end: number): number => {
    while (scanner.at < end && bytes[scanner.at] !== COMMA) scanner.at++;
    return scanner.accept(COMMA) ? scanner.at : -1;
  };
  let device = -1;
  let deviceName = '';
  const line = (bytes: Uint8Array, start: number, end: number): LineKind => {
    scanner.line(bytes, start, end);
    if (!scanner.wide()) return UNKNOWN;
    const nameStart = field(bytes, end);
    if (nameStart < 0 || field(bytes, end) < 0) return UNKNOWN;
    const opStart = field(bytes, end);
    const letter = bytes[opStart];
    if (opStart < 0 || (letter !== LETTER_R && letter !== LETTER_W) || field(bytes, end) < 0) return UNKNOWN;
    const offset = scanner.number();
    if (!scanner.accept(COMMA)) return UNKNOWN;
    const length = scanner.number();
    if (!scanner.accept(COMMA)) return UNKNOWN;
    const response = scanner.number();
    if (!(offset + length + response >= 0)) return UNKNOWN;
    if (!same(bytes, nameStart, opStart - 1, deviceName)) {
      deviceName = textOf(bytes, nameStart, opStart - 1);
      device = trace.devices.indexOf(deviceName.replace(',', '.'));
    }
    const issue = clock.at(scanner.high, scanner.low);
    trace.add(
      issue,
      issue + response * TICK,
      device,
      offset,
      length,
      letter === LETTER_R ? READ : WRITE,
      -1,
      -1,
      source,
    );
    return RECORD;
  };
  const feed = new LineFeed(NAME, '"filetime,host,disk,Read|Write,offset,size,response"', line);
  return { push: (chunk) => feed.push(chunk), finish: () => finishRequests(NAME, trace, feed, clock) };
}

function same(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}
