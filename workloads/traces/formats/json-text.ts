/**
 * A JSON document that a tool printed, perhaps with messages before and after it on the same stream.
 */
import { TraceError } from '../trace-error.ts';

/** Results are a summary, never gigabytes; without a limit a wrong file would fill the memory. */
const LARGEST = 512 << 20;

export class TextSink {
  readonly #format: string;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(format: string) {
    this.#format = format;
  }

  push(chunk: Uint8Array): void {
    this.#length += chunk.length;
    if (this.#length > LARGEST)
      throw new TraceError(this.#format, `byte ${LARGEST}`, 'more', 'the end of the document');
    this.#chunks.push(Uint8Array.from(chunk));
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}

/** The document between the first line that begins with a brace and the last closing brace. */
export function parseJson(
  format: string,
  text: string,
  expected: string,
): { value: unknown; warnings: string[] } {
  const start = text.search(/^\s*\{/m);
  const end = text.lastIndexOf('}') + 1;
  if (start < 0 || end <= start) throw new TraceError(format, 'line 1', text.slice(0, 80), expected);
  const warnings: string[] = [];
  if (text.slice(0, start).trim() !== '') warnings.push('text before the JSON was skipped');
  if (text.slice(end).trim() !== '') warnings.push('text after the JSON was skipped');
  try {
    return { value: JSON.parse(text.slice(start, end)), warnings };
  } catch (error) {
    const line = text.slice(0, end).split('\n').length;
    throw new TraceError(
      format,
      `lines ${text.slice(0, start).split('\n').length} to ${line}`,
      (error as Error).message,
      expected,
    );
  }
}
