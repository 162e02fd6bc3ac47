/**
 * A drive at `flash` fidelity: the `flash` section of a drive's profile, and the whole profile of a device that is known
 * by its flash alone (preset mqsim).
 */
import { z } from 'zod';
import { HOST_TRANSFERS } from '../../devices/flash/flash-device.ts';
import { LAYOUTS } from '../../devices/flash/mapping.ts';
import { CHANNEL_PRIORITIES, DIE_PARALLELISMS } from '../../devices/flash/timing.ts';
import { sourced } from './leaf.ts';

const time = () => sourced('time', { min: '0 s', max: '10 s' });
const count = (max: number, min = 1) => sourced('count', { min, max });
const rate = () => sourced('bandwidth', { min: '1 kB/s' });

export const geometrySchema = z.strictObject({
  channels: count(256).describe('Channels.'),
  chips: count(64).describe('Chips (packages) on a channel.'),
  dies: count(64).describe('Dies in a chip.'),
  planes: count(64).describe('Planes of a die.'),
  blocks: count(1 << 20).describe('Blocks of a plane.'),
  pages: count(1 << 16).describe('Pages of a block.'),
  pageBytes: sourced('bytes', { min: '512 B', max: '1 MiB' }).describe('Bytes of a page.'),
});

const tailSchema = z.array(
  z.strictObject({
    share: sourced('ratio', { min: 0, max: 1 }).describe('Share of the array reads.'),
    extra: time().describe('Time added to them, s.'),
  }),
);

const nandSchema = z.strictObject({
  readTimes: z.array(time()).min(1).describe('tR of each page type (LSB, CSB, MSB), s.'),
  partialRead: z
    .strictObject({
      bytes: sourced('bytes', { min: '512 B' }).describe('Reads of no more than this of a page, B.'),
      readTimes: z.array(time()).min(1).describe('Their tR by page type, s.'),
    })
    .optional()
    .describe('Faster reads of a part of a page.'),
  readyTime: time()
    .prefault('0 s')
    .describe('From the array’s being ready to the controller’s knowing it, s.'),
  readTail: tailSchema.default([]).describe('Slower array reads: read retry.'),
  multiPlane: z.boolean().default(true).describe('Planes of a die read one page offset together.'),
  cacheRead: z.boolean().default(true).describe('The array reads on while the register is emptied.'),
});

const channelSchema = z.strictObject({
  rate: rate().describe('Of a channel, B/s.'),
  base: time().prefault('140 ns').describe('tCS + tWB + tRR of a command, s.'),
  perPlane: time().prefault('150 ns').describe('6 tWC: command and address of a plane, s.'),
  planeBusy: time().prefault('500 ns').describe('tDBSY between the planes of a command, s.'),
  priority: z.enum(CHANNEL_PRIORITIES).default('interleave').describe('What a free channel does first.'),
});

const controllerSchema = z.strictObject({
  cores: sourced('count', { min: 1 }).prefault('.inf').describe('Firmware cores; `.inf`: a pure delay.'),
  classes: z
    .array(
      z.strictObject({
        upTo: sourced('bytes').prefault('.inf').describe('Commands of up to this size, B.'),
        read: time().describe('Firmware time of a read, s.'),
        write: time().describe('Of a write, s.'),
      }),
    )
    .default([])
    .describe('Firmware time by size class.'),
  hostReadTime: time().prefault('0 s').describe('Of a read of host memory besides the link’s, s.'),
  prpLists: z.boolean().default(true).describe('Long transfers fetch their PRP list.'),
  interrupts: z.boolean().default(false).describe('Completions send an interrupt message.'),
  fetchLimit: sourced('count', { min: 1 })
    .prefault('.inf')
    .describe('Commands of a queue under way at once.'),
  commandSlots: sourced('count', { min: 1 }).prefault('.inf').describe('Commands under way at once in all.'),
  burst: count(256).prefault(1).describe('Entries taken from a queue in its turn.'),
  weights: z.array(count(256)).default([]).describe('Weights of the queues; none: round robin.'),
});

export const flashSchema = z.strictObject({
  geometry: geometrySchema.describe('Shape of the flash.'),
  nand: nandSchema.describe('Times of the array.'),
  channel: channelSchema.describe('The channels.'),
  dieParallelism: z.enum(DIE_PARALLELISMS).default('die').describe('What takes one command at a time.'),
  hostTransfer: z.enum(HOST_TRANSFERS).default('per-page').describe('When data goes to the host.'),
  allocation: z
    .strictObject({
      order: z.string().default('CWDP').describe('What consecutive pages go round first.'),
      layout: z.enum(LAYOUTS).default('sequential').describe('How the drive was written.'),
    })
    .prefault({})
    .describe('Where pages lie.'),
  controller: controllerSchema.prefault({}).describe('Firmware, queues, fetching.'),
});
export type FlashProfile = z.output<typeof flashSchema>;

/** A device of MQSim: its rules, with these figures. */
export const mqsimSchema = z.strictObject({
  name: z.string().min(1).describe('Full name.'),
  description: z.string().default('').describe('What it is, in a sentence.'),
  preset: z.literal('mqsim').describe('Simulated by the rules of MQSim.'),
  geometry: geometrySchema.describe('Shape of the flash.'),
  readTime: time().describe('tR, s.'),
  channelRate: rate().describe('Of a channel, B/s.'),
  lanes: count(16).describe('PCIe lanes.'),
  laneRate: rate().describe('Of a lane, B/s.'),
  overProvisioning: sourced('ratio', { min: 0, max: 0.9 }).describe('Share that is not addressable.'),
});
export type MqsimProfile = z.output<typeof mqsimSchema>;
