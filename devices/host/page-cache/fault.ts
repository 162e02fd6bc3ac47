/**
 * A page fault on a mapped file (filemap_map_pages, then filemap_fault; mm/filemap.c of Linux 6.18). First it maps what
 * is cached and complete among the 16 pages around (fault-around); when its own page is not among them: it is marked, and
 * starts the next window; or being read, and the thread waits, which is no major fault; or missing: a major fault, which
 * starts a read and waits. After the wait the fault is tried again.
 */
import type { Insertion } from './insertion.ts';
import type { PageCache } from './page-cache.ts';
import type { ReadAhead } from './read-ahead.ts';

/** The page is mapped; or it, or pages ahead of it, must be read: do that, wait, try again; or it was missing, and is now being read. */
export const MAPPED_NOW = 0;
export const READ_UNDER_WAY = 1;
export const MAJOR = 2;
export type FaultOutcome = typeof MAPPED_NOW | typeof READ_UNDER_WAY | typeof MAJOR;

/** What the fault begins to read is left to `insertion`: step it to its end before waiting. */
export function fault(
  cache: PageCache,
  readAhead: ReadAhead,
  page: number,
  insertion: Insertion,
): FaultOutcome {
  readAhead.mapped(cache.mapAround(page));
  if (cache.isMapped(page)) return MAPPED_NOW;
  if (!cache.isCached(page)) {
    readAhead.miss(page, insertion);
    return MAJOR;
  }
  readAhead.hit(page, insertion);
  if (!cache.isReading(page) && !insertion.active) readAhead.mapped(cache.mapAround(page));
  return cache.isMapped(page) ? MAPPED_NOW : READ_UNDER_WAY;
}
