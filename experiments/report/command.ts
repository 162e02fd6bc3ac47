/**
 * `nvmoe report RESULT.json …`: results read back from files and written as one page.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { InputError, messageOf } from '../errors.ts';
import { type Result, resultSchema } from '../result.ts';
import { writeReport } from './report.ts';

/** A run's result, or the points of a sweep. */
const fileSchema = z.union([z.object({ points: z.array(resultSchema).min(1) }), resultSchema]);

const STANDARD_INPUT = 0;

function read(file: string): string {
  try {
    const bytes = readFileSync(file === '-' ? STANDARD_INPUT : file);
    return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (cause) {
    throw new InputError(`cannot read result file ${file}: ${messageOf(cause)}`);
  }
}

/**
 * The results in a file: one of a run, or several of a sweep.
 * @param file path, `.gz` too, or `-` for standard input
 * @throws InputError
 */
export function readResults(file: string): Result[] {
  let value: unknown;
  try {
    value = JSON.parse(read(file));
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(
      `${file} is not JSON (${messageOf(cause)}); expected what \`nvmoe run --json\` prints`,
    );
  }
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) throw new InputError(explainMismatch(file, value));
  return 'points' in parsed.data ? parsed.data.points : [parsed.data];
}

/** The first thing that is wrong, measured against the kind of file it looks like. */
function explainMismatch(file: string, value: unknown): string {
  const points = (value as { points?: unknown } | null)?.points;
  const first = Array.isArray(points)
    ? z.array(resultSchema).min(1).safeParse(points)
    : resultSchema.safeParse(value);
  const issue = first.error!.issues[0];
  const path = [...(Array.isArray(points) ? ['points'] : []), ...issue.path].join('.');
  return `${file} is not a result of nvmoe: ${path ? `${path}: ` : ''}${issue.message}; expected what \`nvmoe run --json\` or \`nvmoe sweep --json\` prints`;
}

/**
 * Writes one report over the results of all files.
 * @param files at least one
 * @param out path of the page; by default report.html beside the first file (here for standard input)
 * @returns the path written
 * @throws InputError
 */
export function reportCommand(files: readonly string[], out?: string): string {
  const results = files.flatMap(readResults);
  const path = out ?? join(files[0] === '-' ? '.' : dirname(files[0]), 'report.html');
  writeReport(results, path);
  return path;
}
