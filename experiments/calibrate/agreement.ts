/** How far the `queue` fidelity of a drive is from its `flash` fidelity over simulated fio runs of both. */
import { FlashDevice, type Link, type QueueParameters } from '../../devices/index.ts';
import { flashOptions } from '../flash-options.ts';
import type { DriveProfile } from '../schema/drive.ts';
import { queueDevice } from './derive-queue.ts';
import { simulateLoad } from './load-on-device.ts';

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
const SEED = 'derive';

/** Random reads of both at each point. */
export function agreement(
  profile: DriveProfile,
  link: Link,
  parameters: QueueParameters,
  grid: readonly Point[] = GRID,
): Agreement[] {
  const options = flashOptions(profile, link);
  return grid.map((point) => {
    const load = { pattern: 'randread', jobs: 1, ...point } as const;
    const flash = simulateLoad(load, (sim) => new FlashDevice(sim, options), SEED);
    const queue = simulateLoad(load, queueDevice(profile, parameters), SEED);
    return {
      ...point,
      iops: queue.iops / flash.iops - 1,
      p99: queue.percentile(99) / flash.percentile(99) - 1,
    };
  });
}

export const agrees = ({ iops, p99 }: Agreement): boolean =>
  Math.abs(iops) <= TOLERANCE.iops && Math.abs(p99) <= TOLERANCE.p99;
