/**
 * Requests in flight over time, from the sorted issues and the sorted completions: the most at once, and
 * the times at which nothing was in flight.
 */
import type { Picoseconds } from '../../sim/time.ts';

export interface InFlight {
  max: number;
  /** Times at which nothing was in flight, between the first issue and the last completion: [from, to] in ps. */
  idle: [Picoseconds, Picoseconds][];
}

/** @param issues, completes ps, both sorted, one of each a request */
export function inFlight(issues: Float64Array, completes: Float64Array): InFlight {
  const idle: [Picoseconds, Picoseconds][] = [];
  let depth = 0;
  let max = 0;
  let now = issues[0] ?? 0;
  for (let issue = 0, complete = 0; complete < completes.length; ) {
    const arrives = issue < issues.length && issues[issue] <= completes[complete];
    const time = arrives ? issues[issue++] : completes[complete++];
    if (depth === 0 && time > now) idle.push([now, time]);
    now = time;
    depth += arrives ? 1 : -1;
    if (depth > max) max = depth;
  }
  return { max, idle };
}
