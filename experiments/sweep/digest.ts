/** One number for everything that decides a point's result, so that a finished point is known again after a restart. */
import { createHash } from 'node:crypto';
import type { Experiment } from '../experiment.ts';
import { version } from '../version.ts';

const hash = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');

/** SHA-256 of the experiment, its profiles and traces, and the program's version; hexadecimal. */
export const digestOf = (experiment: Experiment): string =>
  hash(JSON.stringify({ version, experiment }, plain));

/** JSON of what JSON lacks: typed arrays by their bytes, maps by their entries, and numbers without end. */
function plain(_key: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value))
    return hash(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  if (value instanceof Map) return [...value];
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value;
}
