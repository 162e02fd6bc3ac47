/**
 * The page reads that wait for their target (plane, die or chip), oldest first, and the question a multi-plane read asks:
 * which is the oldest read waiting for this plane and this page offset? Answered in O(1) by a hash, whatever the depth; the
 * simulators before this one walk the whole queue for each command.
 *
 * What must be quick is not the arithmetic but the memory: tens of thousands of reads wait and each is looked at a few
 * times, far apart. So a read is one record of a cache line (64 B), and the hash is of die and page offset, with the
 * chains of the die's planes side by side. A read keeps its id from `add` until `release`.
 */
import { FreeList } from '../../sim/free-list.ts';
import { grown } from '../../sim/grown.ts';

const NONE = -1;

/** Words of a record; links are next and previous, in the target's queue and in the hash chain. */
const COMMAND = 0;
const PLANE = 1;
const PAGE = 2;
const BYTES = 3;
const QUEUE_LINKS = 4;
const CHAIN_LINKS = 6;
const ORDER = 8;
const WORDS = 16;
/** Double word with the time, in the same record. */
const TIME = 5;

export class PageQueue {
  readonly #places = new FreeList('page reads');
  #capacity = this.#places.capacity;
  #times = new Float64Array((WORDS / 2) * this.#capacity);
  #words = new Int32Array(this.#times.buffer);
  #nextOrder = 0;
  readonly #planes: number;
  /** First and last of each target's queue, and of each hash chain. */
  readonly #queues: Int32Array;
  #chains: Int32Array;

  /** @param planes of a die */
  constructor(targets: number, planes: number) {
    this.#planes = planes;
    this.#queues = new Int32Array(2 * targets).fill(NONE);
    this.#chains = this.#noChains();
  }

  commandOf(read: number): number {
    return this.#words[WORDS * read + COMMAND];
  }

  planeOf(read: number): number {
    return this.#words[WORDS * read + PLANE];
  }

  pageOf(read: number): number {
    return this.#words[WORDS * read + PAGE];
  }

  bytesOf(read: number): number {
    return this.#words[WORDS * read + BYTES];
  }

  /** Whether a read was added before another; numbers of 32 bits that wrap, far more than ever wait. */
  isOlder(read: number, other: number): boolean {
    return ((this.#words[WORDS * read + ORDER] - this.#words[WORDS * other + ORDER]) | 0) < 0;
  }

  /** The instant given at `add`. */
  timeOf(read: number): number {
    return this.#times[(WORDS / 2) * read + TIME];
  }

  /** Adds a read of `bytes` of a page to the end of a target's queue. */
  add(target: number, command: number, plane: number, page: number, bytes: number, now: number): void {
    const read = this.#places.take();
    if (read >= this.#capacity) this.#grow();
    const words = this.#words;
    const record = WORDS * read;
    words[record + COMMAND] = command;
    words[record + PLANE] = plane;
    words[record + PAGE] = page;
    words[record + BYTES] = bytes;
    words[record + ORDER] = this.#nextOrder;
    this.#times[(WORDS / 2) * read + TIME] = now;
    this.#nextOrder = (this.#nextOrder + 1) | 0;
    append(this.#queues, target, words, read, QUEUE_LINKS);
    append(this.#chains, this.#chainOf(plane, page), words, read, CHAIN_LINKS);
  }

  /** Oldest read of a target, or -1. */
  first(target: number): number {
    return this.#queues[2 * target];
  }

  /** Oldest waiting read of this plane and page offset, or -1. */
  find(plane: number, page: number): number {
    const words = this.#words;
    let read = this.#chains[2 * this.#chainOf(plane, page)];
    while (read !== NONE && !(words[WORDS * read + PAGE] === page && words[WORDS * read + PLANE] === plane)) {
      read = words[WORDS * read + CHAIN_LINKS];
    }
    return read;
  }

  /** Takes a read out of its target's queue; it keeps its id. */
  remove(target: number, read: number): void {
    unlink(this.#queues, target, this.#words, read, QUEUE_LINKS);
    unlink(
      this.#chains,
      this.#chainOf(this.planeOf(read), this.pageOf(read)),
      this.#words,
      read,
      CHAIN_LINKS,
    );
  }

  /** The read is done: its id may be given to another. */
  release(read: number): void {
    this.#places.release(read);
  }

  #chainOf(plane: number, page: number): number {
    const die = Math.floor(plane / this.#planes);
    const h = Math.imul(die, 0x9e3779b1) ^ Math.imul(page, 0x85ebca6b);
    return ((h ^ (h >>> 15)) & (this.#capacity - 1)) * this.#planes + plane - die * this.#planes;
  }

  #noChains(): Int32Array {
    return new Int32Array(2 * this.#planes * this.#capacity).fill(NONE);
  }

  #grow(): void {
    const queues = this.#queues;
    this.#capacity = this.#places.capacity;
    this.#times = grown(this.#times, (WORDS / 2) * this.#capacity);
    this.#words = new Int32Array(this.#times.buffer);
    this.#chains = this.#noChains();
    for (let target = 0; 2 * target < queues.length; target++) {
      for (let read = this.first(target); read !== NONE; read = this.#words[WORDS * read + QUEUE_LINKS]) {
        append(
          this.#chains,
          this.#chainOf(this.planeOf(read), this.pageOf(read)),
          this.#words,
          read,
          CHAIN_LINKS,
        );
      }
    }
  }
}

/** Appends a record to the list whose ends are at 2 x list; its links are at `links` of the record. */
function append(ends: Int32Array, list: number, words: Int32Array, read: number, links: number): void {
  const last = ends[2 * list + 1];
  words[WORDS * read + links] = NONE;
  words[WORDS * read + links + 1] = last;
  if (last === NONE) ends[2 * list] = read;
  else words[WORDS * last + links] = read;
  ends[2 * list + 1] = read;
}

function unlink(ends: Int32Array, list: number, words: Int32Array, read: number, links: number): void {
  const next = words[WORDS * read + links];
  const previous = words[WORDS * read + links + 1];
  if (previous === NONE) ends[2 * list] = next;
  else words[WORDS * previous + links] = next;
  if (next === NONE) ends[2 * list + 1] = previous;
  else words[WORDS * next + links + 1] = previous;
}
