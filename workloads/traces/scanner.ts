/**
 * Reads numbers and words out of a line of bytes in place: trace files are gigabytes, and a string per field would
 * cost more than everything else together.
 */
const SPACE = 32;
const TAB = 9;
const ZERO = 48;

/** First place at or after `at` that is no blank. */
export function afterBlanks(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
  return at;
}

/** First place at or after `at` that ends a word: a blank, or the end. */
export function afterWord(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && bytes[at] !== SPACE && bytes[at] !== TAB) at++;
  return at;
}

export class Scanner {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  /** The last number read by `wide`: high x 10^9 + low. */
  high = 0;
  low = 0;

  line(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  blanks(): void {
    this.at = afterBlanks(this.bytes, this.at, this.end);
  }

  /** Reads one character; false if another stands there. */
  accept(character: number): boolean {
    if (this.at >= this.end || this.bytes[this.at] !== character) return false;
    this.at++;
    return true;
  }

  /** Unsigned decimal number at this place, or NaN. */
  number(): number {
    const bytes = this.bytes;
    const end = this.end;
    let at = this.at;
    let value = 0;
    for (; at < end; at++) {
      const digit = bytes[at] - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (at === this.at) return NaN;
    this.at = at;
    return value;
  }

  /** Unsigned whole number of up to 24 digits into `high` (all but the last nine digits) and `low`; false if none. */
  wide(): boolean {
    const start = this.at;
    const bytes = this.bytes;
    let at = start;
    while (at < this.end && bytes[at] >= ZERO && bytes[at] <= ZERO + 9) at++;
    if (at === start || at - start > 24) return false;
    const split = at - 9;
    let high = 0;
    for (let i = start; i < split; i++) high = high * 10 + bytes[i] - ZERO;
    let low = 0;
    for (let i = Math.max(start, split); i < at; i++) low = low * 10 + bytes[i] - ZERO;
    this.high = high;
    this.low = low;
    this.at = at;
    return true;
  }

  /** Digits after a decimal point as nanoseconds of a second (nine places, further ones dropped), or NaN. */
  fraction(): number {
    const bytes = this.bytes;
    let value = 0;
    let places = 0;
    let at = this.at;
    for (; at < this.end; at++) {
      const digit = bytes[at] - ZERO;
      if (digit < 0 || digit > 9) break;
      if (places < 9) {
        value = value * 10 + digit;
        places++;
      }
    }
    if (places === 0) return NaN;
    this.at = at;
    for (; places < 9; places++) value *= 10;
    return value;
  }
}
