/**
 * How far the `queue` fidelity of a drive is from its `flash` fidelity over simulated fio runs of both: the mean over runs
 * of several seeds. In one run the 99th percentile is that of the dies which then happen to be the fullest; where small
 * reads fill the dies it varies by 8 % (standard deviation) from seed to seed at either fidelity.
 */
import { FlashDevice, type Link, type QueueParameters } from '../../devices/index.ts';
import { flashOptions } from '../flash-options.ts';
import type { DriveProfile } from '../schema/drive.ts';
import { queueDevice } from './derive-queue.ts';
import { type Load, simulateLoad } from './load-on-device.ts';
import type { MakeDevice } from './parameters.ts';

export interface Point {
  readonly bytes: number;
  readonly depth: number;
}

/** Of a point: the queue's figures over the flash's, less 1. */
export interface Agreement extends Point {
  readonly iops: number;
  readonly p99: number;
}

/** What the two fidelities may differ by. */
export const TOLERANCE = { iops: 0.05, p99: 0.1 };
export const GRID: readonly Point[] = [4, 16, 64, 128].flatMap((kib) =>
  [1, 4, 16, 64, 256].map((depth) => ({ bytes: kib * 1024, depth })),
);
const RUNS = 8;

/** Random reads of both at each point, `runs` times with different seeds. */
export function agreement(
  profile: DriveProfile,
  link: Link,
  parameters: QueueParameters,
  grid: readonly Point[] = GRID,
  runs = RUNS,
): Agreement[] {
  const options = flashOptions(profile, link);
  return grid.map((point) => {
    const load = { pattern: 'randread', jobs: 1, ...point } as const;
    const flash = meanOf(load, (sim) => new FlashDevice(sim, options), runs);
    const queue = meanOf(load, queueDevice(profile, parameters), runs);
    return { ...point, iops: queue.iops / flash.iops - 1, p99: queue.p99 / flash.p99 - 1 };
  });
}

function meanOf(load: Load, make: MakeDevice, runs: number) {
  const results = Array.from({ length: runs }, (_, run) => simulateLoad(load, make, `derive ${run}`));
  return { iops: mean(results.map(({ iops }) => iops)), p99: mean(results.map((one) => one.percentile(99))) };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value) / values.length;

export const agrees = ({ iops, p99 }: Agreement): boolean =>
  Math.abs(iops) <= TOLERANCE.iops && Math.abs(p99) <= TOLERANCE.p99;
