/**
 * A trace of device addresses as a trace of one file's offsets: requests are cut where extents end, and requests
 * elsewhere on the device are left out (and counted).
 */
import { BlockTrace } from './block-trace.ts';
import type { FileMap } from './file-extents.ts';

/** File systems allocate in blocks of at least this, so a cut is found by stepping so far. */
const STEP = 4096;

export function onFile(
  trace: BlockTrace,
  map: FileMap,
  file: string,
): { trace: BlockTrace; outside: number } {
  const result = new BlockTrace();
  const device = result.devices.indexOf(file);
  let outside = 0;
  for (let row = 0; row < trace.length; row++) {
    const { offset, bytes, issue, complete, op, thread, cpu, source } = trace.row(row);
    const sourceIndex = result.sources.indexOf(source);
    let found = false;
    for (let at = 0; at < bytes; ) {
      const start = map.fileOffset(offset + at);
      let length = Math.min(STEP, bytes - at);
      while (at + length < bytes && map.fileOffset(offset + at + length) === start + length)
        length = Math.min(length + STEP, bytes - at);
      if (!Number.isNaN(start)) {
        result.add(issue, complete, device, start, length, op, thread, cpu, sourceIndex);
        found = true;
      }
      at += length;
    }
    if (!found) outside++;
  }
  return { trace: result.sortByIssue(), outside };
}
