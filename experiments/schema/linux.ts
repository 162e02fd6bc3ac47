/**
 * How the host's Linux reads files through its page cache: read-ahead, the largest request, and the core time of what
 * page faults and buffered reads do.
 * A host profile gives each figure with its source; an experiment may change them.
 */
import { z } from 'zod';
import type { QuantityKind } from '../quantities.ts';
import { quantity, type Range, sourced } from './leaf.ts';

type Leaf<T> = (kind: QuantityKind, range: Range) => T;

const shapeOf = <T extends z.ZodType<number>>(leaf: Leaf<T>) => {
  const bytes = (range: Range) => leaf('bytes', { step: '4 KiB', ...range });
  const time = () => leaf('time', { min: '0 s', max: '1 s' });
  return {
    readAhead: bytes({ min: '0 B', max: '1 GiB' }).describe(
      'read_ahead_kb of the drives: the largest window; 0: none.',
    ),
    maxSectors: bytes({ min: '4 KiB', max: '1 GiB' }).describe('max_sectors_kb: the largest request.'),
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
export const linuxSchema = z.strictObject(shapeOf(sourced));
export type LinuxProfile = z.output<typeof linuxSchema>;

/** As part of an experiment: what it changes. */
export const linuxChangesSchema = z.strictObject(shapeOf(quantity)).partial();
