/**
 * The host in front of the drive, so that what it costs is not taken for the drive's: each job is a thread that submits and
 * reaps through its engine (devices/io/io-uring.ts), at a core time for each command and a wake-up where it sleeps.
 *
 * Costs are a host profile's, or fitted beside the drive: then SPDK, which passes the kernel by, is the reference that costs
 * nothing, every job has a core of its own, and each other engine has two parameters. Rows through one engine alone tell
 * the core time from the controller's, both of which end the rate, only by how latencies grow.
 */
import { DEMAND, IoUring, READ } from '../../devices/index.ts';
import { ps, SharedLink } from '../../sim/index.ts';
import { InputError } from '../errors.ts';
import { ENGINES } from '../fio/host-path.ts';
import { commandCost, ioCost, isPolled } from '../io-cost.ts';
import type { DirectInterface, HostProfile } from '../schema/host.ts';
import { driver, type Front } from './load-on-device.ts';
import { iopsOf, type Parameter, timeParameter, type Values } from './parameters.ts';
import { isWrite, type MeasuredRow } from './rows.ts';

export interface HostPath {
  /** To be fitted. */
  readonly parameters: readonly Parameter[];
  front(row: MeasuredRow, values: Values): Front;
}

export const noHost: HostPath = { parameters: [], front: () => driver };

/** Where a fit begins: io_uring of devices/profiles/hosts, 7,700 cycles at 2.4 GHz, and no more than the rate allows. */
const CPU_TIME = 3.2e-6;
const WAKE_UP = 2.4e-6;

/** @throws InputError for rows whose way through a host is not modelled */
export function fittedHost(rows: readonly MeasuredRow[]): HostPath {
  const engines = new Set(rows.map(engineOf).filter((engine) => engine !== 'spdk'));
  return {
    parameters: [...engines].flatMap((engine) => [
      timeParameter(
        `${engine} cpuTime`,
        Math.min(CPU_TIME, leastTime(rows, engine)),
        `${engine} at the depths where its rate stops rising, and spdk`,
      ),
      ...(isPolled(engine)
        ? []
        : [timeParameter(`${engine} wakeUp`, WAKE_UP, `${engine} and spdk at depth 1`)]),
    ]),
    front: (row, values) => {
      const engine = engineOf(row);
      if (engine === 'spdk') return driver;
      const wakeUp = ps((values[`${engine} wakeUp`] ?? 0) * 1e12);
      return through(row, engine, row.jobs, (cores) =>
        commandCost(engine, values[`${engine} cpuTime`], wakeUp, cores),
      );
    },
  };
}

/** Of a command, at the highest rate of a job. */
const leastTime = (rows: readonly MeasuredRow[], engine: DirectInterface) =>
  1 / Math.max(...rows.filter((row) => engineOf(row) === engine).map((row) => iopsOf(row) / row.jobs));

/** @throws InputError as fittedHost, and for engines that the profile says nothing of */
export function givenHost(rows: readonly MeasuredRow[], profile: HostProfile): HostPath {
  const cost = (engine: DirectInterface) => (cores: SharedLink) => ioCost(profile, engine, cores);
  for (const row of rows) engineOf(row);
  return {
    parameters: [],
    front: (row) => through(row, engineOf(row), profile.cores, cost(engineOf(row))),
  };
}

function engineOf(row: MeasuredRow): DirectInterface {
  const engine = ENGINES[row.engine];
  if (isWrite(row))
    throw new InputError(
      `${row.where}: found ${row.pattern}; through a host only reads are simulated; choose with --where rw=randread`,
    );
  if (engine) return engine;
  throw new InputError(
    `${row.where}: found engine '${row.engine}'; with --host, allowed are ${Object.keys(ENGINES).join(', ')}`,
  );
}

/** A ring for each job, all on the same cores. */
function through(
  { bytes, depth, jobs }: MeasuredRow,
  engine: DirectInterface,
  coreCount: number,
  cost: (cores: SharedLink) => ReturnType<typeof ioCost>,
): Front {
  return (sim, device) => {
    const cpu = cost(new SharedLink(sim, { name: 'cores', rate: coreCount }));
    const rings = Array.from(
      { length: jobs },
      () =>
        new IoUring(sim, {
          device,
          request: bytes,
          queueDepth: engine === 'psync' ? 1 : depth,
          alignment: device.blockSize,
          cpu,
        }),
    );
    return (operation, offset, length, job, done, slot) => {
      if (operation !== READ) throw new Error('a host path writes nothing');
      rings[job].read(offset, length, DEMAND, done, slot);
    };
  };
}
