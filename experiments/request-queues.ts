/** Drives behind the request queues of the host's Linux, where one of their limits or a scheduler can be felt. */
import { type BlockDevice, RequestQueue } from '../devices/index.ts';
import type { Simulation } from '../sim/index.ts';
import type { LinuxProfile } from './schema/linux.ts';

/** Entries of an NVMe queue less one (io_queue_depth of Linux drivers/nvme/host/pci.c: 1,024). */
const NVME_TAGS = 1023;

/** How direct reads fill the queues of a drive. */
export interface Depth {
  /** Threads, each with a hardware queue while there are enough, and requests of each in flight. */
  readonly threads: number;
  readonly queueDepth: number;
  /** Bytes of the largest. */
  readonly request: number;
}

/**
 * @param depth absent: reads through the page cache
 * @returns the drive itself where the queue would change nothing, for it costs time to simulate
 */
export function behindRequestQueue<Device extends BlockDevice>(
  simulation: Simulation,
  device: Device,
  linux: Partial<LinuxProfile>,
  depth?: Depth,
): Device | RequestQueue {
  const { scheduler = 'none', tags = NVME_TAGS, nrRequests = tags, maxSectors, maxSegments } = linux;
  const options = { device, scheduler, tags, nrRequests: linux.nrRequests, maxSectors, maxSegments };
  const queue = new RequestQueue(simulation, options);
  const fits =
    depth !== undefined &&
    scheduler === 'none' &&
    mostCommands(depth, device) <= Math.min(tags, nrRequests) &&
    Math.min(depth.request, device.maxTransfer) <= queue.maxTransfer;
  return fits ? device : queue;
}

/** That one hardware queue is asked to hold at once. */
const mostCommands = ({ threads, queueDepth, request }: Depth, { queues, maxTransfer }: BlockDevice) =>
  Math.ceil(threads / queues) * queueDepth * Math.ceil(request / maxTransfer);
