/** What one clone of a job has measured, by direction, and the sum of several clones (group_reporting). */
import type { FioJob } from './job.ts';
import { LatencyBins } from './latency-bins.ts';

/** Upper ends of fio's classes of depth. */
export const DEPTHS = [1, 2, 4, 8, 16, 32, Number.POSITIVE_INFINITY];

/** The class of a number of requests in flight. */
export function depthLevel(depth: number): number {
  let level = 0;
  while (depth > DEPTHS[level]) level++;
  return level;
}

export interface DirectionMeasured {
  bytes: number;
  /** Of completions, ns. */
  readonly latency: LatencyBins;
}

export interface JobMeasured {
  readonly job: FioJob;
  /** Clones that this sums up. */
  clones: number;
  readonly group: number;
  readonly directions: readonly [DirectionMeasured, DirectionMeasured];
  /** Seconds from the first start to the last completion that counts. */
  seconds: number;
  /** Submissions at each class of depth. */
  readonly depths: number[];
}

export const measurementsOf = (job: FioJob, group: number): JobMeasured => ({
  job,
  clones: 1,
  group,
  directions: [
    { bytes: 0, latency: new LatencyBins() },
    { bytes: 0, latency: new LatencyBins() },
  ],
  seconds: 0,
  depths: DEPTHS.map(() => 0),
});

/** One entry for each job that asks for group_reporting, and one for each clone of the others. */
export function reported(measured: readonly JobMeasured[]): JobMeasured[] {
  const groups = new Map<FioJob, JobMeasured>();
  return measured.flatMap((each) => {
    if (!each.job.groupReporting) return [each];
    const group = groups.get(each.job);
    if (group) {
      addTo(group, each);
      return [];
    }
    groups.set(each.job, each);
    return [each];
  });
}

function addTo(sum: JobMeasured, other: JobMeasured): void {
  sum.clones += other.clones;
  sum.seconds = Math.max(sum.seconds, other.seconds);
  sum.directions.forEach((direction, i) => {
    direction.bytes += other.directions[i].bytes;
    direction.latency.add(other.directions[i].latency);
  });
  other.depths.forEach((count, i) => {
    sum.depths[i] += count;
  });
}
