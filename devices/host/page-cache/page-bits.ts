/**
 * What is known of single pages, one bit each: cached, being read, marked for read-ahead, mapped, accessed, used. A table
 * holds the 512 pages (2 MiB) that a page-table page of x86-64 maps, and exists while one of its pages is cached. A word
 * is the 16 pages (64 KiB) that one fault maps around itself.
 */
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
const WORDS = 32;
const TABLE_WORDS = 6 * WORDS;
/** 2^9 pages a table. */
export const TABLE_SHIFT = 9;

export class PageBits {
  readonly #tables = new Map<number, number>();
  readonly #free: number[] = [];
  #bits = new Uint16Array(16 * TABLE_WORDS);
  #lastNumber = -1;
  #lastBase = -1;

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
    return base < 0 ? 0 : this.#bits[base + kind * WORDS + ((page >>> 4) & 31)];
  }

  /** Sets bits of the 16 pages around `page`, whose table exists. */
  setWord(kind: Kind, page: number, bits: number): void {
    this.#bits[this.#base(page >>> TABLE_SHIFT) + kind * WORDS + ((page >>> 4) & 31)] |= bits;
  }

  /** Sets a kind for pages [from, to); makes their tables when it is CACHED. */
  set(kind: Kind, from: number, to: number): void {
    for (let page = from; page < to; page = nextWord(page)) {
      if (kind === CACHED) this.#make(page >>> TABLE_SHIFT);
      this.setWord(kind, page, mask(page, to));
    }
  }

  clear(kind: Kind, from: number, to: number): void {
    for (let page = from; page < to; page = nextWord(page)) {
      const base = this.#base(page >>> TABLE_SHIFT);
      if (base >= 0) this.#bits[base + kind * WORDS + ((page >>> 4) & 31)] &= ~mask(page, to);
    }
  }

  /** Forgets all that is known of pages [from, to), and tables that have no cached page left. */
  drop(from: number, to: number): void {
    for (let kind = CACHED; kind <= TOUCHED; kind++) this.clear(kind as Kind, from, to);
    for (let table = from >>> TABLE_SHIFT; table <= (to - 1) >>> TABLE_SHIFT; table++) {
      const base = this.#base(table);
      if (base < 0 || this.#bits.subarray(base, base + WORDS).some((word) => word !== 0)) continue;
      this.#tables.delete(table);
      this.#free.push(base);
      this.#lastNumber = -1;
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

  #base(table: number): number {
    if (table !== this.#lastNumber) {
      this.#lastNumber = table;
      this.#lastBase = this.#tables.get(table) ?? -1;
    }
    return this.#lastBase;
  }

  #make(table: number): void {
    if (this.#base(table) >= 0) return;
    const base = this.#free.pop() ?? this.#tables.size * TABLE_WORDS;
    if (base === this.#bits.length) {
      const longer = new Uint16Array(2 * base);
      longer.set(this.#bits);
      this.#bits = longer;
    }
    this.#tables.set(table, base);
    this.#lastBase = base;
  }
}

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
