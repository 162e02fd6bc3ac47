/** A host around the device: its DRAM, its cores, and the way of each clone's reads through its operating system. */
import { type BlockDevice, Host, IoUring, type SchedulerName } from '../../devices/index.ts';
import type { SharedLink, Simulation } from '../../sim/index.ts';
import { asInputError, InputError } from '../errors.ts';
import { ioCost } from '../io-cost.ts';
import { hostOptions } from '../machine.ts';
import { behindRequestQueue } from '../request-queues.ts';
import type { DirectInterface, HostProfile } from '../schema/host.ts';
import { BufferedFiles } from './buffered.ts';
import type { FioJob } from './job.ts';
import type { FioMachine } from './run.ts';

export interface Paths {
  readonly readPath: readonly SharedLink[];
  readonly writePath: readonly SharedLink[];
}

/** fio's engines, and the interface that each is. fio calls SPDK's plugin spdk or by its path. */
export const ENGINES: Readonly<Record<string, DirectInterface>> = {
  psync: 'psync',
  sync: 'psync',
  libaio: 'libaio',
  io_uring: 'io_uring',
  'io_uring-iopoll': 'io_uring-iopoll',
  'io_uring-sqpoll': 'io_uring-sqpoll',
  spdk: 'spdk',
};

/** @throws InputError for an engine that is not there */
function interfaceOf(job: FioJob): DirectInterface {
  const engine = ENGINES[job.engine];
  if (engine) return engine;
  const allowed = Object.keys(ENGINES).join(', ');
  throw new InputError(
    `ioengine=${job.engine}: with a host, allowed are ${allowed}; add e.g. --ioengine=io_uring`,
  );
}

export function machineOf(
  profile: HostProfile | undefined,
  make: (sim: Simulation, paths: Paths) => ReturnType<FioMachine['device']>,
): FioMachine {
  if (!profile) return { device: (sim) => make(sim, { readPath: [], writePath: [] }) };
  let host: Host;
  return {
    device: (sim) => {
      host = new Host(sim, hostOptions(profile));
      return make(sim, { readPath: [host.dram.bus], writePath: [host.dram.bus] });
    },
    host: (sim, device, jobs) => {
      const linux = { ...profile.linux, scheduler: schedulerOf(jobs) ?? profile.linux.scheduler };
      const queue = queueOf(sim, device, linux, jobs);
      const files = new BufferedFiles(sim, queue, host, { ...profile, linux });
      return (job, index) => {
        const engine = interfaceOf(job);
        if (!job.direct) return asInputError(['--host'], () => files.open(job));
        return new IoUring(sim, {
          device: engine === 'spdk' ? device : queue,
          request: Math.ceil(job.blockSize[0] / 512) * 512,
          queueDepth: engine === 'psync' ? 1 : job.depth,
          firstQueue: index,
          batch: job.batch,
          merges: engine !== 'spdk' && linux.merges !== false,
          alignment: device.blockSize,
          cpu: asInputError(['--ioengine'], () =>
            ioCost(profile, engine, host.cpu.cores, { linux, registered: job.fixedBuffers }),
          ),
        });
      };
    },
  };
}

/** One queue for all jobs, at the depth of all together. */
function queueOf(sim: Simulation, device: BlockDevice, linux: HostProfile['linux'], jobs: readonly FioJob[]) {
  const threads = jobs.reduce((sum, { clones }) => sum + clones, 0);
  const queueDepth = Math.max(...jobs.map(({ depth }) => depth));
  const request = Math.max(...jobs.map(({ blockSize }) => blockSize[0]));
  const direct = jobs.every((job) => job.direct);
  return behindRequestQueue(sim, device, linux, direct ? { threads, queueDepth, request } : undefined);
}

/** The scheduler that the jobs give the device. @throws InputError when they differ */
function schedulerOf(jobs: readonly FioJob[]): SchedulerName | undefined {
  const asked = jobs.flatMap(({ scheduler }) => (scheduler ? [scheduler] : []));
  const other = asked.find((name) => name !== asked[0]);
  if (other === undefined) return asked[0];
  throw new InputError(`found ioscheduler ${asked[0]} and ${other}; allowed is one for all jobs of a run`);
}
