/**
 * A trace as a fio iolog, version 3 (HOWTO, TRACE FILE FORMAT): `microseconds file read|write|trim offset bytes`, every
 * file added and opened before and closed after. Requests without offset cannot be replayed and are left out.
 */
import { type BlockTrace, DISCARD, READ, WRITE } from '../block-trace.ts';

const ACTIONS: Record<number, string> = { [READ]: 'read', [WRITE]: 'write', [DISCARD]: 'trim' };

/** @param fileOf the file or device to name for a device of the trace; fio splits at blanks, so none may hold one */
export function* toFioIolog(
  trace: BlockTrace,
  fileOf: (device: string) => string = (device) => device,
): Generator<string> {
  const files = trace.devices.names.map((device) => {
    const file = fileOf(device) || 'device';
    if (/\s/.test(file))
      throw new RangeError(`fio iolog: file name ${JSON.stringify(file)} holds a blank; name another`);
    return file;
  });
  yield 'fio version 3 iolog\n';
  for (const file of files) yield `0 ${file} add\n0 ${file} open\n`;
  let last = 0;
  for (let row = 0; row < trace.length; row++) {
    const action = ACTIONS[trace.opOf(row)];
    const offset = trace.offsetOf(row);
    const bytes = trace.bytesOf(row);
    if (action === undefined || Number.isNaN(offset) || !(bytes > 0)) continue;
    const time = trace.timeOf(row);
    if (!Number.isNaN(time)) last = Math.round(time / 1e6);
    yield `${last} ${files[trace.deviceOf(row)]} ${action} ${offset} ${bytes}\n`;
  }
  for (const file of files) yield `${last} ${file} close\n`;
}
