/**
 * blkparse with a layout of the user's own, `blkparse -f "%5T.%9t,%a,%d,%S,%n,%N,%p,%C\n"` (blkparse(1), OUTPUT
 * DESCRIPTION AND FORMATTING; blkparse_fmt.c, print_field).
 *
 * The layout is compiled into steps (a literal byte, or a field with the byte that ends it) which are interpreted per
 * line in place. %t is the nanoseconds of the second as a whole number, zero-padded to its width only.
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
import { TraceError } from '../trace-error.ts';

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

/** Fields read as numbers, by letter; the others are text. */
const NUMBERS = 'cemMnNpsStTuUgz';
const TEXTS = 'adCP';
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

/** A literal byte (field 0), or a field's letter with the byte that ends it (0 = the end of the line). */
interface Step {
  field: number;
  byte: number;
}

/** Compiles a layout; throws on an unknown field and where a field is missing that a request needs. */
export function compileLayout(layout: string): Step[] {
  const text = layout.replace(/\\n|\n/g, '').replace(/\\t/g, '\t');
  const steps: Step[] = [];
  for (let at = 0; at < text.length; at++) {
    const field = /^%-?\d*([A-Za-z])/.exec(text.slice(at));
    if (!field) {
      steps.push({ field: 0, byte: text.charCodeAt(at) });
      continue;
    }
    if (!NUMBERS.includes(field[1]) && !TEXTS.includes(field[1]) && field[1] !== 'D')
      throw new TraceError(
        NAME,
        `character ${at + 1} of the layout`,
        field[0],
        `one of %${[...NUMBERS, ...TEXTS, 'D'].join(' %')}`,
      );
    at += field[0].length - 1;
    steps.push({ field: field[1].charCodeAt(0), byte: at + 1 < text.length ? text.charCodeAt(at + 1) : 0 });
  }
  const has = (letter: string) => steps.some((step) => step.field === letter.charCodeAt(0));
  for (const [letter, why] of [
    ['a', 'the action: without it an I/O would be counted up to six times'],
    ['T', 'the seconds'],
    ['S', 'the sector'],
  ])
    if (!has(letter)) throw new TraceError(NAME, 'the layout', layout, `%${letter} in it, ${why}`);
  if (!has('n') && !has('N')) throw new TraceError(NAME, 'the layout', layout, '%n or %N in it, the length');
  return steps;
}

class BlkparseLayoutImporter {
  readonly #trace = new BlockTrace();
  readonly #clock = new TraceClock(1e3, 'recorded');
  readonly #names: ProcessNames;
  readonly #pairing: RequestPairing;
  readonly #counts = new ActionCounts();
  readonly #scanner = new Scanner();
  readonly #counted: number;
  readonly #fields: Uint8Array;
  readonly #bytes: Uint8Array;
  /** The numeric fields of the line at hand, by letter. */
  readonly #values = new Float64Array(128);
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
    const scanner = this.#scanner;
    const values = this.#values;
    const fields = this.#fields;
    scanner.line(bytes, start, end);
    values[MAJOR] = values[MINOR] = values[PID] = values[NANOSECONDS] = 0;
    values[CPU] = -1;
    values[BYTES] = NaN;
    let action = 0;
    let op = operationOf(0, 0);
    let nameStart = end;
    let nameEnd = end;
    for (let step = 0; step < fields.length; step++) {
      const field = fields[step];
      const byte = this.#bytes[step];
      if (field === 0) {
        if (byte === BLANK) scanner.blanks();
        else if (!scanner.accept(byte)) return NOTE.test(textOf(bytes, start, end)) ? NOISE : UNKNOWN;
        continue;
      }
      if (byte !== BLANK || field !== PROCESS) scanner.blanks();
      if (field === ACTION || field === RWBS || field === PROCESS || field === PAYLOAD) {
        const from = scanner.at;
        this.#skipTo(byte);
        if (field === ACTION) {
          action = bytes[from];
          const single = scanner.at === from + 1 || bytes[from + 1] === BLANK;
          if (scanner.at === from) return UNKNOWN;
          // Most lines are other actions of an I/O already counted: what follows does not matter.
          if (!single || (action !== this.#counted && action !== COMPLETE && action !== REQUEUE)) {
            this.#counts.count(action);
            return RECORD;
          }
        } else if (field === RWBS) op = operationOf(bytes[from], bytes[from + 1]);
        else if (field === PROCESS) {
          nameStart = from;
          nameEnd = scanner.at;
        }
      } else if (field === DEVICE) {
        values[MAJOR] = scanner.number();
        if (!scanner.accept(COMMA)) return UNKNOWN;
        values[MINOR] = scanner.number();
        scanner.blanks();
      } else {
        const value = scanner.number();
        if (Number.isNaN(value)) return NOTE.test(textOf(bytes, start, end)) ? NOISE : UNKNOWN;
        values[field] = value;
      }
    }
    this.#counts.count(action);
    this.#record(action, op, bytes, nameStart, nameEnd);
    return RECORD;
  }

  #record(
    action: number,
    op: ReturnType<typeof operationOf>,
    bytes: Uint8Array,
    nameStart: number,
    nameEnd: number,
  ): void {
    const values = this.#values;
    const device = this.#deviceOf(values[MAJOR], values[MINOR]);
    const length = Number.isNaN(values[BYTES]) ? values[SECTORS] * SECTOR : values[BYTES];
    const sector = values[SECTOR_NUMBER];
    const time = this.#clock.at(values[SECONDS], values[NANOSECONDS]);
    if (action === COMPLETE) this.#pairing.completed(time, device, sector, length, op, values[CPU]);
    else if (action === REQUEUE) this.#pairing.requeued(device, sector);
    else {
      const source = this.#names.of(values[PID], bytes, nameStart, nameEnd);
      this.#pairing.issued(time, device, sector, length, op, values[PID], values[CPU], source);
    }
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
