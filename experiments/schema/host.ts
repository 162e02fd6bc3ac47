/** A host as devices/profiles/hosts/*.yaml describes it, or as an experiment writes it out in place. */
import { z } from 'zod';
import type { Kernel } from '../../workloads/inference/index.ts';
import { MAX_BYTES, pcieSchema } from './drive.ts';
import { sourced } from './leaf.ts';
import { linuxSchema } from './linux.ts';

/** How reads can be asked for past the page cache. */
export const DIRECT_INTERFACES = [
  'psync',
  'libaio',
  'io_uring',
  'io_uring-iopoll',
  'io_uring-sqpoll',
  'spdk',
] as const;
/** Those that read through the page cache, too. */
export const BUFFERED_INTERFACES = ['psync', 'libaio', 'io_uring'] as const;
export const isBuffered = (name: string): name is (typeof BUFFERED_INTERFACES)[number] =>
  (BUFFERED_INTERFACES as readonly string[]).includes(name);
export type DirectInterface = (typeof DIRECT_INTERFACES)[number];

/** What the keys of `software` mean, here and in an experiment. */
export const SOFTWARE = {
  perByte: 'For each byte of an object that was not resident when asked for: allocating, copying.',
  perRead: 'For each such object.',
  perLayer: 'For each layer of a pass: scheduling, barriers, synchronisation with a GPU.',
  perToken: 'For each pass, a prompt or a token.',
} as const;

const cycles = () => sourced('count', { min: 0, max: 1e7 });
/**
 * Per-request time under the scheduler's one lock: 0.7 us mq-deadline, 1.9 us BFQ, on a Core i7-2760QM at 2.4 GHz (Linux
 * Documentation/block/bfq-iosched.rst). Kyber has no such lock; that its hooks take as long as mq-deadline's is assumed.
 * dispatch: by a kernel worker, which "costs nearly 50 %" (stonet-research icpe24_io_scheduler_study_artifact, README);
 * taken to be as many cycles as io_uring's of a command. Unverified.
 */
const schedulerSchema = (locked: number, unlocked: number) =>
  z
    .strictObject({
      locked: cycles().prefault(locked).describe('CPU cycles of a command under the lock of its drive.'),
      unlocked: cycles().prefault(unlocked).describe('Cycles of a command beside it.'),
      dispatch: cycles()
        .prefault(7700)
        .describe('Cycles of a kernel worker for a request that is submitted alone, not in a batch.'),
    })
    .prefault({});

const softwareTime = () => sourced('time', { min: '0 s', max: '1 h' }).optional();
const kernelRate = () => sourced('computeRate', { min: '1 MFLOP/s' });
const frequency = () => sourced('frequency', { min: '1 MHz', max: '100 GHz' });

export const hostSchema = z.strictObject({
  name: z.string().min(1).describe('Full name.'),
  description: z.string().default('').describe('What it is, in a sentence.'),
  cores: sourced('count', { min: 1, max: 4096 }).describe('Cores.'),
  frequency: frequency().describe('Clock under load, Hz.'),
  kernels: z
    .strictObject({
      matmul: kernelRate().describe('Of every class not named.'),
      attention: kernelRate().optional().describe('Attention and its norms.'),
      router: kernelRate().optional().describe('Router.'),
      dense: kernelRate().optional().describe('Dense feed-forward layer.'),
      'shared-expert': kernelRate().optional().describe('Shared experts.'),
      expert: kernelRate().optional().describe('Routed experts.'),
      head: kernelRate().optional().describe('Output matrix.'),
    } satisfies Record<Kernel | 'matmul', z.ZodType>)
    .describe('FLOP/s of one core by kernel class: `matmul`, and those that differ from it.'),
  memory: z
    .strictObject({
      capacity: sourced('bytes', { min: '1 MiB', max: MAX_BYTES }).describe('Usable bytes.'),
      channels: sourced('count', { min: 1, max: 64 }).describe('Memory channels.'),
      transferRate: sourced('transferRate', { min: '1 MT/s' }).describe('Of a channel, T/s.'),
      channelBytes: sourced('bytes', { min: '1 B', max: '1 KiB' })
        .prefault('8 B')
        .describe('Bytes a transfer.'),
      efficiency: sourced('ratio', { min: 0.01, max: 1 })
        .prefault(0.8)
        .describe('Share of the peak that streams reach.'),
      coreBandwidth: sourced('bandwidth', { min: '1 MB/s' })
        .optional()
        .describe('That kernels reach on all cores, as measured; default: what fabric and channels allow.'),
    })
    .describe('DRAM.'),
  fabric: z
    .strictObject({
      ccds: sourced('count', { min: 1, max: 64 }).describe('Core dies.'),
      bytesPerCycle: sourced('bytes', { min: '1 B', max: '1 KiB' }).describe('That a die reads per cycle.'),
      frequency: frequency().describe('Fabric clock, Hz.'),
    })
    .optional()
    .describe('Link between cores and memory; absent: no limit.'),
  pcie: pcieSchema
    .extend({
      maxPayload: sourced('bytes', { min: '128 B', max: '4 KiB' }).describe('TLP payload, B.'),
      tlpOverhead: sourced('bytes', { min: '0 B', max: '128 B' }).describe('Bytes around each payload.'),
    })
    .describe('Lanes for devices.'),
  io: z
    .partialRecord(
      z.enum(DIRECT_INTERFACES),
      z.strictObject({
        cycles: cycles().describe(
          'CPU cycles of a command: half to submit it, half to complete it. sqpoll: of both threads.',
        ),
        perByte: sourced('timePerByte', { min: '0 s/B', max: '1 us/B' })
          .prefault('0 s/B')
          .describe('Core time for each byte: pinning and mapping its pages, decrypting.'),
        wakeUp: sourced('time', { min: '0 s', max: '1 s' })
          .prefault('0 s')
          .describe('From completion until a sleeping thread runs; none where threads poll.'),
      }),
    )
    .describe('What a command costs by interface, with O_DIRECT.'),
  schedulers: z
    .strictObject({
      'mq-deadline': schedulerSchema(1680, 0),
      kyber: schedulerSchema(0, 1680),
      bfq: schedulerSchema(4560, 0),
    })
    .prefault({})
    .describe(
      'What an I/O scheduler of Linux costs (`linux.scheduler`); by default as its documentation says.',
    ),
  gpu: z
    .strictObject({
      memory: sourced('bytes', { min: '1 MiB', max: MAX_BYTES }).describe('Usable bytes of its memory.'),
      bandwidth: sourced('bandwidth', { min: '1 MB/s' }).describe('At which kernels read its memory.'),
      flops: sourced('computeRate', { min: '1 MFLOP/s' }).describe('Of its kernels together.'),
      pcie: pcieSchema.describe('Its link to the host.'),
      syncPerLayer: sourced('time', { min: '0 s', max: '1 s' })
        .prefault('0 s')
        .describe('Round trip for the router’s answer, at each layer.'),
    })
    .optional()
    .describe('A GPU that can compute in place of the cores (`compute.device`).'),
  software: z
    .strictObject({
      perByte: sourced('timePerByte', { min: '0 s/B', max: '1 us/B' }).optional().describe(SOFTWARE.perByte),
      perRead: softwareTime().describe(SOFTWARE.perRead),
      perLayer: softwareTime().describe(SOFTWARE.perLayer),
      perToken: softwareTime().describe(SOFTWARE.perToken),
    })
    .default({})
    .describe('Defaults of an experiment’s `software`, as measured on this host.'),
  linux: linuxSchema
    .partial()
    .default({})
    .describe('How Linux reads files through its page cache; needed in full for those only.'),
});
export type HostProfile = z.output<typeof hostSchema>;
