/**
 * Which folios are cached, in the order of the kernel's lists: inactive, active, unevictable; and the shadows that
 * evicted pages leave behind (mm/workingset.c). A folio is 2^order pages, aligned, that are read, aged and evicted as
 * one. Run-length coded: neighbours of one kind that lie side by side in the file and in their list are one record, so
 * the state grows with the number of such runs, never with the file.
 *
 * A list's records go from the oldest (tail) to the newest (head); inside a record lower pages are older. A record lies
 * within one table of 512 pages, and the records of a table are linked in file order, which is how a page is found: from
 * the record that a page near it was found in last.
 */
import { grown, Slots } from '../../../sim/slots.ts';
import { TABLE_SHIFT, TableIndex } from './table-index.ts';

export const INACTIVE = 0;
export const ACTIVE = 1;
export const UNEVICTABLE = 2;
export const SHADOW = 3;
export type List = 0 | 1 | 2 | 3;

/** Flags of a folio: looked at once by reclaim and found accessed; has been on the active list. */
export const REFERENCED = 4;
export const WORKINGSET = 8;
const ORDER_SHIFT = 4;
const NONE = -1;
/** Where a run starts that is in use no more. */
const GONE = 0x7fffffff;

/**
 * Places of a table: for each 16 of its pages the run that was found for one of them last, which may have changed since,
 * and its first run.
 */
const WORD_SHIFT = 4;
const WORDS = 1 << (TABLE_SHIFT - WORD_SHIFT);
const FIRST = WORDS;
const TABLE_PLACES = WORDS + 1;

/** List, flags and order in one number: what neighbours must share to be one run. */
export const kindOf = (list: List, flags: number, order: number): number =>
  list | flags | (order << ORDER_SHIFT);
export const listOf = (kind: number): List => (kind & 3) as List;
export const flagsOf = (kind: number): number => kind & (REFERENCED | WORKINGSET);
export const orderOf = (kind: number): number => kind >> ORDER_SHIFT;

export class FolioRuns {
  /** Pages on each list. */
  readonly pages = new Float64Array(4);
  /** Records in use. */
  runs = 0;
  readonly #slots = new Slots('runs of folios');
  readonly #tables = new TableIndex();
  #places = new Int32Array(0);
  readonly #oldest = new Int32Array(4).fill(NONE);
  readonly #newest = new Int32Array(4).fill(NONE);
  #capacity = 0;
  #start = new Int32Array(0);
  #end = new Int32Array(0);
  #kind = new Int32Array(0);
  /** Of shadows: evictions and activations counted when the first page left. */
  #age = new Float64Array(0);
  #older = new Int32Array(0);
  #newer = new Int32Array(0);
  #before = new Int32Array(0);
  #after = new Int32Array(0);

  /** The run that holds `page`, or -1. */
  find(page: number): number {
    const run = this.#lastUpTo(page);
    return run !== NONE && this.#end[run] > page ? run : NONE;
  }

  kind(run: number): number {
    return this.#kind[run];
  }

  end(run: number): number {
    return this.#end[run];
  }

  start(run: number): number {
    return this.#start[run];
  }

  /** The oldest run of a list, or -1. */
  oldest(list: List): number {
    return this.#oldest[list];
  }

  /** The first page of the folio that holds `page` of `run`. */
  folioStart(run: number, page: number): number {
    const order = orderOf(this.#kind[run]);
    return (page >> order) << order;
  }

  /** Counted age of the shadow of `page` of `run`: that of its folio. */
  ageOf(run: number, page: number): number {
    return this.#age[run] + this.folioStart(run, page) - this.#start[run];
  }

  /**
   * Puts a folio, or several of one table, at the head of their list. Nothing of their pages may be there.
   * @param age of the first if they are shadows; the others' follow it page by page
   */
  append(start: number, kind: number, age = 0, length = 1 << orderOf(kind)): void {
    const list = listOf(kind);
    this.pages[list] += length;
    const head = this.#newest[list];
    if (
      head !== NONE &&
      this.#end[head] === start &&
      this.#kind[head] === kind &&
      start >>> TABLE_SHIFT === this.#start[head] >>> TABLE_SHIFT &&
      (list !== SHADOW || this.#age[head] + start - this.#start[head] === age)
    ) {
      this.#end[head] = start + length;
      return;
    }
    const before = this.#lastUpTo(start);
    const run = this.#new(start, start + length, kind, age);
    this.#older[run] = head;
    this.#newer[run] = NONE;
    if (head === NONE) this.#oldest[list] = run;
    else this.#newer[head] = run;
    this.#newest[list] = run;
    this.#place(run, before);
  }

  /** Takes pages [from, to), whole folios of `run`, out; what is left keeps its place in the list. */
  take(run: number, from: number, to: number): void {
    const list = listOf(this.#kind[run]);
    this.pages[list] -= to - from;
    const start = this.#start[run];
    const end = this.#end[run];
    if (from === start && to === end) {
      this.#remove(run);
    } else if (from === start) {
      this.#age[run] += to - from;
      this.#start[run] = to;
    } else {
      this.#end[run] = from;
      if (to < end) this.#splitOff(run, to, end, this.#age[run] + to - start);
    }
  }

  /** Changes the flags of pages [from, to), whole folios of `run`, which keep their place. */
  reflag(run: number, from: number, to: number, kind: number): void {
    const start = this.#start[run];
    const end = this.#end[run];
    if (to < end) this.#split(run, to);
    const changed = from > start ? this.#split(run, from) : run;
    this.#kind[changed] = kind;
    const older = this.#older[changed];
    if (older === NONE || this.#end[older] !== from || this.#kind[older] !== kind) return;
    if (this.#after[older] !== changed) return;
    this.#remove(changed);
    this.#end[older] = to;
  }

  #split(run: number, at: number): number {
    const end = this.#end[run];
    this.#end[run] = at;
    return this.#splitOff(run, at, end, this.#age[run] + at - this.#start[run]);
  }

  #splitOff(run: number, start: number, end: number, age: number): number {
    const kind = this.#kind[run];
    const list = listOf(kind);
    const rest = this.#new(start, end, kind, age);
    const newer = this.#newer[run];
    this.#older[rest] = run;
    this.#newer[rest] = newer;
    this.#newer[run] = rest;
    if (newer === NONE) this.#newest[list] = rest;
    else this.#older[newer] = rest;
    this.#place(rest, run);
    return rest;
  }

  /** The first page after `page`, which is in no run, that is in one; or the first of the next table. */
  nextAfter(page: number): number {
    const run = this.#lastUpTo(page);
    const base = this.#baseOf(page >>> TABLE_SHIFT);
    const next = run !== NONE ? this.#after[run] : base < 0 ? NONE : this.#places[base + FIRST];
    return next === NONE ? ((page >>> TABLE_SHIFT) + 1) << TABLE_SHIFT : this.#start[next];
  }

  /** The last run of the page's table that starts at or before `page`, or -1. */
  #lastUpTo(page: number): number {
    const table = page >>> TABLE_SHIFT;
    const base = this.#baseOf(table);
    if (base < 0) return NONE;
    const places = this.#places;
    const start = this.#start;
    const word = base + ((page >>> WORD_SHIFT) & (WORDS - 1));
    let run = NONE;
    for (let place = word; place >= base && run === NONE; place--) {
      const last = places[place];
      if (last !== NONE && start[last] <= page && start[last] >>> TABLE_SHIFT === table) run = last;
    }
    if (run === NONE) run = places[base + FIRST];
    if (start[run] > page) return NONE;
    for (let after = this.#after[run]; after !== NONE && start[after] <= page; after = this.#after[run])
      run = after;
    places[word] = run;
    return run;
  }

  /** Where the places of a table begin, below 0 if it has no run. */
  #baseOf(table: number): number {
    return this.#tables.placeOf(table) * TABLE_PLACES;
  }

  #setFirst(table: number, run: number): void {
    let base = this.#baseOf(table);
    if (base < 0) {
      base = this.#tables.add(table) * TABLE_PLACES;
      if (base + TABLE_PLACES > this.#places.length)
        this.#places = grown(this.#places, 2 * this.#places.length + TABLE_PLACES);
      this.#places.fill(NONE, base, base + TABLE_PLACES);
    }
    this.#places[base + FIRST] = run;
  }

  #place(run: number, before: number): void {
    const table = this.#start[run] >>> TABLE_SHIFT;
    const base = before === NONE ? this.#baseOf(table) : NONE;
    const first = base < 0 ? NONE : this.#places[base + FIRST];
    const after = before === NONE ? first : this.#after[before];
    this.#before[run] = before;
    this.#after[run] = after;
    if (before === NONE) this.#setFirst(table, run);
    else this.#after[before] = run;
    if (after !== NONE) this.#before[after] = run;
  }

  #remove(run: number): void {
    const list = listOf(this.#kind[run]);
    const older = this.#older[run];
    const newer = this.#newer[run];
    if (older === NONE) this.#oldest[list] = newer;
    else this.#newer[older] = newer;
    if (newer === NONE) this.#newest[list] = older;
    else this.#older[newer] = older;
    const before = this.#before[run];
    const after = this.#after[run];
    if (after !== NONE) this.#before[after] = before;
    if (before !== NONE) this.#after[before] = after;
    else if (after !== NONE) this.#setFirst(this.#start[run] >>> TABLE_SHIFT, after);
    else this.#tables.remove(this.#start[run] >>> TABLE_SHIFT);
    this.#start[run] = GONE;
    this.runs--;
    this.#slots.release(run);
  }

  #new(start: number, end: number, kind: number, age: number): number {
    const run = this.#slots.take();
    if (run >= this.#capacity) this.#grow();
    this.runs++;
    this.#start[run] = start;
    this.#end[run] = end;
    this.#kind[run] = kind;
    this.#age[run] = age;
    return run;
  }

  #grow(): void {
    const length = this.#slots.capacity;
    this.#capacity = length;
    this.#start = grown(this.#start, length);
    this.#end = grown(this.#end, length);
    this.#kind = grown(this.#kind, length);
    this.#age = grown(this.#age, length);
    this.#older = grown(this.#older, length);
    this.#newer = grown(this.#newer, length);
    this.#before = grown(this.#before, length);
    this.#after = grown(this.#after, length);
  }
}
