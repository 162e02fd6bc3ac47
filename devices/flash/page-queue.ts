/**
 * The page reads that wait for their target (plane, die or chip), oldest first, and the question a multi-plane read asks:
 * which is the oldest read waiting for this plane and this page offset? Answered in O(1) by a hash of both, whatever the
 * depth; the simulators before this one walk the whole queue for each command.
 *
 * Pooled records in typed arrays: a page read keeps its id from `add` until `release`.
 */
import { grown } from '../../sim/slots.ts';

const NONE = -1;

export class PageQueue {
  #capacity = 1024;
  #command = new Int32Array(this.#capacity);
  #plane = new Int32Array(this.#capacity);
  #page = new Int32Array(this.#capacity);
  #bytes = new Int32Array(this.#capacity);
  #order = new Float64Array(this.#capacity);
  #time = new Float64Array(this.#capacity);
  /** Doubly linked: next and previous in the target's queue, and in the hash chain. */
  #links = new Int32Array(4 * this.#capacity);
  #free = new Int32Array(this.#capacity);
  #freeCount = 0;
  #used = 0;
  #nextOrder = 0;
  /** First and last of each target's queue, and of each hash chain. */
  readonly #queues: Int32Array;
  #chains = new Int32Array(4 * this.#capacity).fill(NONE);

  constructor(targets: number) {
    this.#queues = new Int32Array(2 * targets).fill(NONE);
  }

  commandOf(read: number): number {
    return this.#command[read];
  }

  planeOf(read: number): number {
    return this.#plane[read];
  }

  pageOf(read: number): number {
    return this.#page[read];
  }

  bytesOf(read: number): number {
    return this.#bytes[read];
  }

  /** Counts up with every read added. */
  orderOf(read: number): number {
    return this.#order[read];
  }

  /** The instant given at `add`. */
  timeOf(read: number): number {
    return this.#time[read];
  }

  /** Adds a read of `bytes` of a page to the end of a target's queue. */
  add(target: number, command: number, plane: number, page: number, bytes: number, now: number): number {
    const read = this.#freeCount > 0 ? this.#free[--this.#freeCount] : this.#take();
    this.#command[read] = command;
    this.#plane[read] = plane;
    this.#page[read] = page;
    this.#bytes[read] = bytes;
    this.#time[read] = now;
    this.#order[read] = this.#nextOrder++;
    append(this.#queues, target, this.#links, read, 0);
    append(this.#chains, this.#chainOf(plane, page), this.#links, read, 2);
    return read;
  }

  /** Oldest read of a target, or -1. */
  first(target: number): number {
    return this.#queues[2 * target];
  }

  /** Oldest waiting read of this plane and page offset, or -1. */
  find(plane: number, page: number): number {
    let read = this.#chains[2 * this.#chainOf(plane, page)];
    while (read !== NONE && !(this.#page[read] === page && this.#plane[read] === plane)) {
      read = this.#links[4 * read + 2];
    }
    return read;
  }

  /** Takes a read out of its target's queue; it keeps its id. */
  remove(target: number, read: number): void {
    unlink(this.#queues, target, this.#links, read, 0);
    unlink(this.#chains, this.#chainOf(this.#plane[read], this.#page[read]), this.#links, read, 2);
  }

  /** The read is done: its id may be given to another. */
  release(read: number): void {
    this.#free[this.#freeCount++] = read;
  }

  #chainOf(plane: number, page: number): number {
    const h = Math.imul(plane, 0x9e3779b1) ^ Math.imul(page, 0x85ebca6b);
    return (h ^ (h >>> 15)) & (2 * this.#capacity - 1);
  }

  #take(): number {
    if (this.#used === this.#capacity) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const queues = this.#queues;
    const capacity = 2 * this.#capacity;
    this.#command = grown(this.#command, capacity);
    this.#plane = grown(this.#plane, capacity);
    this.#page = grown(this.#page, capacity);
    this.#bytes = grown(this.#bytes, capacity);
    this.#order = grown(this.#order, capacity);
    this.#time = grown(this.#time, capacity);
    this.#links = grown(this.#links, 4 * capacity);
    this.#free = grown(this.#free, capacity);
    this.#capacity = capacity;
    this.#chains = new Int32Array(4 * capacity).fill(NONE);
    for (let target = 0; 2 * target < queues.length; target++) {
      for (let read = queues[2 * target]; read !== NONE; read = this.#links[4 * read]) {
        append(this.#chains, this.#chainOf(this.#plane[read], this.#page[read]), this.#links, read, 2);
      }
    }
  }
}

/** Appends a record to the list whose ends are at 2 x list; its links are at 4 x record + field. */
function append(ends: Int32Array, list: number, links: Int32Array, record: number, field: number): void {
  const last = ends[2 * list + 1];
  links[4 * record + field] = NONE;
  links[4 * record + field + 1] = last;
  if (last === NONE) ends[2 * list] = record;
  else links[4 * last + field] = record;
  ends[2 * list + 1] = record;
}

function unlink(ends: Int32Array, list: number, links: Int32Array, record: number, field: number): void {
  const next = links[4 * record + field];
  const previous = links[4 * record + field + 1];
  if (previous === NONE) ends[2 * list] = next;
  else links[4 * previous + field] = next;
  if (next === NONE) ends[2 * list + 1] = previous;
  else links[4 * next + field + 1] = previous;
}
