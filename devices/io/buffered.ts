/**
 * Buffered reads (read(2), preadv, or io_uring without O_DIRECT) of a file through the page cache, on `threads` threads
 * with `queueDepth` reads each under way. A read is cut into calls of at most `call` bytes; threads take turns at the
 * first read waiting, demand before prefetch.
 *
 * A call costs `callTime`. Pages that are missing start read-ahead's window for read(2) (page-cache/read-ahead.ts); what
 * is ready is copied, up to 31 folios at a time, the mark among them first starting the next window; for a page that is
 * being read the call waits, and its thread does others (filemap_read, mm/filemap.c of Linux 6.18). Pages count as used
 * when copied: referenced the first time, active the second.
 *
 * A copied byte crosses DRAM 3 times (read, read for ownership, write; 2 with non-temporal stores), besides the device's
 * write and the program's own read: 5 or 4 in all. The copy runs at `rate`, as memcpy does, and slower where a link of
 * `through` is crowded.
 */
import type { HandlerId, Picoseconds, SharedLink, Simulation } from '../../sim/index.ts';
import { CacheFill } from './cache-fill.ts';
import { type CachedFileOptions, type FillCosts, type FillTimes, PAGE_BYTES } from './cached-file.ts';
import { type CopyOptions, CopyThreads } from './copy-threads.ts';

import type { IoInterface, ReadPriority } from './interface.ts';
import { WaitingReads } from './waiting-reads.ts';

export interface BufferedCosts extends FillCosts {
  /** To enter and leave a read(2), or to submit and reap one. */
  readonly callTime: Picoseconds;
}

export interface BufferedOptions extends CachedFileOptions {
  readonly cores: SharedLink;
  readonly costs: BufferedCosts;
  readonly copy: CopyOptions;
  /** Bytes of a read(2). */
  readonly call: number;
  /** Default 1. */
  readonly threads?: number;
  /** Reads under way for each thread; default 1, more with io_uring. */
  readonly queueDepth?: number;
}

/** Folios that are copied before the cache is looked at again (PAGEVEC_SIZE). */
const BATCH = 31;
const IDLE = -1;

export class BufferedFile implements IoInterface {
  /** Bytes copied to the program. */
  copied = 0;
  readonly #options: BufferedOptions;
  readonly #threads: CopyThreads;
  readonly #fill: CacheFill;
  readonly #reads: WaitingReads;
  /** Per call under way: its read or IDLE; where it is and where it ends, in bytes. */
  readonly #read: Int32Array;
  readonly #cursor: Float64Array;
  readonly #end: Float64Array;
  readonly #called: HandlerId;
  readonly #copiedTo: HandlerId;

  constructor(simulation: Simulation, options: BufferedOptions) {
    const { threads = 1, queueDepth = 1, call } = options;
    if (!(Number.isInteger(call) && call > 0))
      throw new RangeError(`read(2) of ${call} B; a whole number of bytes from 1 is needed`);
    this.#reads = new WaitingReads(simulation);
    this.#options = options;
    const calls = threads * queueDepth;
    this.#threads = new CopyThreads(simulation, options.cores, options.copy, threads, calls);
    this.#fill = new CacheFill(simulation, {
      ...options,
      name: 'buffered reads',
      threads: calls,
      work: (id, time, next) => this.#threads.work(id, time, next),
      filled: (id) => this.#go(id),
      woken: (id) => this.#go(id),
    });
    this.#read = new Int32Array(calls).fill(IDLE);
    this.#cursor = new Float64Array(calls);
    this.#end = new Float64Array(calls);
    this.#called = simulation.register((id) => this.#go(id));
    this.#copiedTo = simulation.register((id) => this.#afterCopy(id));
  }

  get kswapd() {
    return this.#fill.kswapd;
  }

  get statistics() {
    return this.#fill.requests.statistics;
  }

  get cache() {
    return this.#fill.cache;
  }

  get readAhead() {
    return this.#fill.readAhead;
  }

  /** Of all calls together, but for copying. */
  get times(): FillTimes {
    return this.#fill.times;
  }

  restartStatistics(): void {
    this.#fill.restart();
    this.copied = 0;
  }

  read(offset: number, bytes: number, priority: ReadPriority, done: HandlerId, tag: number): number {
    const { fileBytes } = this.#options;
    if (!(bytes > 0 && offset >= 0 && offset + bytes <= fileBytes))
      throw new RangeError(`read of ${bytes} B at ${offset}; the file has ${fileBytes} B`);
    this.statistics.reads++;
    const read = this.#reads.add(offset, offset + bytes, priority, done, tag);
    this.#deal();
    return read;
  }

  /** Drops the cached pages of bytes [from, to), unless they are being read (POSIX_FADV_DONTNEED). */
  drop(from: number, to: number): void {
    const { cache } = this.#fill;
    if (cache.cached > 0) cache.invalidate(Math.floor(from / PAGE_BYTES), Math.ceil(to / PAGE_BYTES));
  }

  promote(read: number): void {
    this.#reads.promote(read);
  }

  cancel(read: number): number {
    const bytes = this.#reads.cancel(read);
    this.statistics.cancelledBytes += bytes;
    return bytes;
  }

  /** Gives idle places, thread by thread, the next call of the first read waiting. */
  #deal(): void {
    for (let id = 0; id < this.#read.length; id++) {
      const read = this.#reads.first;
      if (read < 0) return;
      if (this.#read[id] !== IDLE) continue;
      const bytes = Math.min(this.#options.call, this.#reads.waitingBytesOf(read));
      this.#read[id] = read;
      this.#cursor[id] = this.#reads.cursorOf(read);
      this.#end[id] = this.#cursor[id] + bytes;
      this.#reads.submit(read, bytes);
      this.#threads.work(id, this.#options.costs.callTime, this.#called);
    }
  }

  /** Looks at the cache from where the call is: reads, waits or copies. */
  #go(id: number): void {
    const { cache, readAhead } = this.#fill;
    const page = Math.floor(this.#cursor[id] / PAGE_BYTES);
    const end = Math.ceil(this.#end[id] / PAGE_BYTES);
    const insertion = this.#fill.insertionOf(id, this.#reads.priorityOf(this.#read[id]));
    if (!cache.isCached(page)) {
      readAhead.missRead(page, end - page, insertion);
      this.#fill.fill(id);
      return;
    }
    const last = this.#lastOfBatch(page, end);
    if (cache.isMarked(last)) {
      readAhead.hitRead(last, end - last, insertion);
      this.#fill.fill(id);
    } else if (cache.isReading(page)) this.#fill.wait(id, page);
    else this.#copy(id, page, cache.isReading(last) ? last : last + 1);
  }

  /** The last page of a batch of folios: it ends with the first that is marked or not up to date. */
  #lastOfBatch(from: number, end: number): number {
    const { cache } = this.#fill;
    let page = from;
    for (let folios = 0; folios < BATCH && page < end && cache.isCached(page); folios++) {
      if (cache.isMarked(page) || cache.isReading(page)) return page;
      page = cache.folioOf(page)[1];
    }
    return Math.min(page, end) - 1;
  }

  /** Copies the bytes of pages [from, to) that the call wants. */
  #copy(id: number, from: number, to: number): void {
    const bytes = Math.min(this.#end[id], to * PAGE_BYTES) - this.#cursor[id];
    this.#cursor[id] += bytes;
    this.copied += bytes;
    this.#fill.cache.readAccess(from, to);
    this.#threads.copy(id, bytes, this.#copiedTo);
  }

  #afterCopy(id: number): void {
    if (this.#cursor[id] < this.#end[id]) {
      this.#go(id);
      return;
    }
    const read = this.#read[id];
    this.#fill.readAhead.readTo(Math.floor(this.#end[id] / PAGE_BYTES));
    this.#read[id] = IDLE;
    this.#reads.complete(read);
    this.#deal();
  }
}
