/**
 * Read-ahead of an open file, one state shared by all threads (struct file_ra_state; mm/readahead.c and mm/filemap.c of
 * Linux 6.18). It decides which pages a fault adds to the page cache:
 *
 * - a miss reads around: [p - ra/2, p + ra/2), single pages, the mark at three quarters; with VM_SEQ_READ (madvise) a
 *   window that starts at p;
 * - touching a marked page of the present window: the next window starts at its end, size next(s) (4s below max/16, 2s up
 *   to max/2, else max), the mark on its first page. If the page does not fit the state, the window starts at the next
 *   page that is not cached (none within max: no read-ahead). Folio orders grow by 2 a time, and the window is cut so
 *   that it ends on a whole folio;
 * - read(2) that misses: from the file's start, after the page before, or larger than the window: a window from there,
 *   4 times the request up to max/32, twice up to max/4, else max; after a stretch of cached pages longer than the
 *   request: a window of both together; any other: what was asked for, alone;
 * - `misses` (mmap_miss) rises with each miss and falls with each hit; above 100 a miss reads one page.
 * The windows of the recorded event trace (llama.cpp, 6.2 GB, Linux 6.18) follow these rules.
 */
import type { Insertion } from './insertion.ts';
import type { PageCache } from './page-cache.ts';

/** madvise on the mapping: none, MADV_RANDOM, MADV_SEQUENTIAL. */
export type MapAdvice = 'normal' | 'random' | 'sequential';

const MISSES_LIMIT = 100;
const MISSES_MOST = 10 * MISSES_LIMIT;

export interface ReadAheadOptions {
  /** Pages [first, end) of the file in the page cache. */
  readonly first: number;
  readonly end: number;
  /** Largest window: read_ahead_kb / 4, doubled by POSIX_FADV_SEQUENTIAL. 0: none. */
  readonly pages: number;
  /** Largest request to the device; a larger read(2) may read so many at once. Default: `pages`. */
  readonly requestPages?: number;
  readonly advice?: MapAdvice;
  /** The file system makes large folios; default true. */
  readonly largeFolios?: boolean;
}

export class ReadAhead {
  readonly first: number;
  readonly end: number;
  /** The window in force: start and size in pages, pages from the mark to its end, order of its folios. */
  start = 0;
  size = 0;
  asyncSize = 0;
  order = 0;
  misses = 0;
  /** The page in which the last read(2) ended (prev_pos). */
  #previous = Number.NEGATIVE_INFINITY;
  #advice: MapAdvice = 'normal';
  readonly #cache: PageCache;
  readonly #max: number;
  readonly #requestPages: number;
  readonly largeFolios: boolean;

  constructor(cache: PageCache, options: ReadAheadOptions) {
    this.#cache = cache;
    this.first = options.first;
    this.end = options.end;
    this.#max = options.pages;
    this.#requestPages = options.requestPages ?? options.pages;
    this.advise(options.advice ?? 'normal');
    this.largeFolios = options.largeFolios ?? true;
  }

  /** madvise on the whole mapping. */
  advise(advice: MapAdvice): void {
    this.#advice = advice;
    this.#cache.recency = advice === 'normal';
  }

  /** Pages of the largest window. */
  get most(): number {
    return this.#max;
  }

  /** A mapped page was touched that is not cached. */
  miss(page: number, insertion: Insertion): void {
    if (this.#advice === 'random' || this.#max === 0) {
      insertion.singles(page, page + 1);
    } else if (this.#advice === 'sequential') {
      this.start = page;
      this.size = this.#max;
      this.asyncSize = this.#max >> 1;
      this.order = 0;
      insertion.window();
    } else {
      if (this.misses < MISSES_MOST) this.misses++;
      if (this.misses > MISSES_LIMIT) {
        insertion.singles(page, page + 1);
        return;
      }
      this.start = Math.max(this.first, page - (this.#max >> 1));
      this.size = this.#max;
      this.asyncSize = this.#max >> 2;
      this.order = 0;
      insertion.window();
    }
  }

  /**
   * MADV_WILLNEED for pages [from, to): single pages, whatever the mapping's advice, but no more of them than a window or
   * a request holds (force_page_cache_ra).
   */
  willNeed(from: number, to: number, insertion: Insertion): void {
    insertion.singles(from, Math.min(to, from + Math.max(this.#max, this.#requestPages)));
  }

  /** A fault found its page in the cache. */
  hit(page: number, insertion: Insertion): void {
    if (this.#advice === 'random' || this.#max === 0) return;
    if (this.misses > 0) this.misses--;
    if (this.#cache.isMarked(page)) this.#next(page, this.#max, insertion);
  }

  /** read(2) of pages [page, page + count) found `page` missing (page_cache_sync_ra). */
  missRead(page: number, count: number, insertion: Insertion): void {
    if (this.#max === 0 || this.#advice === 'random') {
      insertion.singles(page, page + (this.#max === 0 ? 1 : count));
      return;
    }
    const max = this.#most(count);
    const behind = page - this.#previous;
    if (page === this.first || count > max || (behind >= 0 && behind <= 1)) {
      this.size = initialSize(count, max);
      this.asyncSize = this.size > count ? this.size - count : this.size >> 1;
    } else {
      const cached = this.#cachedBefore(page, max);
      if (cached <= count) {
        insertion.singles(page, page + count);
        return;
      }
      const whole = page - cached === this.first ? 2 : 1;
      this.size = Math.min(whole * cached + count, max);
      this.asyncSize = 1;
    }
    this.start = page;
    this.order = 0;
    insertion.window();
  }

  /** read(2), with `count` pages left to read, found `page` cached and marked. */
  hitRead(page: number, count: number, insertion: Insertion): void {
    if (this.#max > 0) this.#next(page, this.#most(count), insertion, count);
  }

  /** read(2) has ended in `page`. */
  readTo(page: number): void {
    this.#previous = page;
  }

  /** The largest window for a request of `count` pages. */
  #most(count: number): number {
    return count > this.#max && this.#requestPages > this.#max
      ? Math.min(count, this.#requestPages)
      : this.#max;
  }

  /** Cached pages right before `page`, among `most`. */
  #cachedBefore(page: number, most: number): number {
    let count = 0;
    while (count < most && page - count > this.first && this.#cache.isCached(page - count - 1)) count++;
    return count;
  }

  /** A fault mapped pages around itself. @param pages those never on the active list */
  mapped(pages: number): void {
    this.misses = Math.max(0, this.misses - pages);
  }

  #next(page: number, max: number, insertion: Insertion, count = max): void {
    const cache = this.#cache;
    const [folio, folioEnd] = cache.folioOf(page);
    cache.clearMark(page);
    const size = folioEnd - folio;
    const expected = Math.floor((this.start + this.size - this.asyncSize) / size) * size;
    if (page === expected) {
      this.start += this.size;
      this.size = Math.max(this.size, nextSize(this.size, max));
    } else {
      const start = cache.nextMissAsWalked(page + 1, max);
      if (start - page > max) return;
      this.start = start;
      this.size = nextSize(start - page + count, max);
    }
    this.order += 2;
    const largest = 31 - Math.clz32(max & -max);
    const align = 1 << Math.min(this.order, largest);
    const end = this.start + this.size;
    const aligned = Math.floor(end / align) * align;
    if (aligned > this.start) this.size = aligned - this.start;
    this.asyncSize = this.size;
    insertion.window();
  }
}

function nextSize(size: number, max: number): number {
  if (size < max / 16) return 4 * size;
  return size <= max / 2 ? 2 * size : max;
}

function initialSize(count: number, max: number): number {
  const size = 2 ** Math.ceil(Math.log2(count));
  if (size <= max / 32) return 4 * size;
  return size <= max / 4 ? 2 * size : max;
}
