/**
 * Threads that add pages of a file to the page cache, read them and wait for them: what a page fault and a buffered read
 * have in common. A thread adds what its insertion has left folio by folio, at `insertTime` for each and
 * `insertPageTime` for each of its pages; what must leave for them at `reclaimTime` for each batch that is unmapped
 * together (TLB shootdown), `reclaimPageTime` for each page of it and `scanTime` for each page looked at. It submits the
 * requests that the pages become at `submitTime` each. In between other threads add pages too.
 */
import type { HandlerId, Picoseconds, Simulation } from '../../sim/index.ts';
import { DeviceArray } from '../array.ts';
import { READ } from '../block-device.ts';
import {
  Insertion,
  type Kswapd,
  type PageCache,
  ReadAhead,
  reclaimTimeOf,
} from '../host/page-cache/index.ts';
import { IntegerQueue } from '../integer-queue.ts';
import { type CacheFillOptions, type FillTimes, PAGE_BYTES } from './cached-file.ts';
import type { ReadPriority } from './interface.ts';
import { PagesUnderWay } from './pages-under-way.ts';
import { Requests } from './requests.ts';

const NOT_WAITING = -1;
const FILLS = new WeakMap<PageCache, CacheFill[]>();
export class CacheFill {
  readonly cache: PageCache;
  readonly kswapd?: Kswapd;
  readonly readAhead: ReadAhead;
  readonly requests: Requests;
  readonly times: FillTimes = { fault: 0, reclaim: 0, wait: 0 };
  readonly #simulation: Simulation;
  readonly #driver: DeviceArray;
  /** All that fill the same cache: what one reads, threads of another may wait for. */
  readonly #sharing: CacheFill[];
  readonly #timed: number;
  readonly #options: CacheFillOptions;
  readonly #insertions: Insertion[];
  /** Requests each thread has made and is submitting; their priority; the page it waits for. */
  readonly #prepared: IntegerQueue[];
  readonly #priority: Uint8Array;
  readonly #waitsFor: Int32Array;
  /** When the thread began what it does now, and the share of reclaim in it. */
  readonly #since: Float64Array;
  readonly #reclaims: Float64Array;
  /** Core time that a thread owes for reclaim, which others had it do, and has spent on requests it has not made yet. */
  readonly #owed: Float64Array;
  readonly #prepaid: Float64Array;
  readonly #underWay: PagesUnderWay;
  /** Core time of all reclaim that threads owe or owed. */
  #allOwed = 0;
  readonly #step: HandlerId;
  readonly #completed: HandlerId;
  readonly #woken: HandlerId;
  readonly #ended: HandlerId;

  constructor(simulation: Simulation, options: CacheFillOptions) {
    const { device, cache, fileBytes, readAhead, request, advice, threads, name } = options;
    this.#options = options;
    this.#simulation = simulation;
    this.#timed = options.timed ?? threads;
    const behindDriver = () =>
      new DeviceArray(simulation, { name: `${device.name} driver`, devices: [device] });
    this.#driver = device instanceof DeviceArray ? device : behindDriver();
    this.cache = cache;
    this.kswapd = options.kswapd;
    this.#sharing = FILLS.get(cache) ?? [];
    this.#sharing.push(this);
    FILLS.set(cache, this.#sharing);
    this.readAhead = new ReadAhead(cache, {
      first: 0,
      end: Math.ceil(fileBytes / PAGE_BYTES),
      pages: readAhead / PAGE_BYTES,
      requestPages: request / PAGE_BYTES,
      advice,
    });
    this.requests = new Requests(simulation, name);
    this.#insertions = Array.from(
      { length: threads },
      (_, thread) =>
        new Insertion(
          cache,
          this.readAhead,
          (from, to) => this.#prepare(thread, from, to),
          options.batch,
          (from, to) => this.settle(from, to),
        ),
    );
    this.#underWay = new PagesUnderWay(this.#insertions, options.left ?? (() => 0), (thread, to) => {
      const before = this.#reclaimTime();
      this.#insertions[thread].addUpTo(to);
      this.#owed[thread] += this.#reclaimTime() - before;
      this.#allOwed += this.#reclaimTime() - before;
    });
    this.#prepared = Array.from({ length: threads }, () => new IntegerQueue());
    this.#priority = new Uint8Array(threads);
    this.#waitsFor = new Int32Array(threads).fill(NOT_WAITING);
    this.#since = new Float64Array(threads);
    this.#reclaims = new Float64Array(threads);
    this.#owed = new Float64Array(threads);
    this.#prepaid = new Float64Array(threads);
    this.#step = simulation.register((thread) => {
      const time = this.#elapsed(thread);
      if (thread < this.#timed) {
        const reclaim = time * this.#reclaims[thread];
        this.times.reclaim += reclaim;
        this.times.fault += time - reclaim;
      }
      this.#underWay.finish(thread);
      this.#advance(thread, 0);
    });
    this.#completed = simulation.register((id) => this.#onCompleted(id));
    this.#woken = simulation.register((thread) => {
      this.spendOnFault(thread, this.#elapsed(thread));
      options.woken(thread);
    });
    this.#ended = simulation.register(() => {});
  }

  /** What the thread will add; `priority` is that of the requests it becomes. */
  insertionOf(thread: number, priority: ReadPriority): Insertion {
    this.#priority[thread] = priority;
    return this.#insertions[thread];
  }

  /** Forgets what was counted before now. */
  restart(): void {
    this.requests.restart();
    this.kswapd?.restart();
    Object.assign(this.times, { fault: 0, reclaim: 0, wait: 0 });
    this.#since.fill(this.#simulation.now);
  }

  /** Books a thread's time as that of faults. */
  spendOnFault(thread: number, time: Picoseconds): void {
    if (thread < this.#timed) this.times.fault += time;
  }

  /** Time since the thread began what it ends now. */
  #elapsed(thread: number): Picoseconds {
    const since = this.#since[thread];
    this.#since[thread] = this.#simulation.now;
    return this.#simulation.now - since;
  }

  /**
   * Adds one folio after another and submits the requests that they become; then the thread is `filled`.
   * @param before core time to spend first
   */
  fill(thread: number, before: Picoseconds = 0): void {
    this.#since[thread] = this.#simulation.now;
    this.#advance(thread, before);
  }

  /** Pages [from, to) are looked at: threads that are adding some of them have done so up to now. */
  settle(from: number, to: number): void {
    for (let n = 0; n < this.#sharing.length; n++) this.#sharing[n].#underWay.settle(from, to);
  }

  /** Core time of all reclaim so far. */
  #reclaimTime(): Picoseconds {
    return reclaimTimeOf(this.cache, this.#options.costs);
  }

  #advance(thread: number, before: Picoseconds): void {
    const { costs, work, filled } = this.#options;
    const insertion = this.#insertions[thread];
    const prepared = this.#prepared[thread];
    for (;;) {
      while (prepared.length > 0) this.#submit(thread, prepared.shift());
      const reclaimed = this.#reclaimTime() - this.#allOwed;
      const done = !insertion.step() && prepared.length === 0;
      this.kswapd?.wake();
      if (done && before === 0) break;
      const reclaim = this.#owed[thread] + this.#reclaimTime() - this.#allOwed - reclaimed;
      this.#owed[thread] = 0;
      const submission = costs.submitTime * prepared.length;
      const time = before + reclaim + Math.max(0, submission - this.#prepaid[thread]) + this.#adding(thread);
      if (insertion.reserved === 0) this.#prepaid[thread] = Math.max(0, this.#prepaid[thread] - submission);
      if (time === 0) continue;
      this.#reclaims[thread] = reclaim / time;
      work(thread, time, this.#step);
      return;
    }
    this.#prepaid[thread] = 0;
    filled(thread);
  }

  /** Core time to add what the insertion has reserved; if that is the last of it in one event, to submit it as well. */
  #adding(thread: number): Picoseconds {
    const insertion = this.#insertions[thread];
    const { reserved, reservedFolios: folios } = insertion;
    if (reserved === 0) return 0;
    const { costs, request, batch = 1 } = this.#options;
    const adding = costs.insertTime * folios + costs.insertPageTime * reserved;
    if (batch === 1) return adding;
    const requests = insertion.last ? Math.ceil((insertion.unread * PAGE_BYTES) / request) : 0;
    const submission = costs.submitTime * requests;
    this.#prepaid[thread] += submission;
    this.#underWay.begin(thread, adding / folios, submission);
    return adding + submission;
  }

  /** The thread sleeps until `page`, which is being read, is there. */
  wait(thread: number, page: number): void {
    this.#waitsFor[thread] = page;
    this.#since[thread] = this.#simulation.now;
  }

  /** Makes requests of pages that a thread has added. */
  #prepare(thread: number, from: number, to: number): void {
    const { request } = this.#options;
    const end = to * PAGE_BYTES;
    const priority = this.#priority[thread] as ReadPriority;
    for (let offset = from * PAGE_BYTES; offset < end; offset += request) {
      const bytes = Math.min(request, end - offset);
      const commands = this.#driver.commands(offset, bytes);
      this.#prepared[thread].push(
        this.requests.start(0, priority, thread, offset, bytes, commands, this.#ended),
      );
    }
  }

  #submit(thread: number, id: number): void {
    const { requests } = this;
    const queue = thread % this.#driver.queues;
    this.#driver.submit(READ, requests.offsetOf(id), requests.bytesOf(id), queue, this.#completed, id);
  }

  #onCompleted(id: number): void {
    const from = this.requests.offsetOf(id) / PAGE_BYTES;
    const to = from + this.requests.bytesOf(id) / PAGE_BYTES;
    this.requests.end(id);
    this.cache.completed(from, to);
    for (const fill of this.#sharing) fill.#arrived(from, to);
  }

  #arrived(from: number, to: number): void {
    const waitsFor = this.#waitsFor;
    for (let thread = 0; thread < waitsFor.length; thread++) {
      const page = waitsFor[thread];
      if (page >= from && page < to) this.#wake(thread);
    }
  }

  #wake(thread: number): void {
    const { costs, work } = this.#options;
    this.#waitsFor[thread] = NOT_WAITING;
    const time = this.#elapsed(thread);
    if (thread < this.#timed) this.times.wait += time;
    work(thread, costs.waitTime, this.#woken);
  }
}
