/**
 * Stalls: times at which the device had nothing to do. Where most completions are known, a stall is a time without a
 * request in flight; where not, a time between two issues.
 */
import type { Picoseconds } from '../../sim/time.ts';
import type { BlockTrace } from './block-trace.ts';

export interface Stalls {
  basis: 'no request in flight' | 'time between issues';
  thresholdSeconds: number;
  count: number;
  seconds: number;
  /** Share of the trace's length. */
  share: number;
  /** The longest ones: when (seconds from the trace's zero) and how long. */
  longest: { at: number; seconds: number }[];
}

/** From this share of known completions on, idleness is believed. */
const ENOUGH = 0.95;
const SHOWN = 10;

/** @param idle times without a request in flight, ps */
export function stallsOf(
  trace: BlockTrace,
  rows: Uint32Array,
  idle: readonly [Picoseconds, Picoseconds][],
  completedShare: number,
  thresholdSeconds: number,
  traceSeconds: number,
): Stalls {
  const believed = completedShare >= ENOUGH;
  const found: { at: number; seconds: number }[] = [];
  const look = (from: Picoseconds, to: Picoseconds): void => {
    const seconds = (to - from) / 1e12;
    if (seconds >= thresholdSeconds) found.push({ at: from / 1e12, seconds });
  };
  if (believed) for (const [from, to] of idle) look(from, to);
  else for (let i = 1; i < rows.length; i++) look(trace.timeOf(rows[i - 1]), trace.timeOf(rows[i]));
  const seconds = found.reduce((sum, stall) => sum + stall.seconds, 0);
  return {
    basis: believed ? 'no request in flight' : 'time between issues',
    thresholdSeconds,
    count: found.length,
    seconds,
    share: seconds / traceSeconds,
    longest: found.sort((a, b) => b.seconds - a.seconds).slice(0, SHOWN),
  };
}
