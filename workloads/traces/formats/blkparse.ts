/**
 * blkparse's default text: `259,0    1        4     0.000002000 19359  D   R 7904 + 8 [fio]` = major,minor; cpu;
 * sequence; seconds; pid; action; RWBS; sector (512 B) + sectors [process] (blktrace 1.2.0, blkparse(1)).
 *
 * Read in place, byte by byte: only D, C and R lines (or Q, if that is counted) are parsed past their action.
 */
import { ActionCounts, COMPLETE, REQUEUE } from '../block-actions.ts';
import { BlockTrace } from '../block-trace.ts';
import { TraceClock } from '../clock.ts';
import { finishRequests, type ImportOptions, linesLike, type TraceFormat } from '../imported.ts';
import { LineFeed, type LineKind, NOISE, RECORD, textOf, UNKNOWN } from '../line-feed.ts';
import { RequestPairing, SECTOR } from '../pairing.ts';
import { ProcessNames } from '../process-names.ts';
import { operationOf } from '../rwbs.ts';
import { Scanner } from '../scanner.ts';

const NAME = 'blkparse';
const EXPECTED = '"major,minor cpu sequence seconds pid action RWBS sector + sectors [process]"';
const LINE = /^\s*\d+,\d+\s+\d+\s+\d+\s+\d+\.\d+\s+\d+\s+[A-Za-z]{1,2}\s+[A-Z]+(\s|$)/;
const SUMMARY =
  /^(CPU ?\d+ \(|Total \(|Throughput|Events \(|Skips:|Input file|Trace started|\s+(Reads?|Writes?|IO|Timer|PC|Allocation|Average|Dispatch|Partial)\b)/;

const COMMA = 44;
const POINT = 46;
const PLUS = 43;

export const blkparse: TraceFormat = {
  name: NAME,
  describes: 'blkparse, default layout',
  detect: linesLike(LINE),
  open: (options) => new BlkparseImporter(options),
};

class BlkparseImporter {
  readonly #trace = new BlockTrace();
  readonly #clock = new TraceClock(1e3, 'recorded');
  readonly #names: ProcessNames;
  readonly #pairing: RequestPairing;
  readonly #counts = new ActionCounts();
  readonly #scanner = new Scanner();
  readonly #counted: number;
  #major = -1;
  #minor = -1;
  #device = 0;
  readonly #feed = new LineFeed(NAME, EXPECTED, (bytes, start, end) => this.#line(bytes, start, end));

  constructor(options: ImportOptions) {
    this.#pairing = new RequestPairing(this.#trace, options.action);
    this.#counted = this.#pairing.counted.charCodeAt(0);
    this.#names = new ProcessNames(this.#trace.sources);
  }

  push(chunk: Uint8Array): void {
    this.#feed.push(chunk);
  }

  finish() {
    const imported = finishRequests(NAME, this.#trace, this.#feed, this.#clock, this.#pairing);
    this.#counts.require(NAME, this.#pairing.counted);
    return imported;
  }

  #line(bytes: Uint8Array, start: number, end: number): LineKind {
    const scanner = this.#scanner;
    scanner.line(bytes, start, end);
    scanner.blanks();
    const major = scanner.number();
    if (!scanner.accept(COMMA)) return SUMMARY.test(textOf(bytes, start, end)) ? NOISE : UNKNOWN;
    const minor = scanner.number();
    scanner.blanks();
    const cpu = scanner.number();
    scanner.blanks();
    scanner.number();
    scanner.blanks();
    const seconds = scanner.number();
    if (!scanner.accept(POINT)) return UNKNOWN;
    const nanoseconds = scanner.fraction();
    scanner.blanks();
    const pid = scanner.number();
    scanner.blanks();
    const action = bytes[scanner.at];
    const letters = scanner.word();
    if (letters === 0 || letters > 2 || !(major + minor + cpu + seconds + nanoseconds + pid >= 0))
      return UNKNOWN;
    if (letters === 2) return NOISE;
    if (action !== this.#counted && action !== COMPLETE && action !== REQUEUE) {
      this.#counts.count(action);
      return RECORD;
    }
    scanner.blanks();
    const op = operationOf(bytes[scanner.at], bytes[scanner.at + 1]);
    scanner.word();
    scanner.blanks();
    const sector = scanner.number();
    scanner.blanks();
    let sectors = 0;
    if (scanner.accept(PLUS)) {
      scanner.blanks();
      sectors = scanner.number();
      if (Number.isNaN(sectors)) return UNKNOWN;
    }
    this.#counts.count(action);
    if (major !== this.#major || minor !== this.#minor) this.#changeDevice(major, minor);
    const time = this.#clock.at(seconds, nanoseconds);
    if (action === COMPLETE) this.#pairing.completed(time, this.#device, sector, sectors * SECTOR, op, cpu);
    else if (action === REQUEUE) this.#pairing.requeued(this.#device, sector);
    else {
      scanner.blanks();
      const source = this.#names.of(pid, bytes, scanner.at, end);
      this.#pairing.issued(time, this.#device, sector, sectors * SECTOR, op, pid, cpu, source);
    }
    return RECORD;
  }

  #changeDevice(major: number, minor: number): void {
    this.#major = major;
    this.#minor = minor;
    this.#device = this.#trace.devices.indexOf(`${major},${minor}`);
  }
}
