/** From the kinds of drives of an experiment to simulated drives, each with its name, link, throttle and fidelity. */
import {
  type Drive,
  FlashDevice,
  IdealDevice,
  type PcieTopology,
  QueueDevice,
  queueParameters,
  ThrottledDrive,
  VirtualDisk,
} from '../devices/index.ts';
import type { SharedLink, Simulation } from '../sim/index.ts';
import { withoutStale } from './derived-queue.ts';
import { weightsOf } from './drive-limits.ts';
import { attach } from './drive-link.ts';
import { asInputError } from './errors.ts';
import type { DriveKind, Experiment, Storage } from './experiment.ts';
import { flashOptions } from './flash-options.ts';

/** @param bus the host's memory */
export function buildDrives(
  sim: Simulation,
  { storage }: Experiment,
  topology: PcieTopology,
  bus: SharedLink,
): Drive[] {
  for (const [i, { name, ...uplink }] of (storage.switches ?? []).entries())
    asInputError(['storage', 'switches', i], () => topology.addSwitch(name, uplink));
  const names = driveNames(storage);
  return storage.kinds
    .flatMap((kind) => new Array<DriveKind>(kind.count).fill(kind))
    .map((kind, i) => buildDrive(sim, storage.fidelity, kind, names[i], topology, bus));
}

/** By profile, numbered where several drives have the same. */
function driveNames({ kinds }: Storage): string[] {
  const profiles = kinds.flatMap(({ count, device }) => new Array<string>(count).fill(device.name));
  const seen = new Map<string, number>();
  return profiles.map((profile) => {
    const number = seen.get(profile) ?? 0;
    seen.set(profile, number + 1);
    const alone = profiles.indexOf(profile) === profiles.lastIndexOf(profile);
    return alone ? profile : `${profile} #${number}`;
  });
}

/** Bytes of address space that a drive has where whole experts are placed on it; the smallest drive's for all. */
export const driveSpace = ({ kinds }: Storage): number =>
  Math.floor(Math.min(...kinds.map(({ device }) => device.capacity)) / 2 ** 20) * 2 ** 20;

/** Stripes go round the drives; where whole experts are placed, one stripe a drive is the drive. */
export function arrayLayout(storage: Storage) {
  const weights = weightsOf(storage);
  if (weights.length === 1) return {};
  if (storage.placement !== 'stripe') return { stripe: driveSpace(storage) };
  return { stripe: storage.stripe, weights };
}

/** Bytes that the array holds. */
export function arrayCapacity(storage: Storage): number {
  const weights = storage.placement === 'stripe' ? weightsOf(storage) : weightsOf(storage).map(() => 1);
  const capacities = storage.kinds.flatMap(({ count, device }) =>
    new Array<number>(count).fill(device.capacity),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Math.min(...capacities.map((capacity, i) => (capacity * total) / weights[i]));
}

function buildDrive(
  sim: Simulation,
  fidelity: Storage['fidelity'],
  kind: DriveKind,
  name: string,
  topology: PcieTopology,
  bus: SharedLink,
): Drive {
  const { device, path } = kind;
  if ('bandwidth' in device) {
    const { capacity, latency, bandwidth } = device;
    return new IdealDevice(sim, {
      name,
      capacity,
      readLatency: latency,
      writeLatency: latency,
      readBandwidth: bandwidth,
      writeBandwidth: bandwidth,
      readPath: [bus],
      writePath: [bus],
    });
  }
  const { capacity, blockSize, maxTransfer, queues } = device;
  const { link, upstream, downstream } = asInputError([...path, 'count'], () =>
    attach(topology, name, device, kind.switch),
  );
  const common = {
    name,
    capacity,
    blockSize,
    maxTransfer,
    queues,
    readPath: [...upstream, bus],
    writePath: [...downstream, bus],
  };
  const limited = (drive: Drive) =>
    device.throttle ? new ThrottledDrive(sim, drive, device.throttle) : drive;
  if (fidelity === 'flash') {
    return limited(new FlashDevice(sim, { ...flashOptions(device, link), ...common }));
  }
  if (fidelity === 'ideal') {
    const ideal = new IdealDevice(sim, {
      ...common,
      readLatency: device.readLatency,
      writeLatency: device.writeLatency,
      readBandwidth: Math.min(device.readBandwidth, link.usableRate),
      writeBandwidth: Math.min(device.writeBandwidth, link.usableRate),
    });
    return limited(ideal);
  }
  if (device.virtual) return limited(new VirtualDisk(sim, { ...common, parameters: device.virtual }));
  const parameters = asInputError([...path, 'device'], () =>
    queueParameters(device.name, withoutStale(device), link),
  );
  return limited(new QueueDevice(sim, { ...common, parameters }));
}
