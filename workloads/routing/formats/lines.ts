/**
 * Lines of a text trace from the chunks of a file that may be larger than memory, gzip or not, and the error that every
 * trace format raises.
 */
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Bytes of a trace in order: a file's read stream, or an array of buffers. */
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Something in a trace that its format does not allow; `place` is a line (or record) number from 1. */
export class TraceError extends Error {
  constructor(file: string, place: number | string, found: string, expected: string) {
    const shown = found.length > 120 ? `${found.slice(0, 117)}...` : found;
    super(`${file}:${place}: found ${shown}; expected ${expected}`);
  }
}

/** The chunks themselves, or what they hold if they begin with gzip's magic number (RFC 1952). */
export async function* gunzipped(chunks: Chunks, file: string): AsyncGenerator<Uint8Array> {
  const { head, rest } = await peek(chunks, 2);
  if (!(head[0] === 0x1f && head[1] === 0x8b)) {
    yield* rest;
    return;
  }
  const source = Readable.from(rest, { objectMode: false });
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  try {
    yield* source.pipe(gunzip) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new TraceError(file, 'gzip', (error as Error).message, 'a complete gzip stream');
  }
}

/** The first bytes (at least `bytes`, fewer only if the trace is shorter), and all chunks including those. */
export async function peek(chunks: Chunks, bytes: number) {
  const source = async function* () {
    yield* chunks;
  };
  const iterator = source();
  const taken: Uint8Array[] = [];
  let length = 0;
  while (length < bytes) {
    const { value, done } = await iterator.next();
    if (done) break;
    taken.push(value);
    length += value.length;
  }
  const rest = async function* (): AsyncGenerator<Uint8Array> {
    yield* taken;
    yield* iterator;
  };
  return { head: Buffer.concat(taken), rest: rest() };
}

/** A line is at most this long (characters): a file without line ends must not fill the memory. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** Lines without their ends, several at a time (one array a chunk: awaiting each line would cost more than parsing it). */
export async function* linesOf(chunks: Chunks, file: string): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let tail = '';
  let count = 1;
  for await (const chunk of chunks) {
    const lines = (tail + decoder.decode(chunk, { stream: true })).split('\n');
    tail = lines.pop()!;
    if (tail.length > LONGEST_LINE) {
      throw new TraceError(file, count, `${tail.length} characters without a line end`, 'a text trace');
    }
    count += lines.length;
    if (lines.length > 0) yield lines;
  }
  tail += decoder.decode();
  if (tail !== '') yield [tail];
}
