/**
 * How the host's Linux reads: the request queues of its drives (limits, I/O scheduler), and through the page cache
 * read-ahead and the core time of what page faults and buffered reads do.
 * A host profile gives each figure with its source; an experiment may change them.
 */
import { z } from 'zod';
import { SCHEDULERS } from '../../devices/index.ts';
import type { QuantityKind } from '../quantities.ts';
import { quantity, type Range, sourced } from './leaf.ts';

type Leaf<T> = (kind: QuantityKind, range: Range) => T;

/** Of the drives' request queues (sysfs: queue/*), in force for every interface of the kernel. */
const queueShape = <T extends z.ZodType<number>>(leaf: Leaf<T>) => ({
  scheduler: z.enum(SCHEDULERS).optional().describe('I/O scheduler of the drives; default none.'),
  nrRequests: leaf('count', { min: 1, max: 65535 })
    .optional()
    .describe(
      'nr_requests: requests of a hardware queue; default its tags, with a scheduler twice as many but at most 256.',
    ),
  tags: leaf('count', { min: 1, max: 65535 })
    .optional()
    .describe('Commands that a drive holds of a hardware queue: its entries less one; default 1023.'),
  maxSegments: leaf('count', { min: 1, max: 65535 })
    .optional()
    .describe(
      'max_segments: pieces of memory in a command, pages of 4 KiB where buffers are scattered; default no limit, as for buffers in huge pages.',
    ),
  merges: z
    .boolean()
    .optional()
    .describe('Neighbours in a batch become one command; default true. false: nomerges is 2.'),
  pinTime: leaf('time', { min: '0 s', max: '1 ms' })
    .optional()
    .describe('To pin a page of a buffer, which registered buffers save for each command; default 110 ns.'),
});

/** Of the page cache. */
const cacheShape = <T extends z.ZodType<number>>(leaf: Leaf<T>) => {
  const bytes = (range: Range) => leaf('bytes', { step: '4 KiB', ...range });
  const time = () => leaf('time', { min: '0 s', max: '1 s' });
  return {
    readAhead: bytes({ min: '0 B', max: '1 GiB' }).describe(
      'read_ahead_kb of the drives: the largest window; 0: none.',
    ),
    maxSectors: bytes({ min: '4 KiB', max: '1 GiB' }).describe('max_sectors_kb: the largest command.'),
    touchTime: time().describe('To go on to the next mapped page, beside the work on it.'),
    faultTime: time().describe('A page fault, without what follows.'),
    mapTime: time().describe('To map a folio.'),
    insertTime: time().describe('To add a folio to the page cache.'),
    insertPageTime: time().describe('For each page of it.'),
    reclaimTime: time().describe('To evict a batch of pages: unmapping, TLB shootdown.'),
    reclaimPageTime: time().describe('For each page of it.'),
    scanTime: time().describe('To look at a page in reclaim.'),
    waitTime: time().describe('To sleep until a read has completed, and be woken.'),
    submitTime: time().describe('To submit a request.'),
    callTime: time().describe(
      'A buffered read(2), or a submission and its completion, without what follows.',
    ),
    copyRate: leaf('bandwidth', { min: '1 MB/s' }).describe(
      'That one core copies from the page cache to the program, as memcpy does.',
    ),
    copyCrossings: leaf('ratio', { min: 2, max: 3 }).describe(
      'Times a copied byte crosses DRAM: 3 (read, read for ownership, write), 2 with non-temporal stores.',
    ),
  };
};

/** As part of a host profile. */
export const linuxSchema = z.strictObject({ ...queueShape(sourced), ...cacheShape(sourced) });
export type LinuxProfile = z.output<typeof linuxSchema>;
/** What reading through the page cache needs in full. */
export const CACHE_KEYS = Object.keys(cacheShape(quantity)) as (keyof LinuxProfile)[];

const reclaimThreads = quantity('count', { min: 0, max: 64 }).describe(
  'Threads that free memory in the background (kswapd, one a NUMA node), as memory is short on the whole machine; default 0: memory.limit is that of a memory cgroup, in which threads free what they need by themselves.',
);

/** As part of an experiment: what it changes. */
export const linuxChangesSchema = z
  .strictObject({ ...queueShape(quantity), ...cacheShape(quantity), reclaimThreads })
  .partial();
export type Linux = Partial<LinuxProfile> & Pick<z.output<typeof linuxChangesSchema>, 'reclaimThreads'>;
