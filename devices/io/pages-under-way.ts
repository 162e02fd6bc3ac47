/**
 * Pages that threads are adding to the page cache, several folios in one event, at an even pace. Whoever looks at such
 * pages before that event has those folios added first whose instants have passed; so nobody can tell one event from one
 * a folio, but for the order of the lists among threads.
 *
 * Threads that read windows which overlap add the same pages: one is ahead, and what the other has ready it finds cached
 * already. So a page belongs to the thread that began first, until that thread's event.
 */
import type { Picoseconds } from '../../sim/index.ts';
import type { Insertion } from '../host/page-cache/index.ts';

export class PagesUnderWay {
  readonly #insertions: readonly Insertion[];
  readonly #left: (thread: number) => Picoseconds;
  readonly #add: (thread: number, to: number) => void;
  /** Threads that add pages now, in no order, and how many. */
  readonly #active: Int32Array;
  #count = 0;
  /** Per thread: the pages [from, to) that belong to it, where what it has reserved ends. */
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  readonly #end: Int32Array;
  /** Core time of a folio, pages of one, and the core time that the event takes after the last of them. */
  readonly #pace: Float64Array;
  readonly #size: Int32Array;
  readonly #after: Float64Array;

  /**
   * @param left core time that a thread's event still takes
   * @param add has a thread add what it has reserved up to page `to`
   */
  constructor(
    insertions: readonly Insertion[],
    left: (thread: number) => Picoseconds,
    add: (thread: number, to: number) => void,
  ) {
    const threads = insertions.length;
    this.#insertions = insertions;
    this.#left = left;
    this.#add = add;
    this.#active = new Int32Array(threads);
    this.#from = new Int32Array(threads);
    this.#to = new Int32Array(threads);
    this.#end = new Int32Array(threads);
    this.#pace = new Float64Array(threads);
    this.#size = new Int32Array(threads);
    this.#after = new Float64Array(threads);
  }

  /** A thread begins to add what its insertion has reserved: `pace` a folio, then `after` until the event. */
  begin(thread: number, pace: Picoseconds, after: Picoseconds): void {
    const { next, reserved, reservedFolios } = this.#insertions[thread];
    const end = next + reserved;
    let from = next;
    let to = end;
    for (let n = 0; n < this.#count; n++) {
      const other = this.#active[n];
      if (this.#from[other] <= from && this.#to[other] > from) {
        from = this.#to[other];
        n = -1;
      }
    }
    for (let n = 0; n < this.#count; n++) {
      const start = this.#from[this.#active[n]];
      if (start > from && start < to) to = start;
    }
    if (from >= to) return;
    this.#from[thread] = from;
    this.#to[thread] = to;
    this.#end[thread] = end;
    this.#pace[thread] = pace;
    this.#size[thread] = reserved / reservedFolios;
    this.#after[thread] = after;
    this.#active[this.#count++] = thread;
  }

  /** Its event is there. */
  finish(thread: number): void {
    for (let n = 0; n < this.#count; n++) {
      if (this.#active[n] !== thread) continue;
      this.#active[n] = this.#active[--this.#count];
      return;
    }
  }

  /** Pages [from, to) are looked at: adds what all threads have added of them by now. */
  settle(from: number, to: number): void {
    for (let n = 0; n < this.#count; n++) {
      const thread = this.#active[n];
      if (this.#to[thread] > from && this.#from[thread] < to) this.#settleThread(thread);
    }
  }

  #settleThread(thread: number): void {
    const left = this.#left(thread) - this.#after[thread];
    const folios = left > 0 ? Math.ceil(left / this.#pace[thread] - 1e-6) : 0;
    const to = Math.min(this.#to[thread], this.#end[thread] - folios * this.#size[thread]);
    if (to <= this.#from[thread]) return;
    this.#add(thread, to);
    this.#from[thread] = to;
  }
}
