/**
 * What is known of single pages, one bit each: cached, being read, marked for read-ahead, mapped, accessed, used. A table
 * holds the 512 pages (2 MiB) that a page-table page of x86-64 maps, and exists while one of its pages is cached. A word
 * is the 16 pages (64 KiB) that one fault maps around itself.
 */
import { grown } from '../../../sim/grown.ts';
import { TABLE_SHIFT, TableIndex } from './table-index.ts';

export const CACHED = 0;
/** Its read has not completed: locked, not up to date. */
export const READING = 1;
/** PG_readahead: touching it starts the next window. */
export const MARKED = 2;
export const MAPPED = 3;
/** The accessed bit of its page-table entry. */
export const YOUNG = 4;
/** Used by the program since it was read; for the counts only. */
export const TOUCHED = 5;
type Kind = 0 | 1 | 2 | 3 | 4 | 5;

export const WORD_PAGES = 16;
/** All kinds of the same 16 pages lie side by side: places of a word, of a table. */
const KINDS = 8;
const TABLE_PLACES = 32 * KINDS;

export class PageBits {
  readonly #tables = new TableIndex();
  #bits = new Uint16Array(16 * TABLE_PLACES);
  /** Cached pages of a table, by its place. */
  #cached = new Int32Array(16);

  /** Tables that exist; state grows with it. */
  get tables(): number {
    return this.#tables.size;
  }

  test(kind: Kind, page: number): boolean {
    return ((this.word(kind, page) >> (page & 15)) & 1) === 1;
  }

  /** The 16 pages around `page`, lowest page in bit 0. */
  word(kind: Kind, page: number): number {
    const base = this.#base(page >>> TABLE_SHIFT);
    return base < 0 ? 0 : this.#bits[base + wordOf(page) + kind];
  }

  /** Sets bits of the 16 pages around `page`, whose table exists. */
  setWord(kind: Kind, page: number, bits: number): void {
    this.#bits[this.#base(page >>> TABLE_SHIFT) + wordOf(page) + kind] |= bits;
  }

  /** Sets a kind for pages [from, to), which are cached. */
  set(kind: Kind, from: number, to: number): void {
    for (let page = from; page < to; page = nextWord(page)) this.setWord(kind, page, mask(page, to));
  }

  /** Pages [from, to), none of them cached, are now, and being read. */
  add(from: number, to: number): void {
    for (let page = from; page < to; page = nextWord(page)) {
      const place = this.#make(page >>> TABLE_SHIFT);
      const pages = mask(page, to);
      const word = place * TABLE_PLACES + wordOf(page);
      this.#bits[word + CACHED] |= pages;
      this.#bits[word + READING] |= pages;
      this.#cached[place] += ones(pages);
    }
  }

  clear(kind: Kind, from: number, to: number): void {
    for (let page = from; page < to; page = nextWord(page)) {
      const base = this.#base(page >>> TABLE_SHIFT);
      if (base >= 0) this.#bits[base + wordOf(page) + kind] &= ~mask(page, to);
    }
  }

  /** Forgets all that is known of cached pages [from, to), and tables that have no cached page left. */
  drop(from: number, to: number): void {
    const bits = this.#bits;
    for (let page = from; page < to; page = nextWord(page)) {
      const table = page >>> TABLE_SHIFT;
      const place = this.#tables.placeOf(table);
      const pages = mask(page, to);
      const word = place * TABLE_PLACES + wordOf(page);
      for (let kind = CACHED; kind <= TOUCHED; kind++) bits[word + kind] &= ~pages;
      this.#cached[place] -= ones(pages);
      if (this.#cached[place] === 0) this.#tables.remove(table);
    }
  }

  /** Pages of [from, to) that have the bit. */
  count(kind: Kind, from: number, to: number): number {
    let sum = 0;
    for (let page = from; page < to; page = nextWord(page))
      sum += ones(this.word(kind, page) & mask(page, to));
    return sum;
  }

  /** The first page from `from` on that has the bit not set; `to` if there is none before it. */
  firstClear(kind: Kind, from: number, to: number): number {
    for (let page = from; page < to; page = nextWord(page)) {
      const missing = ~this.word(kind, page) & mask(page, to);
      if (missing !== 0) return (page & ~15) + 31 - Math.clz32(missing & -missing);
    }
    return to;
  }

  /** The first page from `from` on that has the bit set; `to` if there is none before it. */
  firstSet(kind: Kind, from: number, to: number): number {
    for (let page = from; page < to; page = nextWord(page)) {
      const found = this.word(kind, page) & mask(page, to);
      if (found !== 0) return (page & ~15) + 31 - Math.clz32(found & -found);
    }
    return to;
  }

  /** The first page after `from` whose bit is not that of `from`; `to` if there is none before it. */
  endOf(kind: Kind, from: number, to: number): number {
    return this.test(kind, from) ? this.firstClear(kind, from, to) : this.firstSet(kind, from, to);
  }

  /** Where the bits of a table begin, below 0 if it does not exist. */
  #base(table: number): number {
    return this.#tables.placeOf(table) * TABLE_PLACES;
  }

  #make(table: number): number {
    const known = this.#tables.placeOf(table);
    if (known >= 0) return known;
    const place = this.#tables.add(table);
    if (place === this.#cached.length) {
      this.#cached = grown(this.#cached, 2 * place);
      this.#bits = grown(this.#bits, 2 * place * TABLE_PLACES);
    }
    return place;
  }
}

/** Where the word of a page begins in its table. */
const wordOf = (page: number): number => ((page >>> 4) & 31) * KINDS;

const nextWord = (page: number): number => (page & ~15) + WORD_PAGES;

/** Of the word that holds `page`: the pages from it on, up to `to`. */
function mask(page: number, to: number): number {
  const low = page & 15;
  const high = Math.min(WORD_PAGES, low + to - page);
  return (1 << high) - (1 << low);
}

export function ones(word: number): number {
  let bits = word - ((word >>> 1) & 0x5555);
  bits = (bits & 0x3333) + ((bits >>> 2) & 0x3333);
  bits = (bits + (bits >>> 4)) & 0x0f0f;
  return (bits + (bits >>> 8)) & 0x1f;
}
