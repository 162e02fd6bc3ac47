/**
 * Reading a file through mmap: threads touch pages, and a touch of an unmapped page is a fault that the thread takes
 * itself (page-cache/fault.ts). It waits for the page, so its own queue depth is 1; windows started by a mark are read
 * while it goes on. All threads share the page cache and the file's read-ahead state.
 *
 * A fault costs `faultTime`, and `mapTime` for each page mapped. What it adds to the cache it adds folio by folio, at
 * `insertTime` for each folio, `reclaimTime` for each page evicted (unmapping and TLB shootdown included) and `scanTime`
 * for each page looked at; in between other threads fault, and may start to read the same pages.
 */
import {
  type HandlerId,
  type Picoseconds,
  type SharedLink,
  type Simulation,
  toSeconds,
} from '../../sim/index.ts';
import { DeviceArray } from '../array.ts';
import { type BlockDevice, READ } from '../block-device.ts';
import {
  fault,
  Insertion,
  MAJOR,
  MAPPED_NOW,
  type MapAdvice,
  type PageCache,
  ReadAhead,
} from '../host/page-cache/index.ts';
import { IntegerQueue } from '../integer-queue.ts';
import { DEMAND, PREFETCH } from './interface.ts';
import { Requests } from './requests.ts';

export const PAGE_BYTES = 4096;

/** Core time of what a fault does, in ps. */
export interface FaultCosts {
  /** To go on to the next mapped page (TLB miss), beside the work on it. */
  readonly touchTime: Picoseconds;
  readonly faultTime: Picoseconds;
  readonly mapTime: Picoseconds;
  readonly insertTime: Picoseconds;
  readonly reclaimTime: Picoseconds;
  readonly scanTime: Picoseconds;
  /** To sleep and be woken: switches, interrupt. */
  readonly waitTime: Picoseconds;
  /** To submit a request. */
  readonly submitTime: Picoseconds;
}

export interface MmapOptions {
  readonly device: BlockDevice;
  readonly cache: PageCache;
  /** Bytes of the file, which lies at the device's start. */
  readonly fileBytes: number;
  /** Largest read-ahead window in bytes: read_ahead_kb, doubled by POSIX_FADV_SEQUENTIAL; 0: none. */
  readonly readAhead: number;
  readonly advice?: MapAdvice;
  /** Largest request that a window becomes, bytes: max_sectors_kb, or less. */
  readonly request: number;
  readonly cores: SharedLink;
  readonly costs: FaultCosts;
  /** Threads that can touch at the same time. */
  readonly threads: number;
}

export interface FaultCounts {
  major: number;
  /** Faults without a read of their own; those that waited for another's read are `waited` too. */
  minor: number;
  waited: number;
}

export class MmapFile {
  readonly faults: FaultCounts = { major: 0, minor: 0, waited: 0 };
  readonly cache: PageCache;
  readonly readAhead: ReadAhead;
  readonly #simulation: Simulation;
  readonly #driver: DeviceArray;
  readonly #request: number;
  readonly #cores: SharedLink;
  readonly #costs: FaultCosts;
  readonly #requests: Requests;
  /** Per thread: next page, end of its range, core-seconds of its own work per page, whether a fault is being retried. */
  readonly #page: Int32Array;
  readonly #end: Int32Array;
  readonly #work: Float64Array;
  readonly #retrying: Uint8Array;
  readonly #waiting: Uint8Array;
  readonly #done: Int32Array;
  readonly #tag: Int32Array;
  readonly #ahead: Uint8Array;
  readonly #insertions: Insertion[];
  /** Requests each thread has made and is submitting. */
  readonly #prepared: IntegerQueue[];
  readonly #worked: HandlerId;
  readonly #handled: HandlerId;
  readonly #completed: HandlerId;
  readonly #woken: HandlerId;
  readonly #ended: HandlerId;

  constructor(simulation: Simulation, options: MmapOptions) {
    const { device, cache, fileBytes, request, cores, costs, threads } = options;
    this.#simulation = simulation;
    this.#driver =
      device instanceof DeviceArray
        ? device
        : new DeviceArray(simulation, { name: `${device.name} driver`, devices: [device] });
    this.cache = cache;
    this.#request = request;
    this.#cores = cores;
    this.#costs = costs;
    this.#requests = new Requests(simulation, 'mmap');
    const end = Math.ceil(fileBytes / PAGE_BYTES);
    const pages = options.readAhead / PAGE_BYTES;
    this.readAhead = new ReadAhead(cache, { first: 0, end, pages, advice: options.advice });
    this.#insertions = Array.from(
      { length: threads },
      (_, thread) => new Insertion(cache, this.readAhead, (from, to) => this.#prepare(thread, from, to)),
    );
    this.#prepared = Array.from({ length: threads }, () => new IntegerQueue());
    this.#page = new Int32Array(threads);
    this.#end = new Int32Array(threads);
    this.#work = new Float64Array(threads);
    this.#retrying = new Uint8Array(threads);
    this.#waiting = new Uint8Array(threads);
    this.#ahead = new Uint8Array(threads);
    this.#done = new Int32Array(threads);
    this.#tag = new Int32Array(threads);
    this.#worked = simulation.register((thread) => this.#atPage(thread));
    this.#handled = simulation.register((thread) => this.#handle(thread));
    this.#completed = simulation.register((id) => this.#onCompleted(id));
    this.#woken = simulation.register((thread) => this.#fault(thread));
    this.#ended = simulation.register(() => {});
  }

  get statistics() {
    return this.#requests.statistics;
  }

  /** Forgets what was counted before now. */
  restartStatistics(): void {
    this.#requests.restart();
    Object.assign(this.faults, { major: 0, minor: 0, waited: 0 });
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

  /** Works on the mapped pages, up to the first that is not. */
  #go(thread: number): void {
    const from = this.#page[thread];
    const page = this.cache.touch(from, this.#end[thread]);
    this.#page[thread] = page;
    if (page > from) this.#cores.start((page - from) * this.#work[thread], 1, this.#worked, thread, 0);
    else this.#atPage(thread);
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
    const { mapped } = this.cache.counts;
    this.#ahead[thread] = this.cache.isCached(page) ? 1 : 0;
    const outcome = fault(this.cache, this.readAhead, page, this.#insertions[thread]);
    if (outcome === MAJOR) this.faults.major++;
    else if (this.#retrying[thread] === 0) {
      this.faults.minor++;
      if (this.cache.isReading(page)) this.faults.waited++;
    }
    this.#retrying[thread] = outcome === MAPPED_NOW ? 0 : 1;
    const time = this.#costs.faultTime + this.#costs.mapTime * (this.cache.counts.mapped - mapped);
    this.#cores.start(toSeconds(time), 1, this.#handled, thread, 0);
  }

  /** Adds one folio after another and submits the requests that they become; then waits for the page, or goes on. */
  #handle(thread: number): void {
    const { counts } = this.cache;
    const { evicted, scanned } = counts;
    const insertion = this.#insertions[thread];
    const prepared = this.#prepared[thread];
    while (prepared.length > 0) this.#submit(thread, prepared.shift());
    const added = insertion.step();
    if (added || prepared.length > 0) {
      const { insertTime, reclaimTime, scanTime, submitTime } = this.#costs;
      const time =
        (insertion.reserved > 0 ? insertTime : 0) +
        reclaimTime * (counts.evicted - evicted) +
        scanTime * (counts.scanned - scanned) +
        submitTime * prepared.length;
      this.#cores.start(toSeconds(time), 1, this.#handled, thread, 0);
    } else if (this.cache.isReading(this.#page[thread])) this.#waiting[thread] = 1;
    else this.#go(thread);
  }

  /** Makes requests of pages that a thread has added. */
  #prepare(thread: number, from: number, to: number): void {
    const end = to * PAGE_BYTES;
    const priority = this.#ahead[thread] === 1 ? PREFETCH : DEMAND;
    for (let offset = from * PAGE_BYTES; offset < end; offset += this.#request) {
      const bytes = Math.min(this.#request, end - offset);
      const commands = this.#driver.commands(offset, bytes);
      this.#prepared[thread].push(
        this.#requests.start(0, priority, thread, offset, bytes, commands, this.#ended),
      );
    }
  }

  #submit(thread: number, id: number): void {
    const requests = this.#requests;
    const queue = thread % this.#driver.queues;
    this.#driver.submit(READ, requests.offsetOf(id), requests.bytesOf(id), queue, this.#completed, id);
  }

  #onCompleted(id: number): void {
    const from = this.#requests.offsetOf(id) / PAGE_BYTES;
    const to = from + this.#requests.bytesOf(id) / PAGE_BYTES;
    this.#requests.end(id);
    this.cache.completed(from, to);
    for (let thread = 0; thread < this.#waiting.length; thread++) {
      const page = this.#page[thread];
      if (this.#waiting[thread] === 0 || page < from || page >= to) continue;
      this.#waiting[thread] = 0;
      this.#cores.start(toSeconds(this.#costs.waitTime), 1, this.#woken, thread, 0);
    }
  }
}
