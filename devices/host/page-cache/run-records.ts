/**
 * The records of runs of folios, by number: a run's pages and kind, the age of a shadow, its neighbours in its list and in
 * the file. Eight words of 32 bits, side by side, since what is done to a run needs most of them and there are millions:
 * start; length and kind; older, newer; before, after; age (two words, one Float64).
 */
import { FreeList } from '../../../sim/free-list.ts';

export const NONE = -1;
/** Where a run starts that is in use no more. */
export const GONE = 0x7fffffff;

const WORDS = 8;
const START = 0;
const SPAN = 1;
const OLDER = 2;
const NEWER = 3;
const BEFORE = 4;
const AFTER = 5;
/** In units of Float64. */
const AGES = WORDS / 2;
const AGE = 3;
/** Bits of a kind, below the length. */
const KIND_BITS = 8;
const KIND = (1 << KIND_BITS) - 1;

export class RunRecords {
  /** Records in use. */
  size = 0;
  readonly #slots = new FreeList('runs of folios');
  #words = new Int32Array(0);
  #ages = new Float64Array(0);

  /** A record of pages [start, end) that has no neighbours yet. */
  add(start: number, end: number, kind: number, age: number): number {
    const run = this.#slots.take();
    if (run * WORDS >= this.#words.length) this.#grow();
    this.size++;
    this.#words[run * WORDS + START] = start;
    this.#words[run * WORDS + SPAN] = ((end - start) << KIND_BITS) | kind;
    this.#ages[run * AGES + AGE] = age;
    return run;
  }

  remove(run: number): void {
    this.#words[run * WORDS + START] = GONE;
    this.size--;
    this.#slots.release(run);
  }

  start(run: number): number {
    return this.#words[run * WORDS + START];
  }

  end(run: number): number {
    return this.#words[run * WORDS + START] + (this.#words[run * WORDS + SPAN] >>> KIND_BITS);
  }

  kind(run: number): number {
    return this.#words[run * WORDS + SPAN] & KIND;
  }

  /** Counted evictions and activations when the first page of a shadow left. */
  age(run: number): number {
    return this.#ages[run * AGES + AGE];
  }

  /** Neighbours in the list. */
  older(run: number): number {
    return this.#words[run * WORDS + OLDER];
  }

  newer(run: number): number {
    return this.#words[run * WORDS + NEWER];
  }

  /** Neighbours in the file, of the same table. */
  before(run: number): number {
    return this.#words[run * WORDS + BEFORE];
  }

  after(run: number): number {
    return this.#words[run * WORDS + AFTER];
  }

  /** Takes the first pages away, up to `start`; the others keep their ages. */
  cutTo(run: number, start: number): void {
    const words = this.#words;
    const cut = start - words[run * WORDS + START];
    words[run * WORDS + START] = start;
    words[run * WORDS + SPAN] -= cut << KIND_BITS;
    this.#ages[run * AGES + AGE] += cut;
  }

  endAt(run: number, end: number): void {
    const words = this.#words;
    words[run * WORDS + SPAN] = ((end - words[run * WORDS + START]) << KIND_BITS) | this.kind(run);
  }

  setKind(run: number, kind: number): void {
    const words = this.#words;
    words[run * WORDS + SPAN] = (words[run * WORDS + SPAN] & ~KIND) | kind;
  }

  setOlder(run: number, older: number): void {
    this.#words[run * WORDS + OLDER] = older;
  }

  setNewer(run: number, newer: number): void {
    this.#words[run * WORDS + NEWER] = newer;
  }

  setBefore(run: number, before: number): void {
    this.#words[run * WORDS + BEFORE] = before;
  }

  setAfter(run: number, after: number): void {
    this.#words[run * WORDS + AFTER] = after;
  }

  #grow(): void {
    const longer = new Int32Array(this.#slots.capacity * WORDS);
    longer.set(this.#words);
    this.#words = longer;
    this.#ages = new Float64Array(longer.buffer);
  }
}
