/**
 * Runs fio jobs against a simulated device: sections side by side, those behind a stonewall after the ones before them.
 * A pure function of the jobs, the machine and the seed.
 */
import {
  type BlockDevice,
  BufferedFile,
  DEMAND,
  DeviceArray,
  type IoInterface,
  READ,
  ThrottledDrive,
} from '../../devices/index.ts';
import { Simulation } from '../../sim/index.ts';
import { InputError } from '../errors.ts';
import { flashActivity, flashOf } from '../flash-activity.ts';
import { pageCacheOf } from './buffered.ts';
import { Clone, type FioProcess, type Submit } from './clone.ts';
import type { FioJob } from './job.ts';
import { writes } from './job.ts';
import type { JobMeasured } from './measurements.ts';
import { ReplayClone } from './replay-clone.ts';

/** What the jobs run on. */
export interface FioMachine {
  readonly device: (sim: Simulation) => BlockDevice;
  /** The way through a host's operating system, one for each clone of a job; absent: straight to the device. */
  readonly host?: (
    sim: Simulation,
    device: BlockDevice,
    jobs: readonly FioJob[],
  ) => (job: FioJob, index: number) => IoInterface;
}

export interface FioRun {
  /** One for each clone of each job, in order. */
  readonly measured: JobMeasured[];
  readonly deviceName: string;
  /** Simulated seconds. */
  readonly seconds: number;
  /** At flash fidelity: where the time went inside the drive. */
  readonly activity?: ReturnType<typeof flashActivity>;
  /** Of the clones that read through a page cache, in order. */
  readonly pageCache?: readonly ReturnType<typeof pageCacheOf>[];
}

const REPORT_EVERY = 20_000;

/** @param onProgress called with the share done, 0 to 1 */
export function runFio(
  jobs: readonly FioJob[],
  machine: FioMachine,
  seed: string,
  onProgress: (share: number) => void = () => {},
): FioRun {
  const sim = new Simulation({ seed });
  const device = machine.device(sim);
  const drive = device instanceof ThrottledDrive ? device.drive : device;
  const files: BufferedFile[] = [];
  const paths = pathsOf(sim, device, machine, jobs);
  const groups: FioProcess[][] = [];
  let left = 0;
  let current = 0;
  const startGroup = () => {
    left = groups[current].length;
    for (const clone of groups[current]) clone.start();
  };
  const clones = () => groups.flat();
  let completions = 0;
  const completed = () => {
    if (++completions % REPORT_EVERY === 0) onProgress(mean(clones().map((clone) => clone.progress)));
  };
  const ended = () => {
    if (--left === 0 && ++current < groups.length) startGroup();
  };
  let index = 0;
  for (const job of jobs) {
    if (groups.length === 0 || job.stonewall) groups.push([]);
    for (let clone = 0; clone < job.clones; clone++, index++) {
      const { submit, file } = paths(job, index);
      if (file) files.push(file);
      const group = groups.length - 1;
      const rewound = file && job.invalidate ? () => file.drop(job.offset, job.offset + job.size) : undefined;
      const around = { submit, rewound, completed, ended };
      groups[group].push(
        job.replay
          ? new ReplayClone(sim, job, job.replay, group, around)
          : new Clone(sim, job, clone, group, around),
      );
    }
  }
  startGroup();
  sim.run();
  const end = sim.now;
  sim.finish();
  const flash = flashOf(drive);
  const seconds = Math.max(...clones().map(({ measured }) => measured.seconds));
  return {
    measured: clones().map(({ measured }) => measured),
    deviceName: device.name,
    seconds,
    activity: flash && flashActivity(flash, end),
    pageCache: files.length > 0 ? files.map(pageCacheOf) : undefined,
  };
}

/** How a clone's requests reach the device, and the file that a buffered one reads. */
function pathsOf(sim: Simulation, device: BlockDevice, { host }: FioMachine, jobs: readonly FioJob[]) {
  const driver = new DeviceArray(sim, { name: `${device.name} driver`, devices: [device] });
  const through = host?.(sim, device, jobs);
  return (job: FioJob, index: number): { submit: Submit; file?: BufferedFile } => {
    if (!through) {
      const queue = index % device.queues;
      const submit: Submit = (operation, offset, bytes, done, tag) => {
        const path = bytes > device.maxTransfer ? driver : device;
        path.submit(operation, offset, bytes, queue, done, tag);
      };
      return { submit };
    }
    if (writes(job))
      throw new InputError(
        `${job.name}: rw=${job.pattern}: with a host only reads are simulated; use --host none`,
      );
    const io = through(job, index);
    const submit: Submit = (operation, offset, bytes, done, tag) => {
      if (operation === READ) io.read(offset, bytes, DEMAND, done, tag);
    };
    return { submit, file: io instanceof BufferedFile ? io : undefined };
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
