/**
 * Alibaba block traces: `0,R,126703661056,4096,1577808000000046` = device, R or W, offset and length in bytes, time in
 * microseconds since 1970; with or without a heading. No latency. Files reach gigabytes: read in place.
 */
import { us } from '../../../sim/time.ts';
import { BlockTrace } from '../block-trace.ts';
import { TraceClock } from '../clock.ts';
import { finishRequests, type Importer, linesLike, type TraceFormat } from '../imported.ts';
import { LineFeed, type LineKind, NOISE, RECORD, textOf, UNKNOWN } from '../line-feed.ts';
import { operationOf } from '../rwbs.ts';
import { Scanner } from '../scanner.ts';

const NAME = 'alibaba';
const COMMA = 44;

export const alibaba: TraceFormat = {
  name: NAME,
  describes: 'Alibaba block trace',
  detect: linesLike(/^(device_id,opcode,offset,length,timestamp|\d+,[RW],\d+,\d+,\d{10,})\s*$/),
  open,
};

function open(): Importer {
  const trace = new BlockTrace();
  const clock = new TraceClock(us(1), 'first');
  const source = trace.sources.indexOf('');
  const scanner = new Scanner();
  const devices = new Map<number, number>();
  const deviceOf = (number: number): number => {
    const known = devices.get(number);
    if (known !== undefined) return known;
    const device = trace.devices.indexOf(String(number));
    devices.set(number, device);
    return device;
  };
  const line = (bytes: Uint8Array, start: number, end: number): LineKind => {
    scanner.line(bytes, start, end);
    const number = scanner.number();
    if (!scanner.accept(COMMA)) return textOf(bytes, start, end).startsWith('device_id,') ? NOISE : UNKNOWN;
    const letter = bytes[scanner.at++];
    if (!scanner.accept(COMMA)) return UNKNOWN;
    const offset = scanner.number();
    if (!scanner.accept(COMMA)) return UNKNOWN;
    const length = scanner.number();
    if (!scanner.accept(COMMA) || !scanner.wide() || !(number + offset + length >= 0)) return UNKNOWN;
    const time = clock.at(scanner.high, scanner.low);
    trace.add(time, NaN, deviceOf(number), offset, length, operationOf(letter, 0), -1, -1, source);
    return RECORD;
  };
  const feed = new LineFeed(NAME, '"device,R|W,offset,length,microseconds"', line);
  return { push: (chunk) => feed.push(chunk), finish: () => finishRequests(NAME, trace, feed, clock) };
}
