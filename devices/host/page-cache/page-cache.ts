/**
 * Linux's page cache of mapped files under a memory limit: which pages are cached, mapped and accessed, and the classic
 * two-list LRU that decides what leaves (mm/vmscan.c, mm/workingset.c, Linux 6.18). Pure and synchronous: no clock.
 *
 * - A folio that is read enters the inactive list. Reclaim looks at the inactive tail, 32 pages at a time: a folio with
 *   an accessed page is kept once (rotated, `referenced`), and activated the second time, or at once when more than one
 *   of its pages was accessed; its accessed bits are cleared. One without is evicted, if it is not being read.
 * - The active list gives up its tail, accessed or not, when inactive x ratio < active, with
 *   ratio = int_sqrt(10 x GiB in both lists), 1 below 1 GiB; and when refaults were activated since the last reclaim.
 * - A refault enters the active list if no more pages have left or been activated since its eviction than the active
 *   list holds.
 * - Priorities: at priority p (12 down to 0) reclaim looks at 2^-p of each list, until 32 pages or what is needed is
 *   free. Under a memory cgroup the faulting thread does this itself, when the limit is reached.
 *
 * Pages are numbers, 4 KiB each; a file is a range of them.
 */
import {
  ACTIVE,
  FolioRuns,
  flagsOf,
  INACTIVE,
  kindOf,
  type List,
  listOf,
  orderOf,
  REFERENCED,
  SHADOW,
  UNEVICTABLE,
  WORKINGSET,
} from './folio-runs.ts';
import { CACHED, MAPPED, MARKED, ones, PageBits, READING, WORD_PAGES, YOUNG } from './page-bits.ts';

const BATCH = 32;
const FIRST_PRIORITY = 12;
/** Rounds of reclaim that may find nothing before the limit counts as impossible. */
const ROUNDS = 16;
const PAGES_PER_GIB = 2 ** 18;

/** No page could be evicted: what is locked or being read fills the limit (the kernel's out-of-memory killer). */
export class OutOfMemoryError extends Error {}

export interface PageCacheCounts {
  /** Pages that entered, that left, and those of the former that came back to the active list. */
  inserted: number;
  evicted: number;
  refaulted: number;
  /** Pages that reclaim looked at on the inactive and on the active list. */
  scanned: number;
  deactivated: number;
  activated: number;
  /** Page-table entries made. */
  mapped: number;
}

export class PageCache {
  readonly bits = new PageBits();
  readonly counts: PageCacheCounts = {
    inserted: 0,
    evicted: 0,
    refaulted: 0,
    scanned: 0,
    deactivated: 0,
    activated: 0,
    mapped: 0,
  };
  /**
   * Whether reclaim looks at accessed bits: it does not for mappings under MADV_RANDOM or MADV_SEQUENTIAL
   * (vma_has_recency), whose pages leave first in, first out. One choice for all files of the cache.
   */
  recency = true;
  readonly #folios = new FolioRuns();
  #limit: number;
  /** Pages evicted or activated by a refault so far: the clock of refault distances. */
  #nonresidentAge = 0;
  #refaultsSeen = 0;

  /** @param limit pages that may be cached */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Changes the limit (memory locked by another program); evicts what is above it. */
  setLimit(pages: number): void {
    this.#limit = pages;
    this.makeRoom(0);
  }

  pagesOn(list: List): number {
    return this.#folios.pages[list];
  }

  /** Pages cached, those being read included. */
  get cached(): number {
    const { pages } = this.#folios;
    return pages[INACTIVE] + pages[ACTIVE] + pages[UNEVICTABLE];
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

  /** Whether one of pages [from, to) is cached. */
  anyCached(from: number, to: number): boolean {
    return this.bits.count(CACHED, from, to) > 0;
  }

  /** Adds a folio that is about to be read, none of whose pages is cached. */
  insert(start: number, order: number, marked: boolean): void {
    const end = start + (1 << order);
    this.makeRoom(end - start);
    const flags = this.#takeShadows(start, end);
    this.#folios.append(start, kindOf(flags < 0 ? INACTIVE : ACTIVE, Math.max(0, flags), order));
    this.bits.set(CACHED, start, end);
    this.bits.set(READING, start, end);
    if (marked) this.bits.set(MARKED, start, end);
    this.counts.inserted += end - start;
  }

  /** The reads of pages [from, to) have completed. */
  completed(from: number, to: number): void {
    this.bits.clear(READING, from, to);
  }

  /** Touches mapped pages from `from` on. @returns the first page that is not mapped, or `to` */
  touch(from: number, to: number): number {
    const end = this.bits.firstClear(MAPPED, from, to);
    if (end > from) this.bits.set(YOUNG, from, end);
    return end;
  }

  isMapped(page: number): boolean {
    return this.bits.test(MAPPED, page);
  }

  /**
   * Maps the cached, complete and unmarked pages among the 16 around `page` (fault-around).
   * @returns pages mapped that were never on the active list, of which read-ahead takes note
   */
  mapAround(page: number): number {
    const { bits } = this;
    const fresh =
      bits.word(CACHED, page) &
      ~(bits.word(READING, page) | bits.word(MARKED, page) | bits.word(MAPPED, page));
    if (fresh === 0) return 0;
    bits.setWord(MAPPED, page, fresh);
    bits.setWord(YOUNG, page, fresh);
    this.counts.mapped += ones(fresh);
    return this.#neverActive(page & ~(WORD_PAGES - 1), fresh);
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
      this.bits.drop(start, end);
      this.counts.evicted += end - start;
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

  #neverActive(first: number, pages: number): number {
    let sum = 0;
    for (let i = 0; i < WORD_PAGES; ) {
      if (((pages >> i) & 1) === 0) {
        i++;
        continue;
      }
      const run = this.#folios.find(first + i);
      const end = Math.min(WORD_PAGES, this.#folios.end(run) - first);
      if ((this.#folios.kind(run) & WORKINGSET) === 0) sum += ones(pages & ((1 << end) - (1 << i)));
      i = end;
    }
    return sum;
  }

  /** Takes the shadows of pages [start, end) away. @returns the flags of a folio that goes to the active list, or -1 */
  #takeShadows(start: number, end: number): number {
    let kind = -1;
    let age = 0;
    for (let page = start; page < end; ) {
      const run = this.#folios.find(page);
      if (run < 0) {
        page++;
        continue;
      }
      kind = this.#folios.kind(run);
      const to = Math.min(end, this.#folios.end(run));
      age = this.#folios.ageOf(run, to - 1);
      this.#takeShadow(run, page, to);
      page = to;
    }
    if (kind < 0 || this.#nonresidentAge - age > this.#folios.pages[ACTIVE]) return -1;
    this.#nonresidentAge += end - start;
    this.counts.refaulted += end - start;
    return kind & WORKINGSET;
  }

  /** Cuts pages out of a run of shadows, where a folio may be cut as well: what is left of it keeps its age, by page. */
  #takeShadow(run: number, from: number, to: number): void {
    const folios = this.#folios;
    const order = orderOf(folios.kind(run));
    if (order === 0) {
      folios.take(run, from, to);
      return;
    }
    const first = folios.folioStart(run, from);
    const last = folios.folioStart(run, to - 1);
    const flags = flagsOf(folios.kind(run));
    const lastAge = folios.ageOf(run, last);
    const firstAge = folios.ageOf(run, first);
    folios.take(run, first, last + (1 << order));
    for (let page = first; page < from; page++) folios.append(page, kindOf(SHADOW, flags, 0), firstAge);
    for (let page = to; page < last + (1 << order); page++)
      folios.append(page, kindOf(SHADOW, flags, 0), lastAge);
  }

  /** Evicts until `pages` more can be cached. Throws OutOfMemoryError. */
  makeRoom(pages: number): void {
    for (let round = 0; this.cached + pages > this.#limit; round++) {
      if (round === ROUNDS) {
        throw new OutOfMemoryError(
          `page cache: ${this.cached} of ${this.#limit} pages are locked, being read or in use, and ${pages} more are needed; ` +
            'raise the memory limit, or lock or read less at once',
        );
      }
      this.#reclaim(Math.max(BATCH, this.cached + pages - this.#limit));
    }
    this.#forgetShadows();
  }

  #reclaim(target: number): void {
    const { pages } = this.#folios;
    const before = this.counts.evicted;
    for (let priority = FIRST_PRIORITY; priority >= 0; priority--) {
      const deactivate = this.counts.refaulted !== this.#refaultsSeen || this.#inactiveIsLow();
      let inactive = Math.floor(pages[INACTIVE] / 2 ** priority);
      let active = deactivate ? Math.floor(pages[ACTIVE] / 2 ** priority) : 0;
      while (inactive > 0 || active > 0) {
        if (inactive > 0) this.#shrinkInactive(Math.min(BATCH, inactive));
        inactive -= BATCH;
        if (active > 0) this.#shrinkActive(Math.min(BATCH, active));
        active -= BATCH;
        if (this.counts.evicted - before >= target) break;
      }
      if (this.counts.evicted - before >= target) break;
    }
    this.#refaultsSeen = this.counts.refaulted;
  }

  #inactiveIsLow(): boolean {
    const { pages } = this.#folios;
    const gib = Math.floor((pages[INACTIVE] + pages[ACTIVE]) / PAGES_PER_GIB);
    const ratio = gib > 0 ? Math.floor(Math.sqrt(10 * gib)) : 1;
    return pages[INACTIVE] * ratio < pages[ACTIVE];
  }

  /** Looks at the folios that hold the next `pages` pages of the inactive tail. */
  #shrinkInactive(pages: number): void {
    const { counts, bits } = this;
    const folios = this.#folios;
    for (let left = Math.min(pages, folios.pages[INACTIVE]); left > 0; ) {
      const run = folios.oldest(INACTIVE);
      const kind = folios.kind(run);
      const start = folios.start(run);
      const order = orderOf(kind);
      const end = start + (1 << order);
      folios.take(run, start, end);
      left -= end - start;
      counts.scanned += end - start;
      if (bits.count(READING, start, end) > 0) {
        folios.append(start, kind);
        continue;
      }
      const young = this.recency ? bits.count(YOUNG, start, end) : 0;
      if (young === 0) {
        this.#evict(start, end, kind);
        continue;
      }
      bits.clear(YOUNG, start, end);
      const activate = young > 1 || (kind & REFERENCED) !== 0;
      if (activate) counts.activated += end - start;
      folios.append(start, kindOf(activate ? ACTIVE : INACTIVE, flagsOf(kind) | REFERENCED, order));
    }
  }

  #evict(start: number, end: number, kind: number): void {
    this.#folios.append(start, kindOf(SHADOW, kind & WORKINGSET, orderOf(kind)), this.#nonresidentAge);
    this.#nonresidentAge += end - start;
    this.counts.evicted += end - start;
    this.bits.drop(start, end);
  }

  #shrinkActive(pages: number): void {
    const folios = this.#folios;
    for (let left = Math.min(pages, folios.pages[ACTIVE]); left > 0; ) {
      const run = folios.oldest(ACTIVE);
      const kind = folios.kind(run);
      const start = folios.start(run);
      const end = start + (1 << orderOf(kind));
      folios.take(run, start, end);
      left -= end - start;
      this.counts.scanned += end - start;
      this.counts.deactivated += end - start;
      this.bits.clear(YOUNG, start, end);
      folios.append(start, kindOf(INACTIVE, flagsOf(kind) | WORKINGSET, orderOf(kind)));
    }
  }

  /** Shadows older than the active list could ever be long can no longer matter. */
  #forgetShadows(): void {
    const folios = this.#folios;
    for (;;) {
      const run = folios.oldest(SHADOW);
      if (run < 0) return;
      const end = folios.end(run);
      if (this.#nonresidentAge - folios.ageOf(run, end - 1) <= this.#limit) return;
      folios.take(run, folios.start(run), end);
    }
  }
}
