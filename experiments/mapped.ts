/** Reading the model through the page cache of an experiment's machine: mapped, or by buffered reads. */
import {
  BufferedFile,
  busBandwidth,
  type DeviceArray,
  fabricBandwidth,
  type Host,
  Kswapd,
  kernelRate,
  MmapFile,
  OutOfMemoryError,
  PAGE_BYTES,
  PageCache,
  type Watermarks,
  watermarksOf,
} from '../devices/index.ts';
import type { Simulation } from '../sim/index.ts';
import { type DecodeOptions, type DecodeOutcome, runMapped } from '../workloads/inference/index.ts';
import { InputError } from './errors.ts';
import type { Experiment } from './experiment.ts';
import { schedulerTime } from './io-cost.ts';
import type { Memory } from './result.ts';
import { CACHE_KEYS, type LinuxProfile } from './schema/linux.ts';

/** @throws InputError naming what neither host nor experiment says */
export function linuxOf({ host, linux }: Pick<Experiment, 'host' | 'linux'>): LinuxProfile {
  const missing = CACHE_KEYS.filter((key) => !(key in linux));
  if (missing.length === 0) return linux as LinuxProfile;
  throw new InputError(
    `host ${host.name} says nothing of ${missing.join(', ')}; add them to its linux section, or to the experiment's`,
    ['linux'],
  );
}

/** With what the I/O scheduler costs for a request. */
function costsOf(experiment: Experiment): LinuxProfile {
  const linux = linuxOf(experiment);
  return { ...linux, submitTime: linux.submitTime + schedulerTime(experiment.host, linux.scheduler) };
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

interface Parts {
  readonly host: Host;
  readonly array: DeviceArray;
}

interface FileSize {
  readonly memory: Memory;
  readonly fileBytes: number;
}

/** Pages that a thread adds to the page cache in one event at most: what one reclaim makes room for (docs/performance.md). */
const INSERT_BATCH = 64;

/** What the kernel keeps free, in pages, when memory is short on the whole machine; undefined under a memory cgroup. */
export const watermarksFor = ({ host, linux }: Experiment): Watermarks | undefined =>
  linux.reclaimThreads ? watermarksOf(host.memory.capacity / PAGE_BYTES) : undefined;

/** The page cache and, when memory is short on the whole machine, what frees it in the background. */
function cacheOf(
  sim: Simulation,
  experiment: Experiment,
  { host }: Parts,
  { pageCacheBytes, freeBytes, lockedBytes = 0 }: Memory,
) {
  const watermarks = watermarksFor(experiment);
  const bytes = lockedBytes + pageCacheBytes + (watermarks ? freeBytes : 0);
  const cache = new PageCache(Math.floor(bytes / PAGE_BYTES) - (watermarks?.min ?? 0));
  const kswapd =
    watermarks &&
    new Kswapd(sim, {
      cache,
      watermarks,
      costs: linuxOf(experiment),
      cores: host.cpu.cores,
      threads: experiment.linux.reclaimThreads!,
    });
  return { cache, kswapd };
}

export function buildMapped(
  sim: Simulation,
  experiment: Experiment,
  parts: Parts,
  { memory, fileBytes }: FileSize,
): MmapFile {
  const { host, array } = parts;
  const linux = linuxOf(experiment);
  return new MmapFile(sim, {
    device: array,
    ...cacheOf(sim, experiment, parts, memory),
    fileBytes,
    readAhead: windowOf(experiment),
    batch: INSERT_BATCH,
    request: linux.maxSectors,
    cores: host.cpu.cores,
    costs: costsOf(experiment),
    threads: threadsOf(experiment) + experiment.mmap.prefetchThreads,
    computing: threadsOf(experiment),
  });
}

/** Buffered reads: with io_uring queueDepth of them a thread, with psync and libaio (whose submission blocks) one. */
export function buildBuffered(
  sim: Simulation,
  experiment: Experiment,
  parts: Parts,
  { memory, fileBytes }: FileSize,
): BufferedFile {
  const { host, array } = parts;
  const { io } = experiment;
  const linux = linuxOf(experiment);
  return new BufferedFile(sim, {
    device: array,
    ...cacheOf(sim, experiment, parts, memory),
    fileBytes,
    readAhead: linux.readAhead,
    request: linux.maxSectors,
    cores: host.cpu.cores,
    costs: costsOf(experiment),
    copy: {
      rate: linux.copyRate,
      through: [
        { link: host.dram.bus, crossings: linux.copyCrossings },
        // All but the write are reads of a core.
        { link: host.dram.fabric, crossings: linux.copyCrossings - 1 },
      ],
    },
    call: io.request,
    threads: io.threads,
    queueDepth: io.interface === 'io_uring' ? io.queueDepth : 1,
  });
}

/** Runs `body`. @throws InputError when what is locked or being read does not fit the page cache */
export function inMemory<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw error instanceof OutOfMemoryError ? new InputError(error.message, ['memory']) : error;
  }
}

export function runMappedProgram(
  sim: Simulation,
  { host, mmap }: Experiment,
  file: MmapFile,
  options: DecodeOptions,
): DecodeOutcome {
  const memory = { ...host.memory, fabric: host.fabric };
  return runMapped(sim, file, {
    ...options,
    program: mmap,
    coreRate: (kernel) => kernelRate(host.kernels, kernel),
    bandwidth: Math.min(busBandwidth(memory), fabricBandwidth(memory)),
  });
}
