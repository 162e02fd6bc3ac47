/**
 * How each request lies to the one before it on the same device, in issue order: gap = offset - end of the one before.
 * 0 is sequential; a gap below 128 KiB is within Linux's default read-ahead window (read_ahead_kb 128), one below 1 MiB
 * within what drives and arrays read ahead; a negative gap goes backward.
 */
import type { BlockTrace } from './block-trace.ts';

export const GAP_CLASSES = ['0', '<128 KiB', '<1 MiB', 'larger', 'backward'] as const;
export type GapClass = (typeof GAP_CLASSES)[number];

const READ_AHEAD = 128 * 1024;
const NEAR = 1024 * 1024;

export interface GapCounts {
  /** Pairs of requests by class, in the order of GAP_CLASSES. */
  counts: number[];
  /** Requests with a predecessor: the sum of the counts. */
  pairs: number;
  /** Requests with the very offset and length of the one before. */
  repeats: number;
}

/** The class of a gap in bytes, by its place in GAP_CLASSES. */
export function gapClassOf(gap: number): number {
  if (gap === 0) return 0;
  if (gap < 0) return 4;
  if (gap < READ_AHEAD) return 1;
  return gap < NEAR ? 2 : 3;
}

/**
 * @param rows the rows to look at, in issue order
 * @param streamOf what a predecessor must share: the device, or device and thread
 */
export function countGaps(
  trace: BlockTrace,
  rows: Uint32Array,
  streamOf: (row: number) => number,
): GapCounts {
  const counts = GAP_CLASSES.map(() => 0);
  const last = new Map<number, number>();
  let pairs = 0;
  let repeats = 0;
  for (const row of rows) {
    const offset = trace.offsetOf(row);
    const bytes = trace.bytesOf(row);
    if (Number.isNaN(offset + bytes)) continue;
    const stream = streamOf(row);
    const before = last.get(stream);
    last.set(stream, row);
    if (before === undefined) continue;
    pairs++;
    counts[gapClassOf(offset - trace.offsetOf(before) - trace.bytesOf(before))]++;
    if (offset === trace.offsetOf(before) && bytes === trace.bytesOf(before)) repeats++;
  }
  return { counts, pairs, repeats };
}
