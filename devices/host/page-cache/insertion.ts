/**
 * A thread that adds pages to the page cache before it reads them, folio by folio (page_cache_ra_order and
 * page_cache_ra_unbounded, mm/readahead.c of Linux 6.18). It takes time, in which other threads change the cache and the
 * file's read-ahead state; hence one step a folio.
 *
 * Single pages may be taken several a step, as far as there is room without another reclaim: the cache goes through the
 * same states, and only threads that add pages of one window at the same time see fewer of them.
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
  #start = 0;
  #page = 0;
  #end = 0;
  #mark = NO_MARK;
  #order = 0;
  #large = false;
  /** Pages added and not yet handed to `read`. */
  #from = 0;
  #to = 0;

  /** @param batch single pages that a step takes at most */
  constructor(cache: PageCache, state: ReadAhead, read: ReadPages, batch = 1) {
    this.#cache = cache;
    this.#state = state;
    this.#read = read;
    this.#batch = batch;
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

  /** Pages that the last step has found memory for, and the folios they are; the next step adds them. */
  reserved = 0;
  reservedFolios = 0;

  /**
   * Adds what the last step found memory for, and finds memory for the next, for which others may have to
   * leave; or hands over what lies before a cached page. @returns false when nothing was left
   */
  step(): boolean {
    while (this.#page < this.#end) {
      const page = this.#page;
      const order = this.#large ? this.#nextOrder() : 0;
      const most = this.#large && this.#order > 0 ? 1 << order : Math.min(this.#batch, this.#end - page);
      const free = this.#cache.nextCached(page, page + most) - page;
      if (free === 0 || (order > 0 && free < most)) {
        this.reserved = 0;
        this.reservedFolios = 0;
        const handedOver = this.#flush();
        if (this.#large) this.#fallBack();
        else this.#page = handedOver ? page + 1 : this.#cache.nextMiss(page, this.#end - page);
        if (handedOver) return true;
      } else if (this.reserved > 0) {
        this.#add(order, Math.min(free, this.reserved));
      } else {
        this.#cache.makeRoom(1 << order);
        this.reserved = order > 0 ? free : Math.min(free, this.#cache.room);
        this.reservedFolios = this.reserved >> order;
        return true;
      }
    }
    return this.#flush();
  }

  finish(): void {
    while (this.step());
  }

  #nextOrder(): number {
    const page = this.#page;
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
    this.reserved = 0;
    this.reservedFolios = 0;
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
