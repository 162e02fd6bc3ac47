/**
 * How many different bytes a trace touches: the measure of the union of its intervals, by a sweep over the sorted
 * beginnings and the sorted ends, device by device.
 */
import type { BlockTrace } from './block-trace.ts';
import { gather } from './columns.ts';

/** Different bytes touched by the rows; requests of unknown offset or length are left out. */
export function uniqueBytes(trace: BlockTrace, rows: Uint32Array): number {
  let total = 0;
  for (let device = 0; device < trace.devices.names.length; device++) {
    const own = rows.filter(
      (row) => trace.deviceOf(row) === device && !Number.isNaN(trace.offsetOf(row) + trace.bytesOf(row)),
    );
    const starts = gather(own, (row) => trace.offsetOf(row)).sort();
    const ends = gather(own, (row) => trace.offsetOf(row) + trace.bytesOf(row)).sort();
    total += measure(starts, ends);
  }
  return total;
}

/** Length of the places where at least one interval is open. */
function measure(starts: Float64Array, ends: Float64Array): number {
  let covered = 0;
  let open = 0;
  let from = 0;
  for (let start = 0, end = 0; end < ends.length; ) {
    if (start < starts.length && starts[start] <= ends[end]) {
      if (open++ === 0) from = starts[start];
      start++;
    } else {
      if (--open === 0) covered += ends[end] - from;
      end++;
    }
  }
  return covered;
}
