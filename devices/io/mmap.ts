/**
 * Reading a file through mmap: threads touch pages, and a touch of an unmapped page is a fault that the thread takes
 * itself (page-cache/fault.ts). It waits for the page, so its own queue depth is 1; windows started by a mark are read
 * while it goes on. All threads share the page cache and the file's read-ahead state.
 *
 * A fault costs `faultTime`, and `mapTime` for each folio mapped; what it brings into the cache costs as cache-fill.ts says.
 */
import {
  type HandlerId,
  type Picoseconds,
  type SharedLink,
  type Simulation,
  toSeconds,
} from '../../sim/index.ts';
import {
  fault,
  MAJOR,
  MAPPED_NOW,
  type PageCache,
  type ReadAhead,
  WORD_PAGES,
} from '../host/page-cache/index.ts';
import { CacheFill } from './cache-fill.ts';
import { type CachedFileOptions, type FillCosts, type FillTimes, PAGE_BYTES } from './cached-file.ts';
import { DEMAND, PREFETCH } from './interface.ts';

/** Core time of what a fault does, in ps. */
export interface FaultCosts extends FillCosts {
  /** To go on to the next mapped page (TLB miss), beside the work on it. */
  readonly touchTime: Picoseconds;
  readonly faultTime: Picoseconds;
  readonly mapTime: Picoseconds;
}

export interface MmapOptions extends CachedFileOptions {
  readonly cores: SharedLink;
  readonly costs: FaultCosts;
  /** Threads that can touch at the same time. */
  readonly threads: number;
  /** Those after the first so many read ahead of them: their time is not told, their reads are prefetches; default none. */
  readonly computing?: number;
}

export interface FaultCounts {
  major: number;
  /** Faults without a read of their own; those that waited for another's read are `waited` too. */
  minor: number;
  waited: number;
  /** Major ones of threads that read ahead. */
  ahead: number;
}

/** What the computing threads spend in touch(): faults, reclaim and waiting, and their own work. */
export interface ThreadTimes extends FillTimes {
  readonly work: Picoseconds;
}

export class MmapFile {
  readonly faults: FaultCounts = { major: 0, minor: 0, waited: 0, ahead: 0 };
  readonly cache: PageCache;
  readonly readAhead: ReadAhead;
  readonly threads: number;
  /** The first so many of them are not there to read ahead. */
  readonly computing: number;
  readonly #simulation: Simulation;
  readonly #fill: CacheFill;
  readonly #cores: SharedLink;
  readonly #costs: FaultCosts;
  /** Per thread: next page, end of its range, core-seconds of its own work per page, whether a fault is being retried. */
  readonly #page: Int32Array;
  readonly #end: Int32Array;
  readonly #work: Float64Array;
  readonly #retrying: Uint8Array;
  readonly #advising: Uint8Array;
  readonly #done: Int32Array;
  readonly #tag: Int32Array;
  /** When the thread began the work or the fault it is at; the core time of faults that is spent with it, of all. */
  readonly #since: Float64Array;
  readonly #faulting: Float64Array;
  /** What each thread has under way on the cores. */
  readonly #flow: Float64Array;
  readonly #batch: number;
  #workTime: Picoseconds = 0;
  readonly #worked: HandlerId;
  readonly #handled: HandlerId;

  constructor(simulation: Simulation, options: MmapOptions) {
    const { cores, costs, threads } = options;
    this.#simulation = simulation;
    this.threads = threads;
    this.computing = options.computing ?? threads;
    this.#cores = cores;
    this.#costs = costs;
    this.#batch = options.batch ?? 1;
    this.#fill = new CacheFill(simulation, {
      ...options,
      name: 'mmap',
      timed: this.computing,
      work: (thread, time, next) => this.#spend(thread, toSeconds(time), next),
      left: (thread) => cores.left(this.#flow[thread]) * 1e12,
      filled: (thread) => this.#filled(thread),
      woken: (thread) => this.#fault(thread),
    });
    this.cache = this.#fill.cache;
    this.readAhead = this.#fill.readAhead;
    this.#page = new Int32Array(threads);
    this.#end = new Int32Array(threads);
    this.#work = new Float64Array(threads);
    this.#retrying = new Uint8Array(threads);
    this.#advising = new Uint8Array(threads);
    this.#done = new Int32Array(threads);
    this.#tag = new Int32Array(threads);
    this.#since = new Float64Array(threads);
    this.#faulting = new Float64Array(threads);
    this.#flow = new Float64Array(threads);
    this.#worked = simulation.register((thread) => {
      const time = simulation.now - this.#since[thread];
      const faults = time * this.#faulting[thread];
      this.#fill.spendOnFault(thread, faults);
      if (thread < this.computing) this.#workTime += time - faults;
      this.#atPage(thread);
    });
    this.#handled = simulation.register((thread) => {
      this.#fill.spendOnFault(thread, simulation.now - this.#since[thread]);
      this.#fill.fill(thread);
    });
  }

  get kswapd() {
    return this.#fill.kswapd;
  }

  get statistics() {
    return this.#fill.requests.statistics;
  }

  /** Of all threads together; what they are not in touch() for is in none. */
  get times(): ThreadTimes {
    return { ...this.#fill.times, work: this.#workTime };
  }

  /** Forgets what was counted before now. */
  restartStatistics(): void {
    this.#fill.restart();
    this.#workTime = 0;
    this.#since.fill(this.#simulation.now);
    Object.assign(this.faults, { major: 0, minor: 0, waited: 0, ahead: 0 });
  }

  /**
   * A thread reads bytes [offset, offset + bytes) of the mapping and works on them.
   * @param work core-seconds for each page
   * @param done called as done(tag, 0)
   */
  touch(thread: number, offset: number, bytes: number, work: number, done: HandlerId, tag: number): void {
    this.#page[thread] = Math.floor(offset / PAGE_BYTES);
    this.#end[thread] = Math.ceil((offset + bytes) / PAGE_BYTES);
    this.#work[thread] = work + toSeconds(this.#costs.touchTime);
    this.#done[thread] = done;
    this.#tag[thread] = tag;
    this.#go(thread);
  }

  /** A thread asks for bytes of the mapping (MADV_WILLNEED), which are read meanwhile; it costs the entry of a fault. */
  willNeed(thread: number, offset: number, bytes: number, done: HandlerId, tag: number): void {
    const from = Math.floor(offset / PAGE_BYTES);
    const to = Math.ceil((offset + bytes) / PAGE_BYTES);
    this.readAhead.willNeed(from, to, this.#fill.insertionOf(thread, PREFETCH));
    this.#advising[thread] = 1;
    this.#done[thread] = done;
    this.#tag[thread] = tag;
    this.#since[thread] = this.#simulation.now;
    this.#spend(thread, toSeconds(this.#costs.faultTime), this.#handled);
  }

  /** A thread is busy for so many core-seconds. */
  #spend(thread: number, seconds: number, next: HandlerId): void {
    this.#flow[thread] = this.#cores.start(seconds, 1, next, thread, 0);
  }

  /**
   * Works on the mapped pages, up to the first that is not.
   * @param faulting core time to spend on a fault first
   */
  #go(thread: number, faulting: Picoseconds = 0): void {
    const from = this.#page[thread];
    const end = this.#end[thread];
    const page = this.cache.touch(from, end);
    this.#page[thread] = page;
    this.#since[thread] = this.#simulation.now;
    if (page > from) {
      const faults = toSeconds(faulting);
      const seconds = faults + (page - from) * this.#work[thread];
      this.#faulting[thread] = seconds > 0 ? faults / seconds : 0;
      this.#spend(thread, seconds, this.#worked);
    } else this.#atPage(thread);
  }

  #atPage(thread: number): void {
    if (this.#page[thread] === this.#end[thread]) {
      this.#simulation.call(this.#done[thread], this.#tag[thread], 0);
      return;
    }
    if (this.cache.isMapped(this.#page[thread])) this.#go(thread);
    else this.#fault(thread);
  }

  #fault(thread: number): void {
    const page = this.#page[thread];
    const { mappings } = this.cache.counts;
    this.#fill.settle(firstAround(page), firstAround(page) + WORD_PAGES);
    // A mark may look for the end of what is cached.
    if (this.cache.isMarked(page)) this.#fill.settle(page, page + this.readAhead.most + 1);
    const ahead = thread >= this.computing || this.cache.isCached(page);
    const priority = ahead ? PREFETCH : DEMAND;
    const insertion = this.#fill.insertionOf(thread, priority);
    const outcome = fault(this.cache, this.readAhead, page, insertion);
    if (outcome === MAJOR) {
      this.faults.major++;
      if (thread >= this.computing) this.faults.ahead++;
    } else if (this.#retrying[thread] === 0) {
      this.faults.minor++;
      if (this.cache.isReading(page)) this.faults.waited++;
    }
    this.#retrying[thread] = outcome === MAPPED_NOW ? 0 : 1;
    this.#since[thread] = this.#simulation.now;
    const time = this.#costs.faultTime + this.#costs.mapTime * (this.cache.counts.mappings - mappings);
    if (this.#batch === 1 || (outcome !== MAPPED_NOW && !insertion.active))
      this.#spend(thread, toSeconds(time), this.#handled);
    else if (insertion.active) this.#fill.fill(thread, time);
    else this.#go(thread, time);
  }

  /** What the fault brings in is on its way: waits for the page, or goes on. */
  #filled(thread: number): void {
    if (this.#advising[thread] === 1) {
      this.#advising[thread] = 0;
      this.#simulation.call(this.#done[thread], this.#tag[thread], 0);
      return;
    }
    const page = this.#page[thread];
    if (this.cache.isReading(page)) this.#fill.wait(thread, page);
    else this.#go(thread);
  }
}

/** The first of the pages that a fault on `page` maps around it. */
const firstAround = (page: number): number => page & -WORD_PAGES;
