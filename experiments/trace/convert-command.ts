/**
 * `nvmoe trace convert FILE --to chrome|iolog|csv`: a measured trace for other tools.
 */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type BlockTrace, toChromeTrace, toCsv, toFioIolog } from '../../workloads/traces/index.ts';
import { InputError, messageOf } from '../errors.ts';
import { accessesOf, readTrace, type TraceInput } from './read-trace.ts';

export type Conversion = 'chrome' | 'iolog' | 'csv';

export interface ConvertOptions extends TraceInput {
  to: Conversion;
  /** File that the iolog names instead of the trace's devices. */
  replayFile?: string;
}

/** Pieces of the converted trace, in order, and the warnings of the import. Throws InputError. */
export async function convertTrace(
  file: string,
  options: ConvertOptions,
): Promise<{ pieces: Iterable<string>; requests: number; warnings: string[] }> {
  const imported = await readTrace(file, options);
  const accesses = accessesOf(imported, options.pageBytes);
  if (accesses === undefined || accesses.length === 0)
    throw new InputError(
      `${file}: format ${imported.format} holds no requests or located page faults, so there is nothing to convert`,
    );
  const writers: Record<Conversion, (trace: BlockTrace) => Iterable<string>> = {
    chrome: toChromeTrace,
    iolog: (trace) =>
      toFioIolog(trace, options.replayFile === undefined ? undefined : () => options.replayFile!),
    csv: toCsv,
  };
  return { pieces: writers[options.to](accesses), requests: accesses.length, warnings: imported.warnings };
}

/** Pieces joined to this length are written at once: a write per line costs more than the line. */
const BLOCK = 1 << 16;

function* blocks(pieces: Iterable<string>): Generator<string> {
  let block = '';
  for (const piece of pieces) {
    block += piece;
    if (block.length < BLOCK) continue;
    yield block;
    block = '';
  }
  if (block !== '') yield block;
}

/** Writes the pieces to a file. Throws InputError. */
export async function writePieces(pieces: Iterable<string>, path: string): Promise<void> {
  try {
    await pipeline(Readable.from(blocks(pieces)), createWriteStream(path));
  } catch (error) {
    throw new InputError(`cannot write ${path}: ${messageOf(error)}`);
  }
}
