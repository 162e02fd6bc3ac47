/** Reading the model through mmap on an experiment's machine: the page cache, and the file as Linux reads it. */
import {
  busBandwidth,
  type DeviceArray,
  fabricBandwidth,
  type Host,
  kernelRate,
  MmapFile,
  OutOfMemoryError,
  PAGE_BYTES,
  PageCache,
} from '../devices/index.ts';
import type { Simulation } from '../sim/index.ts';
import { type DecodeOptions, type DecodeOutcome, runMapped } from '../workloads/inference/index.ts';
import { InputError } from './errors.ts';
import type { Experiment } from './experiment.ts';
import type { Memory } from './result.ts';
import { type LinuxProfile, linuxSchema } from './schema/linux.ts';

/** @throws InputError naming what neither host nor experiment says */
export function linuxOf({ host, linux }: Experiment): LinuxProfile {
  const missing = Object.keys(linuxSchema.shape).filter((key) => !(key in linux));
  if (missing.length === 0) return linux as LinuxProfile;
  throw new InputError(
    `host ${host.name} says nothing of ${missing.join(', ')}; add them to its linux section, or to the experiment's`,
    ['linux'],
  );
}

/** Threads of the matrix work; they are the ones that fault. */
export const threadsOf = ({ compute, host }: Experiment): number =>
  Math.min(compute.threads ?? host.cores, host.cores);

/** Bytes of the largest read-ahead window of the mapped file. */
export const windowOf = (experiment: Experiment): number =>
  linuxOf(experiment).readAhead * (experiment.mmap.fadvise === 'sequential' ? 2 : 1);

/** Bytes of the largest request that a run makes. */
export const requestOf = (experiment: Experiment): number =>
  experiment.io.interface === 'mmap'
    ? Math.min(windowOf(experiment), linuxOf(experiment).maxSectors) || PAGE_BYTES
    : experiment.io.request;

export function buildMapped(
  sim: Simulation,
  experiment: Experiment,
  { cpu }: Host,
  device: DeviceArray,
  { memory, fileBytes }: { memory: Memory; fileBytes: number },
): MmapFile {
  const { maxSectors, readAhead: _, ...costs } = linuxOf(experiment);
  return new MmapFile(sim, {
    device,
    cache: new PageCache(Math.floor((memory.trunkBytes + memory.pageCacheBytes) / PAGE_BYTES)),
    fileBytes,
    readAhead: windowOf(experiment),
    request: maxSectors,
    cores: cpu.cores,
    costs,
    threads: threadsOf(experiment),
  });
}

/** @throws InputError when what is locked or being read does not fit */
export function runMappedProgram(
  sim: Simulation,
  { host, mmap }: Experiment,
  file: MmapFile,
  options: DecodeOptions,
): DecodeOutcome {
  const memory = { ...host.memory, fabric: host.fabric };
  try {
    return runMapped(sim, file, {
      ...options,
      program: mmap,
      coreRate: (kernel) => kernelRate(host.kernels, kernel),
      bandwidth: Math.min(busBandwidth(memory), fabricBandwidth(memory)),
    });
  } catch (error) {
    throw error instanceof OutOfMemoryError ? new InputError(error.message, ['memory']) : error;
  }
}
