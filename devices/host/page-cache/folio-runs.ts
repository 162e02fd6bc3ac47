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
import { grown } from '../../../sim/grown.ts';
import { NONE, RunRecords } from './run-records.ts';
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
  readonly #records = new RunRecords();
  readonly #tables = new TableIndex();
  #places = new Int32Array(0);
  readonly #oldest = new Int32Array(4).fill(NONE);
  readonly #newest = new Int32Array(4).fill(NONE);

  /** Records in use. */
  get runs(): number {
    return this.#records.size;
  }

  /** The run that holds `page`, or -1. */
  find(page: number): number {
    const records = this.#records;
    const run = this.#lastUpTo(page);
    return run !== NONE && records.end(run) > page ? run : NONE;
  }

  kind(run: number): number {
    return this.#records.kind(run);
  }

  end(run: number): number {
    return this.#records.end(run);
  }

  start(run: number): number {
    return this.#records.start(run);
  }

  /** The oldest run of a list, or -1. */
  oldest(list: List): number {
    return this.#oldest[list];
  }

  /** The first page of the folio that holds `page` of `run`. */
  folioStart(run: number, page: number): number {
    const records = this.#records;
    const order = orderOf(records.kind(run));
    return (page >> order) << order;
  }

  /** Counted age of the shadow of `page` of `run`: that of its folio. */
  ageOf(run: number, page: number): number {
    const records = this.#records;
    return records.age(run) + this.folioStart(run, page) - records.start(run);
  }

  /**
   * Puts a folio, or several of one table, at the head of their list. Nothing of their pages may be there.
   * @param age of the first if they are shadows; the others' follow it page by page
   */
  append(start: number, kind: number, age = 0, length = 1 << orderOf(kind)): void {
    const records = this.#records;
    const list = listOf(kind);
    this.pages[list] += length;
    const head = this.#newest[list];
    if (
      head !== NONE &&
      records.end(head) === start &&
      records.kind(head) === kind &&
      start >>> TABLE_SHIFT === records.start(head) >>> TABLE_SHIFT &&
      (list !== SHADOW || records.age(head) + start - records.start(head) === age)
    ) {
      records.endAt(head, start + length);
      return;
    }
    const before = this.#lastUpTo(start);
    const run = records.add(start, start + length, kind, age);
    records.setOlder(run, head);
    records.setNewer(run, NONE);
    if (head === NONE) this.#oldest[list] = run;
    else records.setNewer(head, run);
    this.#newest[list] = run;
    this.#place(run, before);
  }

  /** Takes pages [from, to), whole folios of `run`, out; what is left keeps its place in the list. */
  take(run: number, from: number, to: number): void {
    const records = this.#records;
    const list = listOf(records.kind(run));
    this.pages[list] -= to - from;
    const start = records.start(run);
    const end = records.end(run);
    if (from === start && to === end) {
      this.#remove(run);
    } else if (from === start) {
      records.cutTo(run, to);
    } else {
      records.endAt(run, from);
      if (to < end) this.#splitOff(run, to, end, records.age(run) + to - start);
    }
  }

  /** Changes the flags of pages [from, to), whole folios of `run`, which keep their place. */
  reflag(run: number, from: number, to: number, kind: number): void {
    const records = this.#records;
    const start = records.start(run);
    const end = records.end(run);
    if (to < end) this.#split(run, to);
    const changed = from > start ? this.#split(run, from) : run;
    records.setKind(changed, kind);
    const older = records.older(changed);
    if (older === NONE || records.end(older) !== from || records.kind(older) !== kind) return;
    if (records.after(older) !== changed) return;
    this.#remove(changed);
    records.endAt(older, to);
  }

  #split(run: number, at: number): number {
    const records = this.#records;
    const end = records.end(run);
    records.endAt(run, at);
    return this.#splitOff(run, at, end, records.age(run) + at - records.start(run));
  }

  #splitOff(run: number, start: number, end: number, age: number): number {
    const records = this.#records;
    const kind = records.kind(run);
    const list = listOf(kind);
    const rest = records.add(start, end, kind, age);
    const newer = records.newer(run);
    records.setOlder(rest, run);
    records.setNewer(rest, newer);
    records.setNewer(run, rest);
    if (newer === NONE) this.#newest[list] = rest;
    else records.setOlder(newer, rest);
    this.#place(rest, run);
    return rest;
  }

  /** The first page after `page`, which is in no run, that is in one; or the first of the next table. */
  nextAfter(page: number): number {
    const records = this.#records;
    const run = this.#lastUpTo(page);
    const base = this.#baseOf(page >>> TABLE_SHIFT);
    const next = run !== NONE ? records.after(run) : base < 0 ? NONE : this.#places[base + FIRST];
    return next === NONE ? ((page >>> TABLE_SHIFT) + 1) << TABLE_SHIFT : records.start(next);
  }

  /** The last run of the page's table that starts at or before `page`, or -1. */
  #lastUpTo(page: number): number {
    const records = this.#records;
    const table = page >>> TABLE_SHIFT;
    const base = this.#baseOf(table);
    if (base < 0) return NONE;
    const places = this.#places;
    const word = base + ((page >>> WORD_SHIFT) & (WORDS - 1));
    let run = NONE;
    for (let place = word; place >= base && run === NONE; place--) {
      const last = places[place];
      if (last !== NONE && records.start(last) <= page && records.start(last) >>> TABLE_SHIFT === table)
        run = last;
    }
    if (run === NONE) run = places[base + FIRST];
    if (records.start(run) > page) return NONE;
    for (
      let after = records.after(run);
      after !== NONE && records.start(after) <= page;
      after = records.after(run)
    )
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
    const records = this.#records;
    const table = records.start(run) >>> TABLE_SHIFT;
    const base = before === NONE ? this.#baseOf(table) : NONE;
    const first = base < 0 ? NONE : this.#places[base + FIRST];
    const after = before === NONE ? first : records.after(before);
    records.setBefore(run, before);
    records.setAfter(run, after);
    if (before === NONE) this.#setFirst(table, run);
    else records.setAfter(before, run);
    if (after !== NONE) records.setBefore(after, run);
  }

  #remove(run: number): void {
    const records = this.#records;
    const list = listOf(records.kind(run));
    const older = records.older(run);
    const newer = records.newer(run);
    if (older === NONE) this.#oldest[list] = newer;
    else records.setNewer(older, newer);
    if (newer === NONE) this.#newest[list] = older;
    else records.setOlder(newer, older);
    const before = records.before(run);
    const after = records.after(run);
    if (after !== NONE) records.setBefore(after, before);
    if (before !== NONE) records.setAfter(before, after);
    else if (after !== NONE) this.#setFirst(records.start(run) >>> TABLE_SHIFT, after);
    else this.#tables.remove(records.start(run) >>> TABLE_SHIFT);
    records.remove(run);
  }
}
