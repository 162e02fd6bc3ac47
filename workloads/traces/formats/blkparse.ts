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
import { afterBlanks, afterWord, Scanner } from '../scanner.ts';

const NAME = 'blkparse';
const EXPECTED = '"major,minor cpu sequence seconds pid action RWBS sector + sectors [process]"';
const LINE = /^\s*\d+,\d+\s+\d+\s+\d+\s+\d+\.\d+\s+\d+\s+[A-Za-z]{1,2}\s+[A-Z]+(\s|$)/;
const SUMMARY =
  /^(CPU ?\d+ \(|Total \(|Throughput|Events \(|Skips:|Input file|Trace started|\s+(Reads?|Writes?|IO|Timer|PC|Allocation|Average|Dispatch|Partial)\b)/;

const COMMA = 44;
const POINT = 46;
const PLUS = 43;
const NINE = 57;
const LETTER_A = 65;

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
    // Most lines are other actions of an I/O already counted: find the action first, read numbers after.
    const device = afterBlanks(bytes, start, end);
    const cpu = afterBlanks(bytes, afterWord(bytes, device, end), end);
    const sequence = afterBlanks(bytes, afterWord(bytes, cpu, end), end);
    const seconds = afterBlanks(bytes, afterWord(bytes, sequence, end), end);
    const pid = afterBlanks(bytes, afterWord(bytes, seconds, end), end);
    const letter = afterBlanks(bytes, afterWord(bytes, pid, end), end);
    const letterEnd = afterWord(bytes, letter, end);
    const action = bytes[letter];
    if (bytes[device] > NINE || letter === letterEnd || action < LETTER_A)
      return SUMMARY.test(textOf(bytes, start, end)) ? NOISE : UNKNOWN;
    // Two letters: timer unplugs (UT).
    if (letterEnd - letter > 1) return letterEnd - letter === 2 ? NOISE : UNKNOWN;
    if (action === this.#counted || action === COMPLETE || action === REQUEUE) {
      if (!this.#request(bytes, device, cpu, seconds, pid, letterEnd, end)) return UNKNOWN;
    }
    this.#counts.count(action);
    return RECORD;
  }

  /** Reads a line of a counted action, given where its columns begin; false if it is not one. */
  #request(
    bytes: Uint8Array,
    deviceAt: number,
    cpuAt: number,
    secondsAt: number,
    pidAt: number,
    letterEnd: number,
    end: number,
  ): boolean {
    const scanner = this.#scanner;
    scanner.line(bytes, deviceAt, end);
    const major = scanner.number();
    if (!scanner.accept(COMMA)) return false;
    const minor = scanner.number();
    scanner.at = cpuAt;
    const cpu = scanner.number();
    scanner.at = secondsAt;
    const seconds = scanner.number();
    if (!scanner.accept(POINT)) return false;
    const nanoseconds = scanner.fraction();
    scanner.at = pidAt;
    const pid = scanner.number();
    const rwbs = afterBlanks(bytes, letterEnd, end);
    const op = operationOf(bytes[rwbs], bytes[rwbs + 1]);
    scanner.at = afterBlanks(bytes, afterWord(bytes, rwbs, end), end);
    const sector = scanner.number();
    scanner.blanks();
    let sectors = 0;
    if (scanner.accept(PLUS)) {
      scanner.blanks();
      sectors = scanner.number();
    }
    if (!(major + minor + cpu + seconds + nanoseconds + pid + sectors >= 0)) return false;
    if (major !== this.#major || minor !== this.#minor) this.#changeDevice(major, minor);
    const time = this.#clock.at(seconds, nanoseconds);
    const action = bytes[letterEnd - 1];
    if (action === COMPLETE) this.#pairing.completed(time, this.#device, sector, sectors * SECTOR, op, cpu);
    else if (action === REQUEUE) this.#pairing.requeued(this.#device, sector);
    else {
      scanner.blanks();
      const source = this.#names.of(pid, bytes, scanner.at, end);
      this.#pairing.issued(time, this.#device, sector, sectors * SECTOR, op, pid, cpu, source);
    }
    return true;
  }

  #changeDevice(major: number, minor: number): void {
    this.#major = major;
    this.#minor = minor;
    this.#device = this.#trace.devices.indexOf(`${major},${minor}`);
  }
}
