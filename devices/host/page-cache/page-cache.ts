/**
 * Linux's page cache of mapped files under a memory limit: which pages are cached, being read, mapped and accessed. What
 * leaves is reclaim's decision (two-lists.ts), what comes read-ahead's (read-ahead.ts). Pure and synchronous: no clock.
 *
 * Pages are numbers, 4 KiB each; a file is a range of them.
 */
import {
  ACTIVE,
  type FolioRuns,
  flagsOf,
  INACTIVE,
  kindOf,
  type List,
  listOf,
  orderOf,
  REFERENCED,
  UNEVICTABLE,
  WORKINGSET,
} from './folio-runs.ts';
import {
  CACHED,
  MAPPED,
  MARKED,
  ones,
  type PageBits,
  READING,
  TOUCHED,
  WORD_PAGES,
  YOUNG,
} from './page-bits.ts';
import { type PageCacheCounts, TwoLists } from './two-lists.ts';

/** Slots of a leaf of the kernel's page tree. */
const NODE_PAGES = 64;

export class PageCache {
  readonly bits: PageBits;
  readonly counts: PageCacheCounts;
  readonly #lists: TwoLists;
  readonly #folios: FolioRuns;

  /** @param limit pages that may be cached */
  constructor(limit: number) {
    this.#lists = new TwoLists(limit);
    this.#folios = this.#lists.folios;
    this.bits = this.#lists.bits;
    this.counts = this.#lists.counts;
  }

  /** Whether reclaim looks at accessed bits; see TwoLists. */
  set recency(recency: boolean) {
    this.#lists.recency = recency;
  }

  /** Changes the limit (memory locked by another program); evicts what is above it. */
  setLimit(pages: number): void {
    this.#lists.limit = pages;
    this.makeRoom(0);
  }

  pagesOn(list: List): number {
    return this.#folios.pages[list];
  }

  /** Pages cached, those being read included. */
  get cached(): number {
    return this.#lists.cached;
  }

  /** Pages that can be added before something must leave. */
  get room(): number {
    return this.#lists.limit - this.#lists.cached;
  }

  /** Records that hold all this: the state's size. */
  get runs(): number {
    return this.#folios.runs;
  }

  isCached(page: number): boolean {
    return this.bits.test(CACHED, page);
  }

  isReading(page: number): boolean {
    return this.bits.test(READING, page);
  }

  /** List and flags of a page (see folio-runs), or -1 when it is not cached. */
  kindOf(page: number): number {
    return this.isCached(page) ? this.#folios.kind(this.#folios.find(page)) : -1;
  }

  /** Pages [start, end) of the folio of a cached page. */
  folioOf(page: number): [start: number, end: number] {
    const run = this.#folios.find(page);
    const start = this.#folios.folioStart(run, page);
    return [start, start + (1 << orderOf(this.#folios.kind(run)))];
  }

  /** The first page at or after `page` that is not cached, among `most`; page + most if there is none. */
  nextMiss(page: number, most: number): number {
    return this.bits.firstClear(CACHED, page, page + most);
  }

  /**
   * The same as the kernel answers it (page_cache_next_miss): begun inside a folio of 2 to 32 pages, its walk stands at
   * the folio's first slot while its index says `page`. The answer is too high by the difference; at the end of a node of
   * 64 slots the walk falls in step and has skipped as many pages.
   */
  nextMissAsWalked(page: number, most: number): number {
    const end = page + most;
    const [start, folioEnd] = this.isCached(page) ? this.folioOf(page) : [page, page];
    const lag = folioEnd - start < NODE_PAGES ? page - start : 0;
    const boundary = (Math.floor(start / NODE_PAGES) + 1) * NODE_PAGES;
    const miss = this.nextMiss(start, boundary - start);
    if (lag === 0 || miss < boundary)
      return Math.min(end, miss < boundary ? miss + lag : this.nextMiss(page, most));
    return boundary + lag < end ? this.nextMiss(boundary + lag, end - boundary - lag) : end;
  }

  /** The first of pages [from, to) that is cached; `to` if none is. */
  nextCached(from: number, to: number): number {
    return this.bits.firstSet(CACHED, from, to);
  }

  /** Evicts until `pages` more can be cached. Throws OutOfMemoryError. */
  makeRoom(pages: number): void {
    this.#lists.makeRoom(pages);
  }

  /** Evicts at least `pages`, if as many can be. */
  reclaim(pages: number): void {
    this.#lists.reclaim(pages);
  }

  /** Adds pages [start, end) that are about to be read, none of them cached, in folios of one order. */
  insert(start: number, end: number, order: number): void {
    this.makeRoom(end - start);
    if (order > 0) {
      for (let page = start; page < end; page += 1 << order) {
        const flags = this.#lists.takeShadows(page, page + (1 << order));
        this.#folios.append(page, insertedKind(flags, order));
      }
    } else {
      for (let page = start; page < end; ) {
        const like = this.#lists.alikeShadows(page, end);
        const flags = this.#lists.takeShadows(page, like);
        this.#folios.append(page, insertedKind(flags, 0), 0, like - page);
        page = like;
      }
    }
    this.bits.add(start, end);
    this.counts.inserted += end - start;
  }

  /** Marks cached pages [from, to): touching them starts the next window (PG_readahead). */
  mark(from: number, to: number): void {
    this.bits.set(MARKED, from, to);
  }

  /** The reads of pages [from, to) have completed. */
  completed(from: number, to: number): void {
    this.bits.clear(READING, from, to);
  }

  /** Touches mapped pages from `from` on. @returns the first page that is not mapped, or `to` */
  touch(from: number, to: number): number {
    const end = this.bits.firstClear(MAPPED, from, to);
    if (end === from) return end;
    this.bits.set(YOUNG, from, end);
    this.#use(from, end);
    return end;
  }

  #use(from: number, to: number): void {
    this.counts.used += to - from - this.bits.count(TOUCHED, from, to);
    this.bits.set(TOUCHED, from, to);
  }

  /**
   * A copy from cached pages [from, to) has used them (folio_mark_accessed): a folio is marked referenced the first time,
   * and activated the second.
   */
  readAccess(from: number, to: number): void {
    for (let page = from; page < to; ) page = this.#lists.markAccessed(page);
    this.#use(from, to);
  }

  isMapped(page: number): boolean {
    return this.bits.test(MAPPED, page);
  }

  /**
   * Maps the cached, complete and unmarked pages among the 16 around `page` (fault-around); of a large folio all its
   * pages (filemap_map_folio_range since Linux 6.18).
   * @returns pages mapped that were never on the active list, of which read-ahead takes note
   */
  mapAround(page: number): number {
    const { bits } = this;
    const fresh =
      bits.word(CACHED, page) &
      ~(bits.word(READING, page) | bits.word(MARKED, page) | bits.word(MAPPED, page));
    const first = page & ~(WORD_PAGES - 1);
    let neverActive = 0;
    for (let left = fresh; left !== 0; ) {
      const from = first + 31 - Math.clz32(left & -left);
      const run = this.#folios.find(from);
      const kind = this.#folios.kind(run);
      const large = orderOf(kind) > 0;
      const end = large
        ? this.#folios.folioStart(run, from) + (1 << orderOf(kind))
        : Math.min(this.#folios.end(run), first + WORD_PAGES);
      left &= -1 << (end - first);
      if (end - first >= WORD_PAGES) left = 0;
      const mapped = large
        ? this.#mapFolio(end - (1 << orderOf(kind)), end)
        : this.#mapSingles(page, fresh & wordMask(from - first, end - first));
      if ((kind & WORKINGSET) === 0) neverActive += mapped;
    }
    return neverActive;
  }

  #mapSingles(page: number, pages: number): number {
    this.bits.setWord(MAPPED, page, pages);
    this.bits.setWord(YOUNG, page, pages);
    const count = ones(pages);
    this.counts.mapped += count;
    this.counts.mappings += count;
    return count;
  }

  #mapFolio(start: number, end: number): number {
    const { bits, counts } = this;
    if (bits.count(READING, start, end) > 0) return 0;
    const count = end - start - bits.count(MAPPED, start, end);
    bits.set(MAPPED, start, end);
    bits.set(YOUNG, start, end);
    counts.mapped += count;
    counts.mappings++;
    return count;
  }

  clearMark(page: number): void {
    const [start, end] = this.folioOf(page);
    this.bits.clear(MARKED, start, end);
  }

  isMarked(page: number): boolean {
    return this.bits.test(MARKED, page);
  }

  /** Moves the cached folios among pages [from, to) to a list (mlock, MADV_COLD), keeping their order in the file. */
  moveTo(list: List, from: number, to: number): void {
    this.#eachFolio(from, to, (run, start, end) => {
      const kind = this.#folios.kind(run);
      this.#folios.take(run, start, end);
      this.#folios.append(start, kindOf(list, flagsOf(kind) & ~REFERENCED, orderOf(kind)));
      if (list === INACTIVE) this.bits.clear(YOUNG, start, end);
    });
  }

  /** Drops the cached folios wholly among pages [from, to), unless locked or being read (POSIX_FADV_DONTNEED). */
  invalidate(from: number, to: number): void {
    this.#eachFolio(from, to, (run, start, end) => {
      if (start < from || end > to || listOf(this.#folios.kind(run)) === UNEVICTABLE) return;
      if (this.bits.count(READING, start, end) > 0) return;
      this.#folios.take(run, start, end);
      this.#lists.forget(start, end);
    });
  }

  /** Takes the mappings of pages [from, to) away (MADV_DONTNEED); the pages stay cached. */
  unmap(from: number, to: number): void {
    this.bits.clear(MAPPED, from, to);
    this.bits.clear(YOUNG, from, to);
  }

  #eachFolio(from: number, to: number, visit: (run: number, start: number, end: number) => void): void {
    for (let page = from; page < to; ) {
      if (!this.isCached(page)) {
        page++;
        continue;
      }
      const [start, end] = this.folioOf(page);
      visit(this.#folios.find(page), start, end);
      page = end;
    }
  }
}

/** Kind of a folio that enters with the flags of its shadow, or -1. */
const insertedKind = (flags: number, order: number): number =>
  kindOf(flags < 0 ? INACTIVE : ACTIVE, Math.max(0, flags), order);

/** Bits [from, to) of a word. */
const wordMask = (from: number, to: number): number => (1 << to) - (1 << from);
