/**
 * Measurements that cannot be: more bytes than the link carries, more requests in flight than were allowed, the same
 * request over and over (several actions of one I/O counted), completions before issues.
 */
import type { BlockTrace } from './block-trace.ts';
import type { GapCounts } from './gaps.ts';
import type { OverTime } from './over-time.ts';

/** Little's law N = X R holds exactly over a run; means over slightly different windows differ by a few percent. */
const LITTLE_TOLERANCE = 1.05;
/** No single device is faster than the raw rate of 16 lanes at 64 GT/s (PCIe 6.0), bytes/s. */
const FASTEST_LINK = (16 * 64e9) / 8;
/** A share of requests that repeat the one before, from which several actions per I/O are suspected. */
const REPEATS = 0.3;

/**
 * @param inFlight rate x mean latency
 * @param depth requests that could be in flight
 * @returns the violation of Little's law, or undefined
 */
export function overDepth(inFlight: number, depth: number): string | undefined {
  if (!(inFlight > depth * LITTLE_TOLERANCE)) return undefined;
  return `rate x latency = ${inFlight.toFixed(2)} requests in flight, but the depth was ${depth} (Little's law)`;
}

/** @returns what is wrong with `bytesPerSecond` on a link of `link` bytes/s, or undefined */
export function aboveLink(what: string, bytesPerSecond: number, link: number): string | undefined {
  if (!(bytesPerSecond > link)) return undefined;
  const gigabytes = (rate: number) => `${Number((rate / 1e9).toPrecision(3))} GB/s`;
  return `${what} is ${gigabytes(bytesPerSecond)}, above the link's ${gigabytes(link)}: counted more than once per I/O, or a wrong unit of time?`;
}

/** @param link raw rate of the link in bytes/s, or NaN if not known */
export function suspicions(
  trace: BlockTrace,
  rows: Uint32Array,
  bytesPerSecond: number,
  curves: OverTime,
  gaps: GapCounts,
  link: number,
): string[] {
  const warnings: string[] = [];
  const limit = Number.isNaN(link) ? FASTEST_LINK * trace.devices.names.length : link;
  const overall = aboveLink('the bandwidth', bytesPerSecond, limit);
  if (overall !== undefined) warnings.push(overall);
  else if (!Number.isNaN(link)) {
    const peak = aboveLink(
      `the bandwidth in one ${curves.binSeconds.toPrecision(2)} s`,
      Math.max(...curves.bytesPerSecond),
      limit,
    );
    if (peak !== undefined) warnings.push(peak);
  }
  if (gaps.repeats > gaps.pairs * REPEATS)
    warnings.push(
      `${gaps.repeats} of ${gaps.pairs} requests repeat the offset and length of the one before: were several actions of one I/O recorded (Q, D, C)?`,
    );
  const backward = rows.reduce((count, row) => count + Number(trace.completeOf(row) < trace.issueOf(row)), 0);
  if (backward > 0)
    warnings.push(`${backward} requests complete before they are issued: their latency is left out`);
  return warnings;
}
