/** From profiles to the simulated machine: host, PCIe tree, drives, array, I/O interface. */
import {
  type BufferedFile,
  DeviceArray,
  type DeviceArrayOptions,
  type Drive,
  type Gpu,
  Host,
  type IoInterface,
  IoUring,
  type MmapFile,
  PcieTopology,
} from '../devices/index.ts';
import type { Simulation } from '../sim/index.ts';
import { arrayLayout, buildDrives } from './drives.ts';
import { asInputError } from './errors.ts';
import type { Experiment } from './experiment.ts';
import { buildGpu } from './gpu.ts';
import { ioCost } from './io-cost.ts';
import { buildBuffered, buildMapped } from './mapped.ts';
import { behindRequestQueue } from './request-queues.ts';
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

export type MakeArray = (sim: Simulation, options: DeviceArrayOptions) => DeviceArray;

/** @param model the memory account and the file's size */
export function buildMachine(
  sim: Simulation,
  experiment: Experiment,
  model: { memory: Memory; fileBytes: number },
  makeArray: MakeArray = (...given) => new DeviceArray(...given),
): Machine {
  const { host: profile, storage, io } = experiment;
  const host = new Host(sim, hostOptions(profile));
  const topology = new PcieTopology(sim, profile.pcie);
  const drives = buildDrives(sim, experiment, topology, host.dram.bus);
  const by = io.interface;
  const queueDepth = by === 'psync' ? 1 : io.queueDepth;
  const direct = io.direct && experiment.memory.map.length === 0;
  const depth = direct ? { threads: io.threads, queueDepth, request: io.request } : undefined;
  const devices =
    by === 'spdk' ? drives : drives.map((drive) => behindRequestQueue(sim, drive, experiment.linux, depth));
  const array = makeArray(sim, { name: 'array', devices, ...arrayLayout(storage) });
  const gpu = buildGpu(sim, experiment, host, topology);
  const parts = { host, drives, array, gpu };
  if (by === 'mmap') return { ...parts, mapped: buildMapped(sim, experiment, parts, model) };
  if (!io.direct) {
    const buffered = buildBuffered(sim, experiment, parts, model);
    return { ...parts, reads: buffered, buffered };
  }
  const reads = new IoUring(sim, {
    device: array,
    request: io.request,
    queueDepth,
    threads: io.threads,
    batch: io.batch,
    merges: by !== 'spdk' && experiment.linux.merges !== false,
    cpu: asInputError(['io', 'interface'], () =>
      ioCost(profile, by, host.cpu.cores, { linux: experiment.linux, registered: io.registeredBuffers }),
    ),
  });
  const mapped = experiment.memory.map.length > 0 ? buildMapped(sim, experiment, parts, model) : undefined;
  return { ...parts, reads, mapped };
}

export const hostOptions = (profile: HostProfile) => ({
  cpu: { cores: profile.cores, kernels: profile.kernels },
  memory: { ...profile.memory, fabric: profile.fabric },
});
