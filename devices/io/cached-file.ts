/** A file that is read through the page cache, what it costs to bring its pages in, and what that time was spent on. */
import type { HandlerId, Picoseconds } from '../../sim/index.ts';
import type { BlockDevice } from '../block-device.ts';
import type { Kswapd, PageCache, ReadAheadOptions, ReclaimCosts } from '../host/page-cache/index.ts';

export const PAGE_BYTES = 4096;

/** Core time, in ps, to bring pages into the cache. */
export interface FillCosts extends ReclaimCosts {
  readonly insertTime: Picoseconds;
  readonly insertPageTime: Picoseconds;
  /** To sleep and be woken: switches, interrupt. */
  readonly waitTime: Picoseconds;
  /** To submit a request. */
  readonly submitTime: Picoseconds;
}

/** A file in the page cache and the device it lies on. */
export interface CachedFileOptions {
  readonly device: BlockDevice;
  readonly cache: PageCache;
  /** Frees the cache's memory in the background; default: threads do so when they need it. */
  readonly kswapd?: Kswapd;
  /** Bytes of the file, which lies at the device's start. */
  readonly fileBytes: number;
  /** Largest read-ahead window in bytes: read_ahead_kb, doubled by POSIX_FADV_SEQUENTIAL; 0: none. */
  readonly readAhead: number;
  readonly advice?: ReadAheadOptions['advice'];
  /** Pages that a thread adds to the cache in one event (pages-under-way.ts); default 1: each folio in one of its own. */
  readonly batch?: number;
  /** Largest request that a window becomes, bytes: max_sectors_kb, or less. */
  readonly request: number;
}

export interface CacheFillOptions extends CachedFileOptions {
  /** Of the interface, in messages. */
  readonly name: string;
  readonly threads: number;
  /** The first so many threads are those whose time is told; default all. */
  readonly timed?: number;
  readonly costs: FillCosts;
  /** Spends core time of a thread, then calls next(thread). */
  readonly work: (thread: number, time: Picoseconds, next: HandlerId) => void;
  /** Core time that is left of it; needed with a batch. */
  readonly left?: (thread: number) => Picoseconds;
  /** Called when a thread has added all: as filled(thread). */
  readonly filled: (thread: number) => void;
  /** Called when a page that a thread waited for is there: as woken(thread). */
  readonly woken: (thread: number) => void;
}

/** What the threads spent their time on, ps, all added up. */
export interface FillTimes {
  /** Insertion, submission, switches; of mmap also the faults themselves. */
  fault: Picoseconds;
  reclaim: Picoseconds;
  wait: Picoseconds;
}
