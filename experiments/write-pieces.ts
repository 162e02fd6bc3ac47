/** Writes text that comes in small pieces, as converted traces do, to a file; gzipped where its name ends in .gz. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { InputError, messageOf } from './errors.ts';

/** Pieces joined to this length are written at once: a write per line costs more than the line. */
const BLOCK = 1 << 16;

export function* joined(pieces: Iterable<string>): Generator<string> {
  let block = '';
  for (const piece of pieces) {
    block += piece;
    if (block.length < BLOCK) continue;
    yield block;
    block = '';
  }
  if (block !== '') yield block;
}

/** Writes the pieces to a file. @throws InputError */
export async function writePieces(pieces: Iterable<string | Uint8Array>, path: string): Promise<void> {
  const source = Readable.from(pieces, { objectMode: false });
  const target = () => createWriteStream(path);
  try {
    if (path.endsWith('.gz')) await pipeline(source, createGzip(), target());
    else await pipeline(source, target());
  } catch (error) {
    const { syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw new InputError(`cannot write ${path}: ${messageOf(error)}`);
  }
}
