/**
 * Buffered jobs of a simulated host: each clone reads a file of its own (as fio lays them out when no filename is given)
 * through the page cache, of which the job's clones have equal parts; those that name the same file share its pages. The
 * cache starts empty. A job drops the pages of its file when it begins and at each round over it, unless invalidate=0
 * (fio's td_io_open_file and loop_cache_invalidate).
 * psync, sync and libaio (whose buffered submission blocks) make one read(2) at a time; io_uring keeps its depth.
 */
import { type BlockDevice, BufferedFile, type Host, PAGE_BYTES, PageCache } from '../../devices/index.ts';
import type { Simulation } from '../../sim/index.ts';
import { InputError } from '../errors.ts';
import { schedulerTime } from '../io-cost.ts';
import { linuxOf } from '../mapped.ts';
import type { HostProfile } from '../schema/host.ts';
import type { FioJob } from './job.ts';

/** Engines that read through the page cache. */
export const BUFFERED: readonly string[] = ['psync', 'sync', 'libaio', 'io_uring'];

export class BufferedFiles {
  readonly #sim: Simulation;
  readonly #device: BlockDevice;
  readonly #host: Host;
  readonly #profile: HostProfile;
  /** Pages of the files that have names. */
  readonly #named = new Map<string, PageCache>();

  constructor(sim: Simulation, device: BlockDevice, host: Host, profile: HostProfile) {
    this.#sim = sim;
    this.#device = device;
    this.#host = host;
    this.#profile = profile;
  }

  /** @throws InputError for an engine that has no buffered reads, or a host that says nothing of Linux */
  open(job: FioJob): BufferedFile {
    if (!BUFFERED.includes(job.engine)) {
      throw new InputError(
        `${job.name}: ioengine=${job.engine} with direct=0: buffered reads are of ${BUFFERED.join(', ')}; choose one of them or add --direct=1`,
      );
    }
    const profile = this.#profile;
    const linux = linuxOf({ host: profile, linux: profile.linux });
    const { bus, fabric } = this.#host.dram;
    return new BufferedFile(this.#sim, {
      device: this.#device,
      cache: this.#pagesOf(job),
      fileBytes: this.#device.capacity,
      readAhead: linux.readAhead,
      request: linux.maxSectors,
      cores: this.#host.cpu.cores,
      costs: { ...linux, submitTime: linux.submitTime + schedulerTime(profile, linux.scheduler) },
      copy: {
        rate: linux.copyRate,
        through: [
          { link: bus, crossings: linux.copyCrossings },
          { link: fabric, crossings: linux.copyCrossings - 1 },
        ],
      },
      call: Math.ceil(job.blockSize[0] / PAGE_BYTES + 1) * PAGE_BYTES,
      queueDepth: job.engine === 'io_uring' ? job.depth : 1,
    });
  }

  #pagesOf({ file, clones }: FioJob): PageCache {
    const pages = Math.floor(this.#profile.memory.capacity / PAGE_BYTES);
    if (file === undefined) return new PageCache(Math.floor(pages / clones));
    const known = this.#named.get(file) ?? new PageCache(pages);
    this.#named.set(file, known);
    return known;
  }
}

/** What read-ahead made of a clone's reads. */
export function pageCacheOf({ statistics, copied }: BufferedFile) {
  const { requests, requestBytes, bytes } = statistics;
  return {
    requests,
    requestBytes: {
      min: requests > 0 ? requestBytes.min : 0,
      mean: requests > 0 ? requestBytes.mean : 0,
      max: requests > 0 ? requestBytes.max : 0,
    },
    bytesRead: bytes[0] + bytes[1],
    bytesCopied: copied,
  };
}
