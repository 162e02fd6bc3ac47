/**
 * A drive at `flash` fidelity: the `flash` section of a drive's profile, and the whole profile of a device that is known
 * by its flash alone (preset mqsim).
 */
import { z } from 'zod';
import { HOST_TRANSFERS } from '../../devices/flash/flash-device-options.ts';
import { LAYOUTS } from '../../devices/flash/mapping.ts';
import { CHANNEL_PRIORITIES, DIE_PARALLELISMS } from '../../devices/flash/timing.ts';
import { sourced } from './leaf.ts';

/** A choice or a switch, bare or with where it comes from. */
export function chosen<T extends string | boolean>(leaf: z.ZodType<T, T>) {
  const noted = z.strictObject({ value: leaf, source: z.string().min(1), verified: z.boolean().optional() });
  const bare = z.custom<T>((value) => leaf.safeParse(value).success);
  return z.codec(z.union([leaf, noted]), bare, {
    decode: (figure) => (typeof figure === 'object' ? figure.value : figure) as T,
    encode: (value) => value,
  });
}

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
  multiPlane: chosen(z.boolean()).default(true).describe('Planes of a die read one page offset together.'),
  cacheRead: chosen(z.boolean()).default(true).describe('The array reads on while the register is emptied.'),
});

const channelSchema = z.strictObject({
  rate: rate().describe('Of a channel, B/s.'),
  base: time().prefault('140 ns').describe('tCS + tWB + tRR of a command, s.'),
  perPlane: time().prefault('150 ns').describe('6 tWC: command and address of a plane, s.'),
  planeBusy: time().prefault('500 ns').describe('tDBSY between the planes of a command, s.'),
  priority: chosen(z.enum(CHANNEL_PRIORITIES))
    .default('interleave')
    .describe('What a free channel does first.'),
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
  prpLists: chosen(z.boolean()).default(true).describe('Long transfers fetch their PRP list.'),
  interrupts: chosen(z.boolean()).default(false).describe('Completions send an interrupt message.'),
  fetchLimit: sourced('count', { min: 1 })
    .prefault('.inf')
    .describe('Commands of a queue under way at once.'),
  commandSlots: sourced('count', { min: 1 }).prefault('.inf').describe('Commands under way at once in all.'),
  burst: count(256).prefault(1).describe('Entries taken from a queue in its turn.'),
  weights: z.array(count(256)).default([]).describe('Weights of the queues; none: round robin.'),
});

const writeSchema = z.strictObject({
  programTimes: z.array(time()).min(1).describe('tPROG of the page types, s.'),
  pagesAtOnce: count(16).describe('Pages of a plane that one program writes.'),
  slcProgramTime: time().optional().describe('Of as much data into the SLC cache, s.'),
  eraseTime: time().describe('tBERS, s.'),
  readsFirst: sourced('count', { min: 1 })
    .prefault('.inf')
    .describe('Reads that may start before a program that waits.'),
  suspend: z
    .strictObject({
      time: time().describe('Until a program has stopped for a read, s.'),
      resume: time().describe('Added to its rest, s.'),
      limit: count(1000).describe('Suspensions of one operation.'),
    })
    .optional()
    .describe('Reads interrupt programs and erases; absent: they wait.'),
  bufferBytes: sourced('bytes', { min: '4 KiB' }).describe('Write buffer, B.'),
  acknowledgeTime: time().describe('From data in the buffer to the completion, s.'),
  slcCache: z
    .strictObject({
      bytes: sourced('bytes', { min: '1 MiB' }).describe('Data that it holds, B.'),
      refillRate: rate().describe('At which it is emptied in idle time, B/s.'),
    })
    .optional()
    .describe('Writes go there first.'),
  steadyState: chosen(z.boolean()).describe('Blocks are reclaimed from the first write on.'),
  validShare: sourced('ratio', { min: 0, max: 0.99 })
    .optional()
    .describe('Of a reclaimed block; default by the over-provisioning.'),
});

export const flashSchema = z.strictObject({
  geometry: geometrySchema.describe('Shape of the flash.'),
  nand: nandSchema.describe('Times of the array.'),
  channel: channelSchema.describe('The channels.'),
  write: writeSchema
    .optional()
    .describe('Programs, buffer, garbage collection; absent: writes end in the drive’s memory.'),
  dieParallelism: chosen(z.enum(DIE_PARALLELISMS))
    .default('die')
    .describe('What takes one command at a time.'),
  hostTransfer: chosen(z.enum(HOST_TRANSFERS)).default('per-page').describe('When data goes to the host.'),
  allocation: z
    .strictObject({
      order: chosen(z.string()).default('CWDP').describe('What consecutive pages go round first.'),
      layout: chosen(z.enum(LAYOUTS)).default('sequential').describe('How the drive was written.'),
    })
    .prefault({})
    .describe('Where pages lie.'),
  mappingCache: z
    .strictObject({
      bytes: sourced('bytes', { min: '4 KiB' }).describe('Of the mapping table that are held, B.'),
      segmentBytes: sourced('bytes', { min: '512 B' })
        .prefault('4 KiB')
        .describe('Read from the flash on a miss, B.'),
      mappedBytes: sourced('bytes', { min: '4 KiB' })
        .prefault('4 MiB')
        .describe('Data that a segment maps, B.'),
    })
    .optional()
    .describe('Part of the mapping table that is at hand; absent: all of it.'),
  dram: z
    .strictObject({
      rate: rate().describe('Of the drive’s own DRAM, B/s.'),
      passes: count(4).prefault(2).describe('Times that a byte crosses it.'),
    })
    .optional()
    .describe('The drive’s own DRAM; absent: no limit.'),
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
