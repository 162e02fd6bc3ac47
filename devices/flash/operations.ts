/**
 * The operations that targets have under way, as typed arrays: three places a target, two for reads (one in the array,
 * one in the register) and one for a program or an erase.
 */
import type { PageQueue } from './page-queue.ts';

export const READ_PAGES = 0;
export const PROGRAM = 1;
export const ERASE = 2;

const PLACES = 4;
const WRITE_PLACE = 2;

export class Operations {
  readonly kind: Uint8Array;
  /** Pages in the operation, and the next of them to cross the channel. */
  readonly count: Int32Array;
  readonly next: Int32Array;
  /** Bytes of that page that have not crossed yet. */
  readonly left: Int32Array;
  /** When the data was ready to cross the channel (read), or the array will be done (program, erase). */
  readonly time: Float64Array;
  readonly #pages: Int32Array;
  readonly #planes: number;

  /** @param planes most pages in an operation */
  constructor(targets: number, planes: number) {
    this.kind = new Uint8Array(PLACES * targets);
    this.count = new Int32Array(PLACES * targets);
    this.next = new Int32Array(PLACES * targets);
    this.left = new Int32Array(PLACES * targets);
    this.time = new Float64Array(PLACES * targets);
    this.#pages = new Int32Array(PLACES * targets * planes);
    this.#planes = planes;
  }

  /** The place for a read while `register` (an operation or -1) is taken. */
  readPlace(target: number, register: number): number {
    const place = PLACES * target;
    return register === place ? place + 1 : place;
  }

  writePlace(target: number): number {
    return PLACES * target + WRITE_PLACE;
  }

  targetOf(operation: number): number {
    return operation >> 2;
  }

  pageAt(operation: number, index: number): number {
    return this.#pages[operation * this.#planes + index];
  }

  /** Puts a page at the end. */
  add(operation: number, page: number): void {
    this.#pages[operation * this.#planes + this.count[operation]++] = page;
  }

  /** Moves the last page forward until those before it are older. */
  sortLast(operation: number, pages: PageQueue): void {
    const first = operation * this.#planes;
    let at = first + this.count[operation] - 1;
    const page = this.#pages[at];
    for (; at > first && pages.isOlder(page, this.#pages[at - 1]); at--)
      this.#pages[at] = this.#pages[at - 1];
    this.#pages[at] = page;
  }

  begin(operation: number, kind: number): void {
    this.kind[operation] = kind;
    this.count[operation] = 0;
    this.next[operation] = 0;
  }
}
