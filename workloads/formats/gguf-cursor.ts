/**
 * Reads a file's header front to back through a small window, in either byte order. Nothing is taken on trust: a length
 * that points past the end of the file, a number beyond 2^53 or a header that is larger than any real one is an error that
 * names the file, the byte and what was being read.
 */

/** A file to read from; `read` may return fewer bytes only at the end of the file. */
export interface GgufFile {
  name: string;
  bytes: number;
  read(offset: number, length: number): Uint8Array;
}

const WINDOW = 64 * 1024;

/** Real headers, tokenizer included, are 1 to 20 MB. */
const LARGEST_HEADER = 128 * 2 ** 20;

export class GgufCursor {
  readonly file: GgufFile;
  position = 0;
  littleEndian = true;
  private window: DataView = new DataView(new ArrayBuffer(0));
  private windowStart = 0;
  private at = 0;
  private readonly text = new TextDecoder();

  constructor(file: GgufFile) {
    this.file = file;
  }

  fail(message: string): never {
    throw new Error(`${this.file.name}: ${message}`);
  }

  /** Bytes from here to the end of the file. */
  get remaining(): number {
    return this.file.bytes - this.position;
  }

  private require(length: number, what: string): void {
    if (length <= this.remaining) return;
    this.fail(
      `the file ends at byte ${this.file.bytes}, ${what} at byte ${this.position} needs ${length} more: ` +
        'truncated or damaged, fetch it again',
    );
  }

  skip(length: number, what: string): void {
    this.require(length, what);
    this.position += length;
    if (this.position > LARGEST_HEADER)
      this.fail(`the header is larger than ${LARGEST_HEADER} bytes (${what})`);
  }

  /** Moves past `length` bytes and returns the window, in which they start at `at`. */
  private take(length: number, what: string): DataView {
    const start = this.position;
    this.skip(length, what);
    if (start < this.windowStart || start + length > this.windowStart + this.window.byteLength) {
      const wanted = Math.min(Math.max(length, WINDOW), this.file.bytes - start);
      const bytes = this.file.read(start, wanted);
      if (bytes.byteLength < length) this.fail(`could not read ${length} bytes of ${what} at byte ${start}`);
      this.window = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.windowStart = start;
    }
    this.at = start - this.windowStart;
    return this.window;
  }

  u8 = (what: string) => this.take(1, what).getUint8(this.at);
  i8 = (what: string) => this.take(1, what).getInt8(this.at);
  u16 = (what: string) => this.take(2, what).getUint16(this.at, this.littleEndian);
  i16 = (what: string) => this.take(2, what).getInt16(this.at, this.littleEndian);
  u32 = (what: string) => this.take(4, what).getUint32(this.at, this.littleEndian);
  i32 = (what: string) => this.take(4, what).getInt32(this.at, this.littleEndian);
  f32 = (what: string) => this.take(4, what).getFloat32(this.at, this.littleEndian);
  f64 = (what: string) => this.take(8, what).getFloat64(this.at, this.littleEndian);
  u64 = (what: string) => this.take(8, what).getBigUint64(this.at, this.littleEndian);
  i64 = (what: string) => this.take(8, what).getBigInt64(this.at, this.littleEndian);

  /** A 64-bit length, count or offset. */
  size(what: string): number {
    const value = this.u64(what);
    if (value > Number.MAX_SAFE_INTEGER)
      this.fail(`${what} at byte ${this.position - 8} is ${value}: not possible`);
    return Number(value);
  }

  /** A count of things that take at least `least` bytes each; checked against the file before anything is allocated. */
  count(what: string, least: number): number {
    const value = this.size(what);
    if (value * least > this.remaining) {
      this.fail(`${what} is ${value}, but only ${this.remaining} bytes follow: damaged`);
    }
    return value;
  }

  /** A string of at most `limit` bytes. */
  string(what: string, limit: number): string {
    const length = this.size(`length of ${what}`);
    this.require(length, what);
    if (length > limit) this.fail(`${what} has ${length} bytes, at most ${limit} are allowed`);
    const { buffer, byteOffset } = this.take(length, what);
    return this.text.decode(new Uint8Array(buffer, byteOffset + this.at, length));
  }
}
