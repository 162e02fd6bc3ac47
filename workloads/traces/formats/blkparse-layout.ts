/**
 * blkparse with a layout of the user's own, `blkparse -f "%5T.%9t,%a,%d,%S,%n,%N,%p,%C\n"` (blkparse(1), OUTPUT
 * DESCRIPTION AND FORMATTING; blkparse_fmt.c, print_field).
 *
 * The layout is compiled into steps (a literal byte, or a field with the byte that ends it) which are interpreted per
 * line in place. %t is the nanoseconds of the second as a whole number, zero-padded to its width only.
 */
import { ActionCounts, COMPLETE, REQUEUE } from '../block-actions.ts';
import { BlockTrace, OTHER, type TraceOperation } from '../block-trace.ts';
import { TraceClock } from '../clock.ts';
import { finishRequests, type ImportOptions, linesLike, type TraceFormat } from '../imported.ts';
import { LineFeed, type LineKind, NOISE, RECORD, textOf, UNKNOWN } from '../line-feed.ts';
import { RequestPairing, SECTOR } from '../pairing.ts';
import { ProcessNames } from '../process-names.ts';
import { operationOf } from '../rwbs.ts';
import { Scanner } from '../scanner.ts';
import { TraceError } from '../trace-error.ts';
import { compileLayout } from './layout-steps.ts';

const NAME = 'blkparse-layout';
/** An action and an RWBS field side by side: some layout, but which one only its user knows. */
const LIKELY = /(^|[\s,;|])[QGIDC][\s,;|]+[RWDFN][AFMSV]*[\s,;|]/;
const NOTE = /^(Input file|CPU ?\d+ \(|Total \()/;

export const blkparseLayout: TraceFormat = {
  name: NAME,
  describes: 'blkparse -f, with its format string given',
  detect: (head) => linesLike(LIKELY)(head) / 2,
  open: (options) => new BlkparseLayoutImporter(options),
};

/** The letters as places in the table of a line's values. */
const ACTION = 97;
const BYTES = 78;
const CPU = 99;
const DEVICE = 68;
const MAJOR = 77;
const MINOR = 109;
const NANOSECONDS = 116;
const PAYLOAD = 80;
const PID = 112;
const PROCESS = 67;
const RWBS = 100;
const SECONDS = 84;
const SECTOR_NUMBER = 83;
const SECTORS = 110;

const BLANK = 32;
const COMMA = 44;

class BlkparseLayoutImporter {
  readonly #trace = new BlockTrace();
  readonly #clock = new TraceClock(1e3, 'recorded');
  readonly #names: ProcessNames;
  readonly #pairing: RequestPairing;
  readonly #counts = new ActionCounts();
  readonly #scanner = new Scanner();
  readonly #counted: number;
  readonly #hasPid: boolean;
  readonly #fields: Uint8Array;
  readonly #bytes: Uint8Array;
  /** The numeric fields of the line at hand, by letter. */
  readonly #values = new Float64Array(128);
  /** The text fields of the line at hand. */
  #action = 0;
  #op: TraceOperation = OTHER;
  #nameStart = 0;
  #nameEnd = 0;
  #deviceKey = -1;
  #device = 0;
  readonly #feed: LineFeed;

  constructor(options: ImportOptions) {
    if (options.layout === undefined)
      throw new TraceError(
        NAME,
        'the layout',
        '',
        'the format string that blkparse -f was given, such as "%5T.%9t,%a,%d,%S,%n,%p,%C\\n"',
      );
    const steps = compileLayout(options.layout);
    this.#hasPid = steps.some((step) => step.field === PID);
    this.#fields = Uint8Array.from(steps, (step) => step.field);
    this.#bytes = Uint8Array.from(steps, (step) => step.byte);
    this.#pairing = new RequestPairing(this.#trace, options.action);
    this.#counted = this.#pairing.counted.charCodeAt(0);
    this.#names = new ProcessNames(this.#trace.sources);
    const expected = `a line laid out as ${JSON.stringify(options.layout)}`;
    this.#feed = new LineFeed(NAME, expected, (bytes, start, end) => this.#line(bytes, start, end));
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
    const values = this.#values;
    this.#scanner.line(bytes, start, end);
    values[MAJOR] = values[MINOR] = values[PID] = values[NANOSECONDS] = 0;
    values[CPU] = -1;
    values[BYTES] = NaN;
    this.#nameStart = this.#nameEnd = end;
    const fields = this.#fields;
    for (let step = 0; step < fields.length; step++) {
      const field = fields[step];
      if (!this.#read(field, this.#bytes[step]))
        return NOTE.test(textOf(bytes, start, end)) ? NOISE : UNKNOWN;
      // Most lines are other actions of an I/O already counted: what follows does not matter.
      if (field === ACTION && !this.#matters(this.#action)) {
        this.#counts.count(this.#action);
        return RECORD;
      }
    }
    this.#counts.count(this.#action);
    this.#request();
    return RECORD;
  }

  #matters(action: number): boolean {
    return action === this.#counted || action === COMPLETE || action === REQUEUE;
  }

  /** Reads one step of the layout; false if something else stands there. */
  #read(field: number, byte: number): boolean {
    const scanner = this.#scanner;
    const values = this.#values;
    if (field === 0 && byte !== BLANK) return scanner.accept(byte);
    scanner.blanks();
    switch (field) {
      case 0:
        return true;
      case ACTION:
      case RWBS:
      case PROCESS:
      case PAYLOAD:
        return this.#readText(field, byte);
      case DEVICE:
        values[MAJOR] = scanner.number();
        if (!scanner.accept(COMMA)) return false;
        values[MINOR] = scanner.number();
        scanner.blanks();
        return true;
      default:
        values[field] = scanner.number();
        return !Number.isNaN(values[field]);
    }
  }

  #readText(field: number, byte: number): boolean {
    const { bytes, at: from } = this.#scanner;
    this.#skipTo(byte);
    const to = this.#scanner.at;
    if (field === ACTION) {
      // Two letters (UT, timer unplug) are none that counts.
      this.#action = to === from + 1 || bytes[from + 1] === BLANK ? bytes[from] : 0;
      return to > from;
    }
    if (field === RWBS) this.#op = operationOf(bytes[from], bytes[from + 1]);
    else if (field === PROCESS) {
      this.#nameStart = from;
      this.#nameEnd = to;
    }
    return true;
  }

  #request(): void {
    const values = this.#values;
    const action = this.#action;
    const device = this.#deviceOf(values[MAJOR], values[MINOR]);
    const length = Number.isNaN(values[BYTES]) ? values[SECTORS] * SECTOR : values[BYTES];
    const sector = values[SECTOR_NUMBER];
    const time = this.#clock.at(values[SECONDS], values[NANOSECONDS]);
    if (action === COMPLETE) this.#pairing.completed(time, device, sector, length, this.#op, values[CPU]);
    else if (action === REQUEUE) this.#pairing.requeued(device, sector);
    else {
      const source = this.#sourceOf(values[PID]);
      this.#pairing.issued(time, device, sector, length, this.#op, values[PID], values[CPU], source);
    }
  }

  /** Names are remembered by pid; without pids each is read. */
  #sourceOf(pid: number): number {
    const { bytes } = this.#scanner;
    if (this.#hasPid) return this.#names.of(pid, bytes, this.#nameStart, this.#nameEnd);
    return this.#trace.sources.indexOf(textOf(bytes, this.#nameStart, this.#nameEnd).trim());
  }

  #skipTo(byte: number): void {
    const { bytes, end } = this.#scanner;
    let at = this.#scanner.at;
    if (byte === 0) at = end;
    else while (at < end && bytes[at] !== byte) at++;
    this.#scanner.at = at;
  }

  #deviceOf(major: number, minor: number): number {
    const key = major * 2 ** 20 + minor;
    if (key !== this.#deviceKey) {
      this.#deviceKey = key;
      this.#device = this.#trace.devices.indexOf(`${major},${minor}`);
    }
    return this.#device;
  }
}
