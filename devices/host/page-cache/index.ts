/** The page cache: cached pages, reclaim, read-ahead, faults. */
export { type FaultOutcome, fault, MAJOR, MAPPED_NOW, READ_UNDER_WAY } from './fault.ts';
export { ACTIVE, INACTIVE, listOf, UNEVICTABLE } from './folio-runs.ts';
export { Insertion, type ReadPages } from './insertion.ts';
export { Kswapd, type KswapdOptions, type ReclaimCosts, reclaimTimeOf } from './kswapd.ts';
export { WORD_PAGES } from './page-bits.ts';
export { PageCache } from './page-cache.ts';
export { type MapAdvice, ReadAhead, type ReadAheadOptions } from './read-ahead.ts';
export { OutOfMemoryError, type PageCacheCounts } from './two-lists.ts';
export { type Watermarks, watermarksOf } from './watermarks.ts';
