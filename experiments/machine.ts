/**
 * From profiles to the simulated machine: host, PCIe tree, drives, array, I/O interface. Claims are held against links
 * here: above the raw rate is an error, above the usable rate a warning and the link is obeyed.
 */
import {
  type BufferedFile,
  checkClaims,
  DeviceArray,
  type Drive,
  FlashDevice,
  type Gpu,
  Host,
  IdealDevice,
  type IoInterface,
  IoUring,
  type Link,
  type MmapFile,
  PcieTopology,
  QueueDevice,
  queueParameters,
  ThrottledDrive,
} from '../devices/index.ts';
import type { SharedLink, Simulation } from '../sim/index.ts';
import { attach, ownLink, trainedLink } from './drive-link.ts';
import { asInputError } from './errors.ts';
import type { Experiment } from './experiment.ts';
import { flashOptions } from './flash-options.ts';
import { buildGpu } from './gpu.ts';
import { ioCost } from './io-cost.ts';
import { buildBuffered, buildMapped } from './mapped.ts';
import type { Memory } from './result.ts';
import type { HostProfile } from './schema/host.ts';

export interface Machine {
  readonly host: Host;
  readonly drives: readonly Drive[];
  readonly array: DeviceArray;
  /** Computes in place of the cores. */
  readonly gpu?: Gpu;
  /** How the program reads by requests of its own; absent when it maps the whole model. */
  readonly reads?: IoInterface;
  /** The same, where that goes through the page cache. */
  readonly buffered?: BufferedFile;
  /** What is mapped: the model or parts of it. */
  readonly mapped?: MmapFile;
}

/** What a run needs to know of a drive besides its simulation: rates in B/s and 1/s; Infinity where there is none. */
export interface DriveLimits {
  readonly name: string;
  readonly fidelity: 'flash' | 'queue' | 'ideal';
  /** Claimed read bandwidth and 4 KiB read rate. */
  readonly readBandwidth: number;
  readonly readIops: number;
  /** The link as trained in this host; absent for an ideal drive without one. */
  readonly link?: Link;
}

/**
 * Checks the drive's claims, without simulating anything.
 * @throws InputError naming both figures for a claim above the raw link
 */
export function driveLimits(experiment: Experiment): { limits: DriveLimits; warnings: string[] } {
  const { host, storage } = experiment;
  const { device } = storage;
  if ('bandwidth' in device) {
    const { name, bandwidth } = device;
    return {
      limits: { name, fidelity: 'ideal', readBandwidth: bandwidth, readIops: Number.POSITIVE_INFINITY },
      warnings: [],
    };
  }
  const own = asInputError(['storage', 'device'], () => ownLink(device, host));
  const link = trainedLink(device, host);
  const warnings = asInputError(['storage', 'device'], () => checkClaims(device.name, device, own));
  if (link.rawRate < own.rawRate)
    warnings.push(...(checkTrained(device.name, device.readBandwidth, link) ?? []));
  const { readBandwidth, readIops, name } = device;
  return { limits: { name, fidelity: storage.fidelity ?? 'queue', readBandwidth, readIops, link }, warnings };
}

function checkTrained(name: string, claimed: number, link: Link): string[] {
  if (claimed <= link.usableRate) return [];
  const rate = (link.usableRate / 1e9).toFixed(2);
  return [`${name}: in this host its link trains at ${link.name}: ${rate} GB/s are usable.`];
}

/** @param model the memory account and the file's size */
export function buildMachine(
  sim: Simulation,
  experiment: Experiment,
  model: { memory: Memory; fileBytes: number },
): Machine {
  const { host: profile, storage, io } = experiment;
  const host = new Host(sim, hostOptions(profile));
  const topology = new PcieTopology(sim, profile.pcie);
  const drives = Array.from({ length: storage.count }, (_, i) => {
    const name = storage.count === 1 ? storage.device.name : `${storage.device.name} #${i}`;
    return buildDrive(sim, experiment, name, topology, host.dram.bus);
  });
  const array = new DeviceArray(sim, { name: 'array', devices: drives, ...arrayLayout(storage) });
  const gpu = buildGpu(sim, experiment, host, topology);
  const by = io.interface;
  const parts = { host, drives, array, gpu };
  if (by === 'mmap') return { ...parts, mapped: buildMapped(sim, experiment, parts, model) };
  if (!io.direct) {
    const buffered = buildBuffered(sim, experiment, parts, model);
    return { ...parts, reads: buffered, buffered };
  }
  const reads = new IoUring(sim, {
    device: array,
    request: io.request,
    queueDepth: by === 'psync' ? 1 : io.queueDepth,
    threads: io.threads,
    cpu: asInputError(['io', 'interface'], () => ioCost(profile, by, host.cpu.cores)),
  });
  const mapped = experiment.memory.map.length > 0 ? buildMapped(sim, experiment, parts, model) : undefined;
  return { ...parts, reads, mapped };
}

/** Bytes of address space that a drive has where whole experts are placed on it. */
export const driveSpace = ({ device }: Experiment['storage']): number =>
  Math.floor(device.capacity / 2 ** 20) * 2 ** 20;

/** Stripes go round the drives; where whole experts are placed, one stripe a drive is the drive. */
function arrayLayout(storage: Experiment['storage']) {
  if (storage.count === 1) return {};
  if (storage.placement !== 'stripe') return { stripe: driveSpace(storage) };
  return { stripe: storage.stripe, weights: storage.weights };
}

export const hostOptions = (profile: HostProfile) => ({
  cpu: { cores: profile.cores, kernels: profile.kernels },
  memory: { ...profile.memory, fabric: profile.fabric },
});

function buildDrive(
  sim: Simulation,
  { storage }: Experiment,
  name: string,
  topology: PcieTopology,
  bus: SharedLink,
): Drive {
  const { device, fidelity } = storage;
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
  const { link, upstream, downstream } = asInputError(['storage', 'count'], () =>
    attach(topology, name, device),
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
  const parameters = asInputError(['storage', 'device'], () => queueParameters(device.name, device, link));
  return limited(new QueueDevice(sim, { ...common, parameters }));
}
