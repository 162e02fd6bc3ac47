/**
 * The reads a program has asked for and that are not over: a pool of records, those with bytes not yet submitted
 * threaded on two first-in first-out lists, demand before prefetch. Adding, promoting and cancelling take constant time
 * whatever waits.
 */

import { FreeList } from '../../sim/free-list.ts';
import { grown } from '../../sim/grown.ts';
import type { HandlerId, Simulation } from '../../sim/index.ts';
import { DEMAND, PREFETCH, type ReadPriority } from './interface.ts';

const NONE = -1;

export class WaitingReads {
  readonly #simulation: Simulation;
  readonly #slots = new FreeList('reads');
  #capacity = 0;
  #cursor = new Float64Array(0);
  #end = new Float64Array(0);
  #cancelled = new Int32Array(0);
  #priority = new Int32Array(0);
  #inFlight = new Int32Array(0);
  #done = new Int32Array(0);
  #tag = new Int32Array(0);
  #next = new Int32Array(0);
  #previous = new Int32Array(0);
  readonly #head = [NONE, NONE];
  readonly #tail = [NONE, NONE];
  readonly #abandoned: HandlerId;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#abandoned = simulation.register((read) => this.#over(read));
    this.#grow();
  }

  add(start: number, end: number, priority: ReadPriority, done: HandlerId, tag: number): number {
    const read = this.#slots.take();
    if (read >= this.#capacity) this.#grow();
    this.#cursor[read] = start;
    this.#end[read] = end;
    this.#cancelled[read] = 0;
    this.#priority[read] = priority;
    this.#inFlight[read] = 0;
    this.#done[read] = done;
    this.#tag[read] = tag;
    this.#append(read);
    return read;
  }

  /** The read whose bytes go next, or -1. */
  get first(): number {
    return this.#head[DEMAND] !== NONE ? this.#head[DEMAND] : this.#head[PREFETCH];
  }

  priorityOf(read: number): ReadPriority {
    return this.#priority[read] as ReadPriority;
  }

  cursorOf(read: number): number {
    return this.#cursor[read];
  }

  waitingBytesOf(read: number): number {
    return this.#end[read] - this.#cursor[read];
  }

  /** Takes the next `bytes` of a read into flight. */
  submit(read: number, bytes: number): void {
    this.#cursor[read] += bytes;
    this.#inFlight[read]++;
    if (this.#cursor[read] === this.#end[read]) this.#unlink(read);
  }

  /** One request of a read has completed; the last one ends the read. */
  complete(read: number): void {
    if (--this.#inFlight[read] === 0 && this.waitingBytesOf(read) === 0) this.#over(read);
  }

  promote(read: number): void {
    if (this.#priority[read] === DEMAND) return;
    const waits = this.waitingBytesOf(read) > 0;
    if (waits) this.#unlink(read);
    this.#priority[read] = DEMAND;
    if (waits) this.#append(read);
  }

  /** Gives up the bytes that wait; a read without any in flight ends after this has returned. @returns how many they were */
  cancel(read: number): number {
    const bytes = this.waitingBytesOf(read);
    if (bytes === 0) return 0;
    this.#unlink(read);
    this.#cursor[read] = this.#end[read];
    this.#cancelled[read] = 1;
    if (this.#inFlight[read] === 0) this.#simulation.after(0, this.#abandoned, read);
    return bytes;
  }

  #over(read: number): void {
    const done = this.#done[read];
    const tag = this.#tag[read];
    const cancelled = this.#cancelled[read];
    this.#slots.release(read);
    this.#simulation.call(done, tag, cancelled);
  }

  #append(read: number): void {
    const list = this.#priority[read];
    const tail = this.#tail[list];
    this.#previous[read] = tail;
    this.#next[read] = NONE;
    if (tail === NONE) this.#head[list] = read;
    else this.#next[tail] = read;
    this.#tail[list] = read;
  }

  #unlink(read: number): void {
    const list = this.#priority[read];
    const previous = this.#previous[read];
    const next = this.#next[read];
    if (previous === NONE) this.#head[list] = next;
    else this.#next[previous] = next;
    if (next === NONE) this.#tail[list] = previous;
    else this.#previous[next] = previous;
  }

  #grow(): void {
    const length = this.#slots.capacity;
    this.#capacity = length;
    this.#cursor = grown(this.#cursor, length);
    this.#end = grown(this.#end, length);
    this.#cancelled = grown(this.#cancelled, length);
    this.#priority = grown(this.#priority, length);
    this.#inFlight = grown(this.#inFlight, length);
    this.#done = grown(this.#done, length);
    this.#tag = grown(this.#tag, length);
    this.#next = grown(this.#next, length);
    this.#previous = grown(this.#previous, length);
  }
}
