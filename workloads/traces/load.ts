/**
 * Trace files from disk, read in chunks: gzip by content, all siblings of a blktrace file, `-` for standard input.
 */
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { detectFormat, formatOf, HEAD_BYTES } from './formats/index.ts';
import type { Imported, Importer, ImportOptions } from './imported.ts';

export interface LoadOptions extends ImportOptions {
  /** Name of the format; detected from the content where absent. */
  format?: string;
}

const CHUNK = 1 << 20;
const BLKTRACE = /^(.*\.blktrace\.)\d+(\.gz)?$/;

/** Reads a trace file. Throws TraceError where it is not of its format. */
export async function loadTrace(path: string, options: LoadOptions = {}): Promise<Imported> {
  // A CPU that saw no request leaves an empty file, which could not be detected.
  const format = options.format ?? (BLKTRACE.test(basename(path)) ? 'blktrace' : undefined);
  const withName = { fileName: basename(path), ...options, format };
  let importer: Importer | undefined;
  for (const [index, file] of (await siblings(path)).entries()) {
    const head: Buffer[] = [];
    let length = 0;
    for await (const chunk of chunksOf(file)) {
      if (importer !== undefined) {
        importer.push(chunk, index);
        continue;
      }
      head.push(chunk);
      length += chunk.length;
      if (length < HEAD_BYTES) continue;
      importer = begin(Buffer.concat(head), withName, index);
    }
    importer ??= begin(Buffer.concat(head), withName, index);
  }
  return importer!.finish();
}

/** Reads a trace that is in memory, in one or more files of bytes. */
export function importTrace(files: Uint8Array | readonly Uint8Array[], options: LoadOptions = {}): Imported {
  const list = files instanceof Uint8Array ? [files] : files;
  const importer = begin(list[0], options, 0);
  for (const [index, bytes] of list.entries()) if (index > 0) importer.push(bytes, index);
  return importer.finish();
}

function begin(head: Uint8Array, options: LoadOptions, index: number): Importer {
  // A layout names its format: no other takes one.
  const name = options.format ?? (options.layout === undefined ? undefined : 'blkparse-layout');
  const format = name === undefined ? detectFormat(head) : formatOf(name);
  const importer = format.open(options);
  importer.push(head, index);
  return importer;
}

/** Naming one `X.blktrace.N` means the trace of every CPU. */
async function siblings(path: string): Promise<string[]> {
  const match = BLKTRACE.exec(basename(path));
  if (match === null) return [path];
  const cpuOf = (name: string) => Number(/(\d+)(\.gz)?$/.exec(name)![1]);
  const names = (await readdir(dirname(path))).filter(
    (name) => name.startsWith(match[1]) && /^\d+(\.gz)?$/.test(name.slice(match[1].length)),
  );
  return names.sort((a, b) => cpuOf(a) - cpuOf(b)).map((name) => join(dirname(path), name));
}

const GZIP = [0x1f, 0x8b];

async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  const stream = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: CHUNK });
  const iterator = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) return;
  const rest = (async function* () {
    yield first.value;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  })();
  if (first.value[0] !== GZIP[0] || first.value[1] !== GZIP[1]) {
    yield* rest;
    return;
  }
  const { Readable } = await import('node:stream');
  const zipped = Readable.from(rest);
  const plain = createGunzip({ chunkSize: CHUNK });
  zipped.on('error', (error) => plain.destroy(error));
  yield* zipped.pipe(plain) as AsyncIterable<Buffer>;
}
