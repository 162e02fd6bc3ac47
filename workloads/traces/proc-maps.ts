/**
 * /proc/PID/maps (proc(5)): `7f45b2600000-7f45b2800000 r--s 00400000 fe:00 1234   /data/model.gguf` = address range,
 * permissions, offset in the file, device, inode, path. Turns the virtual addresses of a fault trace into file offsets.
 */
import type { FaultTrace } from './fault-trace.ts';
import { TraceError } from './trace-error.ts';

export interface Mapping {
  start: number;
  end: number;
  offset: number;
  path: string;
}

const LINE = /^([0-9a-f]+)-([0-9a-f]+) [-rwxsp]{4} ([0-9a-f]+) \S+ \d+\s*(.*?)(?: \(deleted\))?$/;

/** Mappings of files in order of address; anonymous ones are left out. */
export function parseProcMaps(text: string): Mapping[] {
  const mappings: Mapping[] = [];
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    const match = LINE.exec(line);
    if (!match)
      throw new TraceError(
        '/proc/PID/maps',
        `line ${index + 1}`,
        line,
        '"start-end perms offset device inode path"',
      );
    const [start, end, offset] = match.slice(1, 4).map((text) => Number.parseInt(text, 16));
    if (match[4].startsWith('/')) mappings.push({ start, end, offset, path: match[4] });
  });
  return mappings.sort((a, b) => a.start - b.start);
}

/** Names file and offset of every fault inside a mapping; returns the number of faults found there. */
export function locateFaults(faults: FaultTrace, mappings: readonly Mapping[], pid?: number): number {
  let located = 0;
  for (let row = 0; row < faults.length; row++) {
    if (pid !== undefined && faults.pidOf(row) !== pid) continue;
    const address = faults.addressOf(row);
    const mapping = last(mappings, address);
    if (mapping === undefined || address >= mapping.end) continue;
    faults.locate(row, faults.files.indexOf(mapping.path), address - mapping.start + mapping.offset);
    located++;
  }
  return located;
}

/** The last mapping that begins at or before the address. */
function last(mappings: readonly Mapping[], address: number): Mapping | undefined {
  let low = 0;
  let high = mappings.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (mappings[middle].start <= address) low = middle + 1;
    else high = middle;
  }
  return mappings[low - 1];
}
