/**
 * Where a token's time goes, what the host's memory holds, what its page cache did, and the closed-form ceilings.
 */
import { z } from 'zod';
import { bytes, count, fraction, rate, seconds } from './quantities.ts';

/** The parts of wall time. Overlapped reads cost nothing here: only the wait that compute could not hide counts. */
export const timeSchema = z
  .object({
    compute: fraction().describe('Matrix work and attention, DRAM contention included.'),
    exposedIo: fraction().describe('Waiting for a read with nothing to compute.'),
    software: fraction().describe(
      'Per-request, per-layer and per-token program work, copies and faults on CPU cores.',
    ),
    reclaim: fraction().describe('Waiting for the kernel to free pages.'),
    other: fraction().describe('The rest: barriers, imbalance.'),
  })
  .refine((t) => Math.abs(t.compute + t.exposedIo + t.software + t.reclaim + t.other - 1) < 1e-6, {
    error: 'fractions of wall time must sum to 1',
  });

export const breakdownSchema = z.object({
  ioServiceSeconds: seconds().describe(
    'Of the drives’ commands, from submission to completion, summed: more than the time they took where they overlap.',
  ),
  exposedIoSeconds: seconds().describe('Waiting for reads with nothing to compute.'),
  expertSeconds: seconds().describe('Matrix work of routed and shared experts.'),
  attentionSeconds: seconds().describe('Attention.'),
  headSeconds: seconds().describe('The output matrix.'),
  softwareSeconds: seconds().describe('The program itself: `software`, predictions.'),
  otherSeconds: seconds().describe('Routers, dense layers, waiting for a request.'),
});

export type TimePart = keyof z.output<typeof timeSchema>;

export const boundSchema = z.object({
  resource: z.string().describe('nand, link, dram, fabric, cpu, compute …'),
  tokensPerSecond: rate().describe(
    'Ceiling by this resource alone at this run’s bytes, requests and FLOPs per token.',
  ),
  component: z
    .enum(['compute', 'exposedIo', 'software'])
    .describe('The part of `time` in which this resource’s work shows when it is not hidden.'),
  detail: z.string().describe('The arithmetic in words with units.'),
});

export const memorySchema = z
  .object({
    limitBytes: bytes().describe('The memory limit.'),
    trunkBytes: bytes().describe(
      'Weights that are always resident: attention, shared experts, dense, embeddings.',
    ),
    kvBytes: bytes().describe('KV cache at the longest context of the run.'),
    draftBytes: bytes().optional().describe('The draft model, with workload.speculation.memory.'),
    expertCacheBytes: bytes().describe('The program’s own expert cache, at capacity.'),
    pageCacheBytes: bytes().describe('Left for the kernel’s page cache.'),
    systemBytes: bytes().describe('Operating system, program, buffers.'),
    freeBytes: bytes().describe('Unused. The parts add up to `limitBytes`.'),
    gpu: z
      .object({
        limitBytes: bytes().describe('Its memory; the parts below add up to it.'),
        trunkBytes: bytes().describe('Weights that are always resident.'),
        kvBytes: bytes().describe('KV cache at the longest context.'),
        expertCacheBytes: bytes().describe('For routed experts.'),
        freeBytes: bytes().describe('Unused.'),
      })
      .optional()
      .describe('Of a GPU that computes; trunk and KV cache of host memory are then 0.'),
    lockedBytes: bytes().optional().describe('Of all these, locked against eviction (mlock, cgroup).'),
  })
  .refine(
    (m) =>
      Math.abs(
        m.trunkBytes +
          m.kvBytes +
          (m.draftBytes ?? 0) +
          m.expertCacheBytes +
          m.pageCacheBytes +
          m.systemBytes +
          m.freeBytes -
          m.limitBytes,
      ) <=
      1e-9 * m.limitBytes,
    { error: 'the parts of memory must add up to limitBytes' },
  );

export const pageCacheSchema = z.object({
  majorFaults: count().optional().describe('Faults that started a read and waited for it.'),
  minorFaults: count().optional().describe('The others: of pages that were cached or being read.'),
  waitedFaults: count().optional().describe('Of these, faults that waited for a read begun by another.'),
  readaheadBytes: bytes().optional().describe('Read ahead of any touch: all but the pages of major faults.'),
  readaheadUsedBytes: bytes()
    .optional()
    .describe('Read ahead, then or before, and touched for the first time now.'),
  readaheadWastedBytes: bytes().describe('Evicted without ever having been touched.'),
  copiedBytes: bytes().optional().describe('Copied to the program by buffered reads.'),
  reclaimedBytes: bytes().describe('Freed by reclaim.'),
  reclaimSeconds: seconds().describe('Time threads spent in direct reclaim, summed over threads.'),
  kswapdBytes: bytes().optional().describe('Of the bytes freed, those by kswapd, in the background.'),
  kswapdSeconds: seconds().optional().describe('Time that kswapd worked, summed over its threads.'),
});

export type Time = z.output<typeof timeSchema>;
export type Breakdown = z.output<typeof breakdownSchema>;
export type Bound = z.output<typeof boundSchema>;
export type Memory = z.output<typeof memorySchema>;
export type PageCache = z.output<typeof pageCacheSchema>;
