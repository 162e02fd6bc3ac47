/**
 * `nvmoe trace convert FILE --to chrome|iolog|csv`: a measured trace for other tools.
 */
import { type BlockTrace, toChromeTrace, toCsv, toFioIolog } from '../../workloads/traces/index.ts';
import { InputError } from '../errors.ts';
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
