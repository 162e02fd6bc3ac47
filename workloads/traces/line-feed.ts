/**
 * Lines of a text trace out of chunks of bytes, and the one policy on lines that a format does not know.
 *
 * Preambles, footers and cut lines are common, so unknown lines are skipped and counted; a file with no record at all,
 * or more unknown lines than records, is refused with the first unknown line's number and what was expected there.
 */
import { TraceError } from './trace-error.ts';

/** What a format made of a line. */
export const UNKNOWN = 0;
export const RECORD = 1;
/** Known to hold no record: headings, comments, summaries. */
export const NOISE = 2;
export type LineKind = typeof UNKNOWN | typeof RECORD | typeof NOISE;

/** Receives a line as bytes[start, end), without its line end. */
export type LineParser = (bytes: Uint8Array, start: number, end: number) => LineKind;

const NEWLINE = 10;
const RETURN = 13;
/** No trace has longer lines; without a limit a binary file would be joined in memory. */
const LONGEST_LINE = 4 << 20;
/** Lines before the first record: shells, documentation and tools put text above a listing. */
const LONGEST_PREAMBLE = 100;

export class LineFeed {
  readonly #format: string;
  readonly #expected: string;
  readonly #parse: LineParser;
  #carry: Uint8Array[] = [];
  #carried = 0;
  #lines = 0;
  #records = 0;
  #unknown = 0;
  #preamble = 0;
  #firstUnknown = { line: 0, text: '' };
  #cut = false;

  /** @param expected a line of the format as its readers know it */
  constructor(format: string, expected: string, parse: LineParser) {
    this.#format = format;
    this.#expected = expected;
    this.#parse = parse;
  }

  push(bytes: Uint8Array): void {
    const chunk = plain(bytes);
    let from = 0;
    if (this.#carried > 0) {
      const end = chunk.indexOf(NEWLINE);
      this.#keep(chunk.subarray(0, end < 0 ? chunk.length : end));
      if (end < 0) return;
      const line = this.#joined();
      this.#accept(line, 0, line.length);
      from = end + 1;
    }
    // Buffer's search is three times that of Uint8Array, whose elements in turn are read faster one by one.
    const searched = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let end = searched.indexOf(NEWLINE, from); end >= 0; end = searched.indexOf(NEWLINE, from)) {
      this.#accept(chunk, from, end);
      from = end + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
  }

  /** Reads the last line and returns the warnings; throws TraceError where the file is not of the format. */
  finish(): string[] {
    if (this.#carried > 0) {
      const line = this.#joined();
      const before = this.#unknown;
      this.#accept(line, 0, line.length);
      this.#cut = this.#unknown > before;
      if (this.#cut) this.#unknown = before;
    }
    if (this.#records === 0 || this.#unknown > this.#records) {
      const { line, text } = this.#firstUnknown;
      if (line === 0) throw new TraceError(this.#format, 'the end of the file', 'no record', this.#expected);
      throw new TraceError(this.#format, `line ${line}`, text, this.#expected);
    }
    const warnings: string[] = [];
    if (this.#preamble > 0) warnings.push(`${this.#preamble} lines before the first record were skipped`);
    if (this.#unknown > 0) {
      const { line, text } = this.#firstUnknown;
      warnings.push(
        `${this.#unknown} lines are not ${this.#format} and were skipped, the first at line ${line}: ${JSON.stringify(text.slice(0, 60))}`,
      );
    }
    if (this.#cut) warnings.push(`the last line (${this.#lines}) is cut off and was skipped`);
    return warnings;
  }

  #accept(bytes: Uint8Array, start: number, end: number): void {
    this.#lines++;
    if (end > start && bytes[end - 1] === RETURN) end--;
    if (end === start) return;
    const kind = this.#parse(bytes, start, end);
    if (kind === RECORD) {
      if (this.#records++ === 0 && this.#unknown <= LONGEST_PREAMBLE) {
        this.#preamble = this.#unknown;
        this.#unknown = 0;
      }
    } else if (kind === UNKNOWN && this.#unknown++ === 0)
      this.#firstUnknown = { line: this.#lines, text: textOf(bytes, start, Math.min(end, start + 200)) };
  }

  #keep(part: Uint8Array): void {
    this.#carried += part.length;
    if (this.#carried > LONGEST_LINE)
      throw new TraceError(
        this.#format,
        `line ${this.#lines + 1}`,
        `more than ${LONGEST_LINE} bytes`,
        this.#expected,
      );
    // A copy: the chunk's memory is the reader's to use again. (slice of a Buffer would not copy.)
    this.#carry.push(Uint8Array.from(part));
  }

  #joined(): Uint8Array {
    const line = this.#carry.length === 1 ? this.#carry[0] : plain(Buffer.concat(this.#carry));
    this.#carry = [];
    this.#carried = 0;
    return line;
  }
}

/** The same bytes as a Uint8Array proper, so that parsers see one kind of array. */
const plain = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);

/** bytes[start, end) as text. */
export const textOf = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');

/** Longer lines are not matched: patterns with several free parts take quadratic time. */
const LONGEST_TEXT = 4096;

/** A line parser for formats that are read as text, line by line. */
export const byText =
  (parse: (line: string) => LineKind): LineParser =>
  (bytes, start, end) =>
    end - start > LONGEST_TEXT ? UNKNOWN : parse(textOf(bytes, start, end));
