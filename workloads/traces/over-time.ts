/**
 * Bandwidth and requests in flight over the length of a trace, in a fixed number of bins. A request's bytes are spread
 * evenly from its issue to its completion; without a completion they count at the issue.
 */
import type { BlockTrace } from './block-trace.ts';

export interface OverTime {
  binSeconds: number;
  bytesPerSecond: number[];
  /** Mean requests in flight in a bin, from requests with a completion. */
  queueDepth: number[];
}

/** @param begin, end ps; rows outside are left out */
export function overTime(
  trace: BlockTrace,
  rows: Uint32Array,
  begin: number,
  end: number,
  bins: number,
): OverTime {
  const bytes = new Float64Array(bins);
  const busy = new Float64Array(bins);
  const width = (end - begin) / bins;
  if (!(width > 0)) return { binSeconds: 0, bytesPerSecond: [], queueDepth: [] };
  const binOf = (time: number) => Math.min(bins - 1, Math.max(0, Math.floor((time - begin) / width)));
  for (const row of rows) {
    const size = trace.bytesOf(row) || 0;
    const issue = trace.issueOf(row);
    const complete = trace.completeOf(row);
    if (!(complete > issue)) {
      const time = trace.timeOf(row);
      if (!Number.isNaN(time)) bytes[binOf(time)] += size;
      continue;
    }
    const last = binOf(complete);
    for (let bin = binOf(issue); bin <= last; bin++) {
      const from = Math.max(issue, begin + bin * width);
      const overlap = Math.min(complete, begin + (bin + 1) * width) - from;
      if (overlap <= 0) continue;
      busy[bin] += overlap;
      bytes[bin] += size * (overlap / (complete - issue));
    }
  }
  return {
    binSeconds: width / 1e12,
    bytesPerSecond: Array.from(bytes, (sum) => sum / (width / 1e12)),
    queueDepth: Array.from(busy, (sum) => sum / width),
  };
}
