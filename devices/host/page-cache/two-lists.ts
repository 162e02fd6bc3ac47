/**
 * The classic two-list LRU that decides which cached folios leave (mm/vmscan.c, mm/workingset.c, Linux 6.18).
 *
 * - A folio that is read enters the inactive list. Reclaim looks at the inactive tail, 32 pages at a time: a folio with
 *   an accessed page is kept once (rotated, `referenced`), and activated the second time, or at once when more than one
 *   of its pages was accessed; its accessed bits are cleared. One without is evicted, if it is not being read.
 * - The active list gives up its tail, accessed or not, when inactive x ratio < active, with
 *   ratio = int_sqrt(10 x GiB in both lists), 1 below 1 GiB; and when refaults were activated since the last reclaim.
 * - A refault enters the active list if no more pages have left or been activated since its eviction than the active
 *   list holds.
 * - Priorities: at priority p (12 down to 0) reclaim looks at 2^-p of each list, until 32 pages or what is needed is
 *   free. Under a memory cgroup the faulting thread does this itself, when the limit is reached; where memory is short on
 *   the whole machine, kswapd does so ahead of it (kswapd.ts).
 */
import {
  ACTIVE,
  FolioRuns,
  flagsOf,
  INACTIVE,
  kindOf,
  listOf,
  orderOf,
  REFERENCED,
  SHADOW,
  UNEVICTABLE,
  WORKINGSET,
} from './folio-runs.ts';
import { PageBits, READING, TOUCHED, YOUNG } from './page-bits.ts';
import { TABLE_SHIFT } from './table-index.ts';

/** Pages that reclaim looks at together, and that it frees at least (SWAP_CLUSTER_MAX). */
export const BATCH = 32;
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
  /** Batches of pages that reclaim unmapped and freed together. */
  batches: number;
  /** Pages that reclaim looked at on the inactive and on the active list. */
  scanned: number;
  deactivated: number;
  activated: number;
  /** Page-table entries made, and folios that they were made for at once. */
  mapped: number;
  /** Pages that the program used for the first time since they were read, and evicted ones that it never used. */
  used: number;
  unused: number;
  mappings: number;
}

export class TwoLists {
  readonly folios = new FolioRuns();
  readonly bits = new PageBits();
  readonly counts: PageCacheCounts = {
    inserted: 0,
    evicted: 0,
    refaulted: 0,
    batches: 0,
    scanned: 0,
    deactivated: 0,
    activated: 0,
    mapped: 0,
    used: 0,
    unused: 0,
    mappings: 0,
  };
  /** Pages that may be cached. */
  limit: number;
  /**
   * Whether reclaim looks at accessed bits: it does not for mappings under MADV_RANDOM or MADV_SEQUENTIAL
   * (vma_has_recency), whose pages leave first in, first out. One choice for all files of the cache.
   */
  recency = true;
  /** Pages evicted or activated by a refault so far: the clock of refault distances. */
  #nonresidentAge = 0;
  #refaultsSeen = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Pages cached, those being read included. */
  get cached(): number {
    const { pages } = this.folios;
    return pages[INACTIVE] + pages[ACTIVE] + pages[UNEVICTABLE];
  }

  /**
   * The end of the pages from `start` on, up to `end` and within a table, that enter the same list when they are read as
   * folios of order 0. With each that is activated the clock and the active list grow by one, with each shadow of order
   * 0 its age; so the outcome of a run of shadows changes once at most, from too old to young enough.
   */
  alikeShadows(start: number, end: number): number {
    const folios = this.folios;
    const last = Math.min(end, ((start >>> TABLE_SHIFT) + 1) << TABLE_SHIFT);
    const run = folios.find(start);
    if (run < 0) return Math.min(last, folios.nextAfter(start));
    const order = orderOf(folios.kind(run));
    if (order > 0) return Math.min(last, folios.folioStart(run, start) + (1 << order));
    const tooOld = this.#nonresidentAge - folios.ageOf(run, start) - folios.pages[ACTIVE];
    return Math.min(last, folios.end(run), tooOld > 0 ? start + tooOld : Infinity);
  }

  /**
   * Takes the shadows of pages [start, end) away; the youngest decides (the kernel takes the last).
   * @returns the flags of a folio that goes to the active list, or -1
   */
  takeShadows(start: number, end: number): number {
    let kind = -1;
    let youngest = -1;
    for (let page = start; page < end; ) {
      const run = this.folios.find(page);
      if (run < 0) {
        page = this.folios.nextAfter(page);
        continue;
      }
      const to = Math.min(end, this.folios.end(run));
      const age = this.folios.ageOf(run, to - 1);
      if (age >= youngest) {
        youngest = age;
        kind = this.folios.kind(run);
      }
      this.#takeShadow(run, page, to);
      page = to;
    }
    if (kind < 0 || this.#nonresidentAge - youngest > this.folios.pages[ACTIVE]) return -1;
    this.#nonresidentAge += end - start;
    this.counts.refaulted += end - start;
    return kind & WORKINGSET;
  }

  /** Cuts pages out of a run of shadows, where a folio may be cut as well: what is left of it keeps its age, by page. */
  #takeShadow(run: number, from: number, to: number): void {
    const folios = this.folios;
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

  /** A read(2) has used the folio that holds a cached page. @returns the page after the folio */
  markAccessed(page: number): number {
    const folios = this.folios;
    const run = folios.find(page);
    const kind = folios.kind(run);
    const start = folios.folioStart(run, page);
    const end = start + (1 << orderOf(kind));
    const list = listOf(kind);
    if ((kind & REFERENCED) === 0) folios.reflag(run, start, end, kind | REFERENCED);
    else if (list === INACTIVE) {
      folios.take(run, start, end);
      folios.append(start, kindOf(ACTIVE, flagsOf(kind) & ~REFERENCED, orderOf(kind)));
      this.counts.activated += end - start;
      this.#nonresidentAge += end - start;
    }
    return end;
  }

  /** Evicts until `pages` more can be cached. Throws OutOfMemoryError. */
  makeRoom(pages: number): void {
    for (let round = 0; this.cached + pages > this.limit; round++) {
      if (round === ROUNDS) {
        throw new OutOfMemoryError(
          `page cache: ${this.cached} of ${this.limit} pages are locked, being read or in use, and ${pages} more are needed; ` +
            'raise the memory limit, or lock or read less at once',
        );
      }
      this.reclaim(Math.max(BATCH, this.cached + pages - this.limit));
    }
    this.#forgetShadows();
  }

  /** Evicts at least `target` pages, if as many can be. */
  reclaim(target: number): void {
    const { pages } = this.folios;
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
    const { pages } = this.folios;
    const gib = Math.floor((pages[INACTIVE] + pages[ACTIVE]) / PAGES_PER_GIB);
    const ratio = gib > 0 ? Math.floor(Math.sqrt(10 * gib)) : 1;
    return pages[INACTIVE] * ratio < pages[ACTIVE];
  }

  /** Looks at the folios that hold the next `pages` pages of the inactive tail. */
  #shrinkInactive(pages: number): void {
    const { counts, bits } = this;
    const folios = this.folios;
    const { evicted } = counts;
    for (let left = Math.min(pages, folios.pages[INACTIVE]); left > 0; ) {
      const run = folios.oldest(INACTIVE);
      const kind = folios.kind(run);
      const start = folios.start(run);
      const order = orderOf(kind);
      const end =
        order > 0 ? start + (1 << order) : this.#alike(start, Math.min(folios.end(run), start + left));
      folios.take(run, start, end);
      left -= end - start;
      counts.scanned += end - start;
      if (bits.firstSet(READING, start, end) < end) {
        folios.append(start, kind, 0, end - start);
        continue;
      }
      const young = this.recency ? bits.count(YOUNG, start, end) : 0;
      if (young === 0) {
        this.#evict(start, end, kind);
        continue;
      }
      bits.clear(YOUNG, start, end);
      const activate = (order > 0 && young > 1) || (kind & REFERENCED) !== 0;
      if (activate) counts.activated += end - start;
      const list = activate ? ACTIVE : INACTIVE;
      folios.append(start, kindOf(list, flagsOf(kind) | REFERENCED, order), 0, end - start);
    }
    if (counts.evicted > evicted) counts.batches++;
  }

  /** The end of the pages from `start` on, up to `end`, that are being read or accessed as it is. */
  #alike(start: number, end: number): number {
    const like = this.bits.endOf(READING, start, end);
    return this.recency ? this.bits.endOf(YOUNG, start, like) : like;
  }

  #evict(start: number, end: number, kind: number): void {
    const shadow = kindOf(SHADOW, kind & WORKINGSET, orderOf(kind));
    this.folios.append(start, shadow, this.#nonresidentAge, end - start);
    this.#nonresidentAge += end - start;
    this.forget(start, end);
  }

  /** Pages that have left the lists leave the cache. */
  forget(start: number, end: number): void {
    this.counts.evicted += end - start;
    this.counts.unused += end - start - this.bits.count(TOUCHED, start, end);
    this.bits.drop(start, end);
  }

  #shrinkActive(pages: number): void {
    const folios = this.folios;
    for (let left = Math.min(pages, folios.pages[ACTIVE]); left > 0; ) {
      const run = folios.oldest(ACTIVE);
      const kind = folios.kind(run);
      const start = folios.start(run);
      const order = orderOf(kind);
      const end = order > 0 ? start + (1 << order) : Math.min(folios.end(run), start + left);
      folios.take(run, start, end);
      left -= end - start;
      this.counts.scanned += end - start;
      this.counts.deactivated += end - start;
      this.bits.clear(YOUNG, start, end);
      folios.append(start, kindOf(INACTIVE, flagsOf(kind) | WORKINGSET, order), 0, end - start);
    }
  }

  /** Shadows older than the active list could ever be long can no longer matter. */
  #forgetShadows(): void {
    const folios = this.folios;
    for (;;) {
      const run = folios.oldest(SHADOW);
      if (run < 0) return;
      const end = folios.end(run);
      if (this.#nonresidentAge - folios.ageOf(run, end - 1) <= this.limit) return;
      folios.take(run, folios.start(run), end);
    }
  }
}
