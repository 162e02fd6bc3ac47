/**
 * The `queue` fidelity of a drive from its `flash` section. What the flash model states is taken over: units (planes, dies
 * or chips, whichever takes one command at a time), channels and their rate, tR and its spread, the layout, firmware time
 * and cores, command slots, the write buffer. The data path is as fast as the narrower of link and device DRAM; where that
 * is the DRAM, reads cross it whole, else (link or channels) page by page and their fetches with them
 * (devices/queue-device.ts). What follows from several parts of the flash is read off simulated fio runs of it:
 *
 *   overheadTime      mean latency of 4 KiB reads at depth 1 less the queue's without it
 *   listTime          the same at 16 KiB
 *   acknowledgeTime   the same of 4 KiB writes, while the buffer takes them
 *   programRate       bandwidth of 128 KiB writes at depth 64, once the buffer is full
 *
 * A flash section without `write` says nothing of what the medium takes in: writes are then as the profile claims.
 */
import {
  FlashDevice,
  type Link,
  QueueDevice,
  type QueueParameters,
  queueParameters,
} from '../../devices/index.ts';
import { duration, type Simulation } from '../../sim/index.ts';
import { InputError } from '../errors.ts';
import { flashOptions } from '../flash-options.ts';
import type { DriveProfile } from '../schema/drive.ts';
import type { FlashProfile } from '../schema/flash.ts';
import { type Load, simulateLoad } from './load-on-device.ts';
import { sizeText } from './rows.ts';

type Parameters = { -readonly [K in keyof QueueParameters]: QueueParameters[K] };

const SMALL = 4096;
const LISTED = 16384;
const WRITTEN = 128 * 1024;
const SEED = 'derive';
/** Writes that the buffer takes. */
const BUFFERED = 500;

/** @throws InputError where the profile has no flash section, or the queue cannot be as fast as the flash */
export function deriveQueue(profile: DriveProfile, link: Link): QueueParameters {
  const options = flashOptions(profile, link);
  const flash = (load: Load, count?: number) =>
    simulateLoad(load, (sim) => new FlashDevice(sim, options), SEED, count);
  const found = structure(profile, link);
  const alone = (pattern: Load['pattern'], bytes: number) => ({ pattern, bytes, depth: 1, jobs: 1 });
  const missing = (name: string, load: Load, count?: number) => {
    const queue = simulateLoad(load, queueDevice(profile, found), SEED, count);
    const time = Math.round((flash(load, count).mean - queue.mean) * 1e12);
    if (time >= 0) return time;
    throw new InputError(
      `${profile.name}: ${name} cannot be determined: ${sizeText(load.bytes)} at depth 1 take ${-time / 1e6} us less than the ` +
        'tR, channel and link of its flash section; remove what makes them faster there (partialRead, multiPlane)',
    );
  };
  found.overheadTime = missing('overheadTime', alone('randread', SMALL));
  found.listTime = missing('listTime', alone('randread', LISTED));
  if (profile.flash!.write) {
    found.acknowledgeTime = missing('acknowledgeTime', alone('randwrite', SMALL), BUFFERED);
    found.programRate = flash({ pattern: 'randwrite', bytes: WRITTEN, depth: 64, jobs: 1 }).iops * WRITTEN;
    found.programIops = found.programRate / profile.blockSize;
  }
  return found;
}

export const queueDevice =
  (profile: DriveProfile, parameters: QueueParameters) =>
  (sim: Simulation): QueueDevice =>
    new QueueDevice(sim, { ...profile, parameters });

/** What the flash section states. */
function structure(profile: DriveProfile, link: Link): Parameters {
  const { geometry, nand, channel, allocation, dram, controller, write } = profile.flash!;
  const fastest = Math.min(...nand.readTimes);
  const types = nand.readTimes.filter((time) => time > fastest);
  const dramRate = dram ? dram.rate / dram.passes : Infinity;
  const readRate = Math.min(link.usableRate, dramRate);
  const claimed = queueParameters(profile.name, { ...profile, queue: undefined }, link);
  const firmware = controller.classes.find(({ upTo }) => SMALL <= upTo) ?? { read: 0, write: 0 };
  const limited = Number.isFinite(controller.cores);
  const writeCommandTime = limited ? firmware.write : 0;
  return {
    readCommandTime: limited ? firmware.read : 0,
    writeCommandTime,
    cores: limited ? controller.cores : 1,
    ...(Number.isFinite(controller.commandSlots) ? { commandSlots: controller.commandSlots } : {}),
    overheadTime: 0,
    listTime: 0,
    units: unitsOf(profile.flash!),
    channels: geometry.channels,
    scattered: allocation.layout === 'aged',
    pageTransfers: dramRate > Math.min(link.usableRate, geometry.channels * channel.rate),
    pageBytes: geometry.pageBytes,
    accessTime: channel.base + channel.perPlane + fastest + nand.readyTime,
    nandRate: channel.rate,
    readTail: [
      ...types.map((time) => ({ share: 1 / nand.readTimes.length, extra: time - fastest })),
      ...nand.readTail,
    ],
    readRate,
    writeRate: link.usableRate,
    programRate: claimed.programRate,
    programIops: claimed.programIops,
    ...(write ? { bufferBytes: write.bufferBytes } : {}),
    acknowledgeTime: write
      ? 0
      : Math.max(0, profile.writeLatency - writeCommandTime - duration(SMALL, link.usableRate)),
  };
}

function unitsOf({ geometry, dieParallelism }: FlashProfile): number {
  const { channels, chips, dies, planes } = geometry;
  const chipCount = channels * chips;
  if (dieParallelism === 'chip') return chipCount;
  return dieParallelism === 'die' ? chipCount * dies : chipCount * dies * planes;
}
