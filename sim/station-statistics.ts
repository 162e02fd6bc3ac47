/**
 * What a station measures: running totals, and the operational quantities between two instants at which they were taken
 * (P. J. Denning and J. P. Buzen, "The operational analysis of queueing network models", Computing Surveys 10, 1978).
 */
import { type Picoseconds, toSeconds } from './time.ts';

/** Running totals; the difference of two of them describes the time between. Times are in ps. */
export interface StationTotals {
  time: Picoseconds;
  submitted: number;
  started: number;
  completed: number;
  cancelled: number;
  /** ∫ servers busy dt. */
  busy: number;
  /** ∫ jobs at the station dt. */
  present: number;
  /** Σ over started jobs of the time from submission to start. */
  waited: number;
  /** Σ over completed jobs of the time from submission to completion. */
  responded: number;
}

export interface StationStatistics {
  submitted: number;
  completed: number;
  cancelled: number;
  /** Busy share of all servers, 0 to 1. */
  utilisation: number;
  /** Mean number of jobs that wait, those in service not counted. */
  meanQueueLength: number;
  /** Mean ps from submission to start of service. */
  meanWaiting: Picoseconds;
  /** Mean ps from submission to completion. */
  meanResponse: Picoseconds;
  /** Completions per second. */
  throughput: number;
}

const START: StationTotals = {
  time: 0,
  submitted: 0,
  started: 0,
  completed: 0,
  cancelled: 0,
  busy: 0,
  present: 0,
  waited: 0,
  responded: 0,
};

/** What happened from `since` (default: the start) to `now` at a station of so many servers; means of nothing are 0. */
export function statisticsBetween(
  servers: number,
  now: StationTotals,
  since: StationTotals = START,
): StationStatistics {
  const change = (key: keyof StationTotals) => now[key] - since[key];
  const per = (amount: number, count: number) => (count > 0 ? amount / count : 0);
  const time = change('time');
  return {
    submitted: change('submitted'),
    completed: change('completed'),
    cancelled: change('cancelled'),
    utilisation: per(change('busy'), time * servers),
    meanQueueLength: per(change('present') - change('busy'), time),
    meanWaiting: per(change('waited'), change('started')),
    meanResponse: per(change('responded'), change('completed')),
    throughput: per(change('completed'), toSeconds(time)),
  };
}
