/** `read_iolog`: the requests of a fio I/O log that a job replays, read whole and checked against the device. */
import { type BlockTrace, DISCARD, importTrace } from '../../workloads/traces/index.ts';
import { InputError, messageOf } from '../errors.ts';
import { displayName, readText } from '../load/text.ts';
import type { Target } from './options.ts';

/** @throws InputError for what is no iolog, is empty, or does not fit the device */
export function replayLog(file: string, { capacity, blockSize }: Target): BlockTrace {
  const name = displayName(file);
  const trace = parsed(file, name);
  for (let row = 0; row < trace.length; row++) {
    const offset = trace.offsetOf(row);
    const bytes = trace.bytesOf(row);
    const wrong =
      trace.opOf(row) === DISCARD
        ? 'a trim; allowed are reads and writes'
        : !(bytes > 0 && offset % blockSize === 0 && bytes % blockSize === 0)
          ? `${bytes} B at ${offset}; allowed are whole blocks of ${blockSize} B`
          : offset + bytes > capacity
            ? `${bytes} B at ${offset}; the device ends at ${capacity} B; use a larger one`
            : undefined;
    if (wrong !== undefined) throw new InputError(`${name}: request ${row + 1}: found ${wrong}`);
  }
  return trace;
}

function parsed(file: string, name: string): BlockTrace {
  const text = readText(file, 'a fio iolog, version 2 or 3');
  try {
    const { requests } = importTrace(new TextEncoder().encode(text), { format: 'fio-iolog' });
    if (requests && requests.length > 0) return requests;
  } catch (error) {
    throw new InputError(`${name}: ${messageOf(error)}`);
  }
  throw new InputError(`${name}: found no request; allowed is an iolog with reads or writes`);
}
