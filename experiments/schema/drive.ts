/**
 * A drive as devices/profiles/drives/*.yaml describes it, or as an experiment writes it out in place. `sourced` figures
 * carry where they come from; the simulation gets the numbers.
 */
import { z } from 'zod';
import { chosen, flashSchema } from './flash.ts';
import { sourced } from './leaf.ts';

export const MAX_BYTES = '1 PiB';
const bandwidth = () => sourced('bandwidth', { min: '1 kB/s', max: '1 PB/s' });
const iops = () => sourced('iops', { min: '1 IOPS', max: '1e10 IOPS' });
const latency = () => sourced('time', { min: '0 s', max: '10 s' });

export const pcieSchema = z.strictObject({
  generation: sourced('count', { min: 1, max: 6 }).describe('PCI Express generation.'),
  lanes: sourced('count', { min: 1, max: 1024 }).describe('Lanes.'),
});

const tailSchema = z
  .array(
    z.strictObject({
      share: sourced('ratio', { min: 0, max: 1 }).describe('Share of the reads.'),
      extra: latency().describe('Time added to them, s.'),
    }),
  )
  .default([]);

/** Parameters of the `queue` fidelity (devices/queue-device.ts), as `nvmoe calibrate` writes them. */
const queueSchema = z.strictObject({
  readCommandTime: latency().describe('Controller time of a read, s: the ceiling on IOPS.'),
  overheadTime: latency().prefault('0 s').describe('Of a read, in which it holds nothing, s.'),
  units: sourced('count', { min: 1, max: 65536 }).describe('Units of the medium that work independently.'),
  accessTime: latency().describe('In which a read of 4 KiB holds a unit, s.'),
  pageBytes: sourced('bytes', { min: '512 B', max: '1 MiB' }).describe('Bytes of one media access.'),
  nandRate: sourced('bandwidth', { min: '1 kB/s' }).prefault('.inf').describe('Of a unit beyond 4 KiB, B/s.'),
  readTail: tailSchema.describe('Slower reads.'),
  channels: sourced('count', { min: 1, max: 65536 })
    .optional()
    .describe('That the units share at `nandRate`; absent: each unit has its own.'),
  scattered: chosen(z.boolean()).optional().describe('Pages lie on units by a hash, not in turn.'),
  listTime: latency().optional().describe('Of a read beyond 8 KiB, besides `overheadTime`, s.'),
  cores: sourced('count', { min: 1, max: 65536 })
    .optional()
    .describe('Commands that the controller takes at once, for its time each; default 1.'),
  commandSlots: sourced('count', { min: 1 })
    .optional()
    .describe('Commands that it works on at once; absent: no limit.'),
  pageTransfers: chosen(z.boolean())
    .optional()
    .describe('Pages take turns on channels and link, not whole reads.'),
  digest: z.string().optional().describe('Of the profile that these were derived from.'),
  readRate: bandwidth().describe('Of the data path to the host, B/s.'),
  writeCommandTime: latency().describe('Controller time of a write, s.'),
  writeRate: bandwidth().describe('Of the data path from the host, B/s.'),
  programRate: bandwidth().describe('At which the medium takes in writes, B/s.'),
  programIops: iops().describe('Writes per second that it takes in.'),
  bufferBytes: sourced('bytes', { min: '0 B' })
    .optional()
    .describe('Writes that are complete before the medium has taken them in, B.'),
  acknowledgeTime: latency().describe('From data in the buffer to the completion, s.'),
});

/** Parameters of a disk of a virtual machine (devices/virtual-disk.ts), as `nvmoe calibrate --virtual` writes them. */
const virtualSchema = z.strictObject({
  wakeTime: latency().describe('Of a turn: notification, wake-up of the host’s thread and interrupt, s.'),
  wakeTail: tailSchema.describe('Slower wake-ups, as shares of the turns.'),
  readTime: latency().describe('Of a read in the thread, s.'),
  readRate: bandwidth().describe('At which the thread copies what is read, B/s.'),
  writeTime: latency().describe('Of a write in the thread, s.'),
  writeRate: bandwidth().describe('At which it copies what is written, B/s.'),
});

const throttleSchema = z
  .strictObject({
    bytes: z
      .strictObject({
        rate: bandwidth().describe('Sustained, B/s.'),
        burst: sourced('bytes', { min: '0 B', max: MAX_BYTES }).describe('Moved at full speed first, B.'),
      })
      .optional()
      .describe('Of bandwidth: heat, or a virtual disk.'),
    commands: z
      .strictObject({
        rate: iops().describe('Sustained commands per second.'),
        burst: sourced('count', { min: 0, max: 1e12 }).describe('Commands at full speed first.'),
      })
      .optional()
      .describe('Of commands per second.'),
  })
  .describe('Token buckets before the drive, for reads and writes together, at every fidelity.');

export const driveSchema = z.strictObject({
  name: z.string().min(1).describe('Full name.'),
  description: z.string().default('').describe('What it is, in a sentence.'),
  pcie: pcieSchema.optional().describe('The drive’s own link; this or `link`.'),
  link: z
    .strictObject({
      name: z.string().min(1).describe('Such as UFS 4.0 HS-G5 x2.'),
      raw: bandwidth().describe('After line coding, B/s.'),
      usable: bandwidth().describe('Of payload, B/s.'),
    })
    .optional()
    .describe('A link of its own that is not PCI Express.'),
  capacity: sourced('bytes', { min: '1 MB', max: MAX_BYTES }).describe('Addressable bytes.'),
  blockSize: sourced('bytes', { min: '512 B', max: '64 KiB' }).describe('Logical block, B.'),
  maxTransfer: sourced('bytes', { min: '4 KiB', max: '1 GiB' }).describe('Largest command (MDTS), B.'),
  queues: sourced('count', { min: 1, max: 65535 }).describe('I/O queue pairs.'),
  readBandwidth: bandwidth().describe('Sequential read, B/s.'),
  writeBandwidth: bandwidth().describe('Sequential write, B/s.'),
  readIops: iops().describe('4 KiB random reads per second at `readIopsDepth`.'),
  writeIops: iops().describe('4 KiB random writes per second, steady state.'),
  readIopsDepth: sourced('count', { min: 1, max: 65536 }).describe('Depth at which `readIops` is reached.'),
  readLatency: latency().describe('4 KiB read at depth 1, as the drive’s user sees it without host cost, s.'),
  writeLatency: latency().describe('4 KiB write at depth 1, s.'),
  pageBytes: sourced('bytes', { min: '512 B', max: '1 MiB' }).describe('Bytes of one media access.'),
  nandRate: sourced('bandwidth', { min: '1 kB/s' })
    .prefault('.inf')
    .describe('Rate at which a unit of the medium hands out a page, B/s; `.inf`: at once.'),
  readTail: tailSchema.describe('Slower reads: page types, read retries.'),
  throttle: throttleSchema.optional(),
  queue: queueSchema
    .optional()
    .describe('Calibrated `queue` fidelity; absent: derived from the claims above.'),
  virtual: virtualSchema
    .optional()
    .describe('A disk of a virtual machine: takes the place of `queue` at that fidelity.'),
  flash: flashSchema.optional().describe('The drive at `flash` fidelity.'),
});
export type DriveProfile = z.output<typeof driveSchema>;

/** A drive without limits but the two that are given; `.inf` for none. */
export const idealDriveSchema = z.strictObject({
  fidelity: z.literal('ideal'),
  name: z.string().min(1).default('ideal').describe('Name in the result.'),
  latency: latency().describe('Of every command, s.'),
  bandwidth: sourced('bandwidth', { min: '1 kB/s' }).describe('Of the drive, B/s; `.inf` for no limit.'),
  capacity: sourced('bytes', { min: '1 MB', max: MAX_BYTES })
    .prefault(MAX_BYTES)
    .describe('Addressable bytes.'),
});
export type IdealDrive = z.output<typeof idealDriveSchema>;
