/**
 * Kernel events of an mmap decode, csv with the heading `t_us,cpu,comm,ev,page_or_sector,npages_or_nsectors,extra`:
 * I block read issued and C completed (sector, sectors), F fault at a page of the file; M (mapped around), O, U, Y, S
 * (read-ahead), A and D (pages added to and removed from the cache) are other views of the same bytes, not requests.
 */
import { us } from '../../../sim/time.ts';
import { BlockTrace, READ } from '../block-trace.ts';
import { TraceClock } from '../clock.ts';
import { FAULT_UNKNOWN, FaultTrace } from '../fault-trace.ts';
import { CERTAIN, finishRequests, type Importer, type ImportOptions, type TraceFormat } from '../imported.ts';
import { LineFeed, type LineKind, NOISE, RECORD, textOf, UNKNOWN } from '../line-feed.ts';
import { RequestPairing, SECTOR } from '../pairing.ts';
import { ProcessNames } from '../process-names.ts';
import { Scanner } from '../scanner.ts';

const NAME = 'kernel-events';
const HEADING = 't_us,cpu,comm,ev,page_or_sector,npages_or_nsectors';
const COMMA = 44;
const ISSUED = 73;
const COMPLETED = 67;
const FAULTED = 70;
const OTHERS = 'MOUYSAD';
const PAGE = 4096;

export const kernelEvents: TraceFormat = {
  name: NAME,
  describes: 'kernel events of page cache and block layer, csv',
  detect: ({ text }) => (text.startsWith(HEADING) ? CERTAIN : 0),
  open,
};

function open(options: ImportOptions): Importer {
  const trace = new BlockTrace();
  const faults = new FaultTrace();
  const clock = new TraceClock(us(1), 'recorded');
  const pairing = new RequestPairing(trace);
  const device = trace.devices.indexOf('disk');
  const file = faults.files.indexOf('file');
  const pageBytes = options.pageBytes ?? PAGE;
  const scanner = new Scanner();
  const names = new ProcessNames(trace.sources);
  const line = (bytes: Uint8Array, start: number, end: number): LineKind => {
    scanner.line(bytes, start, end);
    if (!scanner.wide() || !scanner.accept(COMMA))
      return textOf(bytes, start, end).startsWith('t_us,') ? NOISE : UNKNOWN;
    const cpu = scanner.number();
    if (!scanner.accept(COMMA)) return UNKNOWN;
    const command = scanner.at;
    while (scanner.at < end && bytes[scanner.at] !== COMMA) scanner.at++;
    const commandEnd = scanner.at;
    if (!scanner.accept(COMMA)) return UNKNOWN;
    const event = bytes[scanner.at++];
    if (!scanner.accept(COMMA)) return UNKNOWN;
    const place = scanner.number();
    if (!scanner.accept(COMMA)) return UNKNOWN;
    const count = scanner.number();
    if (!(cpu + place + count >= 0)) return UNKNOWN;
    const time = clock.at(scanner.high, scanner.low);
    // No pid is recorded, so the processor stands in for it as the key of the name.
    if (event === ISSUED) {
      const source = names.of(cpu, bytes, command, commandEnd);
      pairing.issued(time, device, place, count * SECTOR, READ, -1, cpu, source);
    } else if (event === COMPLETED) pairing.completed(time, device, place, count * SECTOR, READ, cpu);
    else if (event === FAULTED) {
      const name = faults.commands.indexOf(textOf(bytes, command, commandEnd));
      faults.add(time, -1, cpu, name, NaN, file, place * pageBytes, FAULT_UNKNOWN, false);
    } else if (!OTHERS.includes(String.fromCharCode(event))) return UNKNOWN;
    return RECORD;
  };
  const feed = new LineFeed(NAME, `the heading "${HEADING},extra" and its rows`, line);
  return {
    push: (chunk) => feed.push(chunk),
    finish: () => ({ ...finishRequests(NAME, trace, feed, clock, pairing), faults }),
  };
}
