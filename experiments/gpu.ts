/**
 * The GPU of an experiment: what its memory holds, and the device. With `compute.device: gpu` the pinned parts and the KV
 * cache lie in GPU memory, which holds experts in what is left; host memory holds more experts (pinned, as DMA needs).
 */
import { Gpu, type Host, type PcieTopology } from '../devices/index.ts';
import type { Simulation } from '../sim/index.ts';
import { asInputError, InputError } from './errors.ts';
import type { Experiment } from './experiment.ts';
import type { Memory } from './result.ts';
import type { HostProfile } from './schema/host.ts';

type GpuProfile = NonNullable<HostProfile['gpu']>;

/** Undefined where the cores compute. @throws InputError where the host has none, or it cannot take part */
export function gpuOf({ compute, host, execution, memory }: Experiment): GpuProfile | undefined {
  if (compute.device !== 'gpu') return undefined;
  if (!host.gpu)
    throw new InputError(`found gpu; ${host.name} has none: add gpu to its profile`, ['compute', 'device']);
  if (execution === 'mmap' || memory.map.length > 0)
    throw new InputError('found gpu with mapped weights, which the cores compute; allowed is cpu', [
      'compute',
      'device',
    ]);
  return host.gpu;
}

/** @throws InputError when it is too small */
export function gpuAccount(experiment: Experiment, pinnedBytes: number, kvBytes: number): Memory['gpu'] {
  const gpu = gpuOf(experiment);
  if (!gpu) return undefined;
  const left = gpu.memory - pinnedBytes - kvBytes;
  const giga = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
  const parts = `pinned trunk ${giga(pinnedBytes)}, KV cache ${giga(kvBytes)}`;
  if (left < 0)
    throw new InputError(
      `found ${giga(gpu.memory)} of GPU memory, ${giga(-left)} short of what must fit: ${parts}`,
      ['compute', 'device'],
    );
  const asked = experiment.cache.gpuCapacity ?? left;
  if (asked > left)
    throw new InputError(
      `found ${giga(asked)}; allowed is up to the ${giga(left)} that GPU memory leaves: ${parts}`,
      ['cache', 'gpuCapacity'],
    );
  return {
    limitBytes: gpu.memory,
    trunkBytes: pinnedBytes,
    kvBytes,
    expertCacheBytes: asked,
    freeBytes: left - asked,
  };
}

/** Attached to the host's PCI Express tree; undefined where the cores compute. */
export function buildGpu(
  sim: Simulation,
  experiment: Experiment,
  host: Host,
  topology: PcieTopology,
): Gpu | undefined {
  const gpu = gpuOf(experiment);
  if (!gpu) return undefined;
  const { link } = asInputError(['compute', 'device'], () => topology.attach('the GPU', gpu.pcie));
  return new Gpu(
    sim,
    { bandwidth: gpu.bandwidth, flops: gpu.flops, linkRate: link.usableRate },
    host.dram.bus,
  );
}
