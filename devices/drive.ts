/**
 * A single drive as the `ideal` and `queue` fidelities offer it: a block device that counts what it does.
 */
import type { SharedLink } from '../sim/index.ts';
import type { BlockDevice } from './block-device.ts';
import type { DeviceStatistics } from './commands.ts';

export interface Drive extends BlockDevice {
  readonly statistics: DeviceStatistics;
  /** Forgets what was counted before now (the end of a warm-up). */
  restartStatistics(): void;
  /** Time since the start in which the data path towards the host and from it was taken, and the units worked; ps. */
  readonly busy: DriveBusy;
}

export interface DriveBusy {
  readonly read: number;
  readonly write: number;
  /** Mean over the units; 0 where there are none. */
  readonly units: number;
}

export interface DriveOptions {
  readonly name: string;
  /** Bytes. */
  readonly capacity: number;
  /** Bytes; default 512. */
  readonly blockSize?: number;
  /** Bytes; default Infinity. */
  readonly maxTransfer?: number;
  /** Submission queues; default 128. */
  readonly queues?: number;
  /** Shared links that data crosses on its way to memory besides the drive's own link; default none. */
  readonly readPath?: readonly SharedLink[];
  /** The same from memory to the drive; default none. */
  readonly writePath?: readonly SharedLink[];
}
