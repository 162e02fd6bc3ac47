/**
 * A thread that adds pages to the page cache before it reads them, folio by folio (page_cache_ra_order and
 * page_cache_ra_unbounded, mm/readahead.c of Linux 6.18). It takes time, in which other threads change the cache and the
 * file's read-ahead state; hence one step a folio.
 *
 * Several folios of one size may be taken a step, as far as there is room without another reclaim, which is then a step
 * of its own. Before the step ends others may have the first of them added (`addUpTo`).
 *
 * A window comes in folios as large as its order, its alignment and its end allow, until a page is cached already; the
 * rest comes as single pages. Cached pages are skipped, and what lies between two of them is a read of its own. How much
 * the rest is, is taken from the state as it is then, which another thread may have overwritten.
 */
import type { PageCache } from './page-cache.ts';
import type { ReadAhead } from './read-ahead.ts';

/** Takes pages [from, to) that must be read. */
export type ReadPages = (from: number, to: number) => void;

/** The largest folio: 2 MiB. */
const MAX_ORDER = 9;
const NO_MARK = -1;

export class Insertion {
  readonly #cache: PageCache;
  readonly #state: ReadAhead;
  readonly #read: ReadPages;
  readonly #batch: number;
  readonly #settle: (from: number, to: number) => void;
  #start = 0;
  #page = 0;
  #end = 0;
  #mark = NO_MARK;
  #order = 0;
  #large = false;
  /** Pages added and not yet handed to `read`. */
  #from = 0;
  #to = 0;

  /**
   * @param batch pages that a step takes at most, but always a folio
   * @param settle called before the step looks at pages [from, to): whoever adds some of them does so up to now
   */
  constructor(
    cache: PageCache,
    state: ReadAhead,
    read: ReadPages,
    batch = 1,
    settle: (from: number, to: number) => void = () => {},
  ) {
    this.#cache = cache;
    this.#state = state;
    this.#read = read;
    this.#batch = batch;
    this.#settle = settle;
  }

  /** Whether pages are left to add. */
  get active(): boolean {
    return this.#page < this.#end;
  }

  /** Begins the window that the read-ahead state describes. */
  window(): void {
    const state = this.#state;
    this.#start = state.start;
    this.#page = state.start;
    this.#end = Math.min(state.end, state.start + state.size);
    this.#mark = state.start + state.size - state.asyncSize;
    this.#large = state.largeFolios;
    state.order = Math.min(state.order, MAX_ORDER, 31 - Math.clz32(state.size));
    this.#order = state.order;
  }

  /** Begins single pages [from, to), without a mark (MADV_WILLNEED, a miss that reads nothing around). */
  singles(from: number, to: number): void {
    this.#page = Math.max(from, this.#state.first);
    this.#end = Math.min(to, this.#state.end);
    this.#mark = NO_MARK;
    this.#large = false;
  }

  /** The page to add next, pages from there on that the last step has found memory for, and the folios they are. */
  get next(): number {
    return this.#page;
  }
  reserved = 0;
  reservedFolios = 0;
  #reservedOrder = 0;
  /** The last step has made room for the next folio. */
  #reclaimed = false;

  /** Whether what is reserved is all that is left to add. */
  get last(): boolean {
    return this.#page + this.reserved === this.#end;
  }

  /** Pages added, or about to be, and not yet handed over. */
  get unread(): number {
    return (this.#from === this.#to ? 0 : this.#to - this.#from) + this.reserved;
  }

  /**
   * Adds what the last step found memory for, and finds memory for the next, for which others may have to
   * leave; or hands over what lies before a cached page. @returns false when nothing was left
   */
  step(): boolean {
    while (this.#page < this.#end) {
      const page = this.#page;
      const order = this.#large ? this.#orderAt(page) : 0;
      const most = this.reserved > 0 ? this.reserved : this.#most(order);
      this.#settle(page, page + most);
      const free = wholeFolios(this.#cache.nextCached(page, page + most) - page, order);
      if (free === 0) {
        this.#release();
        this.#reclaimed = false;
        const handedOver = this.#flush();
        if (this.#large) this.#fallBack();
        else this.#page = handedOver ? page + 1 : this.#cache.nextMiss(page, this.#end - page);
        if (handedOver) return true;
      } else if (this.reserved > 0) {
        this.#add(order, free);
        this.#release();
      } else {
        if (!this.#reclaimed && this.#reclaims(1 << order)) return true;
        this.#reclaimed = false;
        this.#reserve(order, free);
        return true;
      }
    }
    return this.#flush();
  }

  /** Adds those of the reserved folios that lie before page `to`, as far as no other has added them. */
  addUpTo(to: number): void {
    const order = this.#reservedOrder;
    if (order === 0 && this.#from === this.#to) this.#skip(this.#cache.nextMiss(this.#page, to - this.#page));
    const page = this.#page;
    const free = wholeFolios(this.#cache.nextCached(page, to) - page, order);
    if (free <= 0) return;
    this.#add(order, free);
    this.reserved -= free;
    this.reservedFolios -= free >> order;
  }

  /** Pages up to `to`, reserved as single ones, have been added by others. */
  #skip(to: number): void {
    this.reserved -= to - this.#page;
    this.reservedFolios = this.reserved;
    this.#page = to;
  }

  finish(): void {
    while (this.step());
  }

  /** Makes room for a folio. @returns whether something had to leave, and that is a step of its own */
  #reclaims(pages: number): boolean {
    const { counts } = this.#cache;
    const { scanned } = counts;
    this.#cache.makeRoom(pages);
    this.#reclaimed = this.#batch > 1 && counts.scanned > scanned;
    return this.#reclaimed;
  }

  #reserve(order: number, free: number): void {
    const room = wholeFolios(this.#cache.room, order);
    this.reserved = Math.min(free, Math.max(1 << order, room));
    this.reservedFolios = this.reserved >> order;
    this.#reservedOrder = order;
  }

  #release(): void {
    this.reserved = 0;
    this.reservedFolios = 0;
  }

  /** Pages of folios of this order from the next page on, that a step may take. */
  #most(order: number): number {
    const page = this.#page;
    if (order === 0 && !this.#large) return Math.min(this.#batch, this.#end - page);
    const size = 1 << order;
    let pages = size;
    while (pages + size <= this.#batch && page + pages + size <= this.#end) {
      if (this.#orderAt(page + pages) !== order) break;
      pages += size;
    }
    return pages;
  }

  #orderAt(page: number): number {
    const zeros = page === 0 ? MAX_ORDER : 31 - Math.clz32(page & -page);
    let order = Math.min(this.#order, zeros);
    while (order > 0 && page + (1 << order) > this.#end) order--;
    return order;
  }

  #fallBack(): void {
    const { size, asyncSize, end } = this.#state;
    this.#large = false;
    const pages = size - (this.#page - this.#start);
    this.#mark = asyncSize <= pages ? this.#page + pages - asyncSize : NO_MARK;
    this.#end = Math.min(end, this.#page + pages);
  }

  #add(order: number, pages: number): void {
    const page = this.#page;
    const end = page + pages;
    this.#cache.insert(page, end, order);
    const mark = (this.#mark >> order) << order;
    if (mark >= page && mark < end) this.#cache.mark(mark, mark + (1 << order));
    if (this.#from === this.#to) this.#from = page;
    this.#page = end;
    this.#to = end;
  }

  /** @returns whether there was something to read */
  #flush(): boolean {
    const from = this.#from;
    this.#from = this.#to;
    if (this.#to === from) return false;
    this.#read(from, this.#to);
    return true;
  }
}

/** As many of `pages` as make whole folios. */
const wholeFolios = (pages: number, order: number): number => (pages >> order) << order;
