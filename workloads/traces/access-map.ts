/**
 * Where and when a trace reads: bytes by offset and time on a grid, for the access map and the heat map.
 */
import type { BlockTrace } from './block-trace.ts';

export interface AccessMap {
  /** Seconds at which each column begins. */
  times: number[];
  /** Offset at which each row begins, bytes. */
  offsets: number[];
  /** bytes[row][column]. */
  bytes: number[][];
}

/**
 * A request counts where it begins in time, and in every row of offsets that it touches.
 * @param range offsets shown, [from, to) in bytes; the whole trace's by default
 */
export function accessMap(
  trace: BlockTrace,
  columns: number,
  rows: number,
  range: readonly [number, number] = [0, Infinity],
): AccessMap {
  let [first, last, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  const wanted = (row: number): boolean =>
    trace.offsetOf(row) >= range[0] &&
    trace.offsetOf(row) + trace.bytesOf(row) <= range[1] &&
    !Number.isNaN(trace.timeOf(row));
  for (let row = 0; row < trace.length; row++) {
    if (!wanted(row)) continue;
    first = Math.min(first, trace.timeOf(row));
    last = Math.max(last, trace.timeOf(row));
    low = Math.min(low, trace.offsetOf(row));
    high = Math.max(high, trace.offsetOf(row) + trace.bytesOf(row));
  }
  const grid = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  if (!(last >= first)) return { times: [], offsets: [], bytes: [] };
  const width = (last - first) / columns || 1;
  const height = (high - low) / rows || 1;
  for (let row = 0; row < trace.length; row++) {
    if (!wanted(row)) continue;
    const column = Math.min(columns - 1, Math.floor((trace.timeOf(row) - first) / width));
    const begin = trace.offsetOf(row);
    const end = begin + trace.bytesOf(row);
    for (
      let y = Math.min(rows - 1, Math.floor((begin - low) / height));
      y < rows && low + y * height < end;
      y++
    ) {
      const overlap = Math.min(end, low + (y + 1) * height) - Math.max(begin, low + y * height);
      if (overlap > 0) grid[y][column] += overlap;
    }
  }
  return {
    times: Array.from({ length: columns }, (_, i) => (first + i * width) / 1e12),
    offsets: Array.from({ length: rows }, (_, i) => low + i * height),
    bytes: grid,
  };
}
