/**
 * A file is not what it was taken for: names the format, the line (or byte), what stood there and what was expected.
 */
export class TraceError extends Error {
  override name = 'TraceError';

  /** @param where such as `line 3` or `byte 48` */
  constructor(format: string, where: string, found: string, expected: string) {
    super(`not ${format} at ${where}: found ${quoted(found)}, expected ${expected}`);
  }
}

const LONGEST = 100;

/** A piece of the file as it can be printed on one line. */
function quoted(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return JSON.stringify(cut);
}
