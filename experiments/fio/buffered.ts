/**
 * Buffered jobs of a simulated host: each clone reads a file of its own (as fio lays them out when no filename is given)
 * through the page cache, which starts empty (`invalidate`, fio's default) and of which the job's clones have equal parts.
 * psync, sync and libaio (whose buffered submission blocks) make one read(2) at a time; io_uring keeps its depth.
 */
import { type BlockDevice, BufferedFile, type Host, PAGE_BYTES, PageCache } from '../../devices/index.ts';
import type { Simulation } from '../../sim/index.ts';
import { InputError } from '../errors.ts';
import { linuxOf } from '../mapped.ts';
import type { HostProfile } from '../schema/host.ts';
import type { FioJob } from './job.ts';

/** Engines that read through the page cache. */
export const BUFFERED: readonly string[] = ['psync', 'sync', 'libaio', 'io_uring'];

/** @throws InputError for an engine that has no buffered reads, or a host that says nothing of Linux */
export function bufferedFile(
  sim: Simulation,
  device: BlockDevice,
  host: Host,
  profile: HostProfile,
  job: FioJob,
): BufferedFile {
  if (!BUFFERED.includes(job.engine)) {
    throw new InputError(
      `${job.name}: ioengine=${job.engine} with direct=0: buffered reads are of ${BUFFERED.join(', ')}; choose one of them or add --direct=1`,
    );
  }
  const linux = linuxOf({ host: profile, linux: profile.linux });
  const { bus, fabric } = host.dram;
  return new BufferedFile(sim, {
    device,
    cache: new PageCache(Math.floor(profile.memory.capacity / PAGE_BYTES / job.clones)),
    fileBytes: device.capacity,
    readAhead: linux.readAhead,
    request: linux.maxSectors,
    cores: host.cpu.cores,
    costs: linux,
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
