/** The kernel's own events under llama.cpp's mmap, one by one: its windows, what they added, what was evicted. */
import { beforeAll, expect, it } from 'vitest';
import { Insertion, PageCache, ReadAhead } from '../../../devices/host/page-cache/index.ts';
import { describeMeasured } from '../../data.ts';
import { type KernelEvent, kernelEvents, PAGES, residentByToken } from './kernel-trace.ts';
import { FOLDER, simulate } from './llamacpp-runs.ts';

const TRACE = `${FOLDER}/half-ram-ra128.trace.csv.gz`;
const WINDOW = 64;
/** File pages in memory at the end (the data's README). */
const LIMIT = Math.floor(2_885.9e6 / 4096);

/** What a processor is at: the fault's page, whether it touched a mark, the window it adds. */
interface Processor {
  fault: number;
  marked: boolean;
  end: number;
  order: number;
  mark: number;
}

/**
 * Replays the trace: the page cache holds what the kernel's held (pages added and removed as traced, as the folios that
 * the window's order makes of them), and each window is asked of ReadAhead in the state that the trace has.
 */
class Replay {
  readonly windows = { around: 0, aroundRight: 0, next: 0, nextRight: 0 };
  readonly #cache = new PageCache(2 ** 22);
  readonly #readAhead = new ReadAhead(this.#cache, { first: 0, end: PAGES, pages: WINDOW });
  readonly #processors: Processor[] = [0, 1].map(() => ({
    fault: -1,
    marked: false,
    end: 0,
    order: 0,
    mark: -1,
  }));
  /** Added beyond the window under way: the trace tells contiguous additions as one event. */
  readonly #early = new Set<number>();

  constructor(events: readonly KernelEvent[]) {
    const first = Math.ceil((PAGES - LIMIT) / WINDOW) * WINDOW;
    for (let page = first; page + WINDOW <= PAGES; page += WINDOW) this.#insert(page, page + WINDOW, 6);
    for (const event of events) this.#replay(event);
  }

  #replay(event: KernelEvent): void {
    const processor = this.#processors[event.cpu];
    const { kind, page, count } = event;
    if (kind === 'F' || kind === 'M' || kind === 'Y') {
      processor.fault = kind === 'M' ? -1 : page;
      processor.marked = kind === 'Y';
    } else if (kind === 'O' && processor.fault >= 0) this.#window(processor, event);
    else if (kind === 'U') {
      processor.order = 0;
      processor.mark = page + count - event.behindMark;
    } else if (kind === 'A') {
      const end = page < processor.end ? Math.min(page + count, processor.end) : page + count;
      for (let early = end; early < page + count; early++) this.#early.add(early);
      this.#add(processor, page, end);
    } else if (kind === 'D') for (let gone = page; gone < page + count; gone++) this.#drop(gone);
  }

  #window(processor: Processor, { page, count, behindMark }: KernelEvent): void {
    const { fault, marked } = processor;
    const state = this.#readAhead;
    const insertion = new Insertion(this.#cache, state, () => {});
    if (marked && !this.#cache.isCached(fault)) return;
    if (marked) {
      this.#cache.mark(...this.#cache.folioOf(fault));
      state.hit(fault, insertion);
    } else state.miss(fault, insertion);
    const right = state.start === page && state.size === count && state.asyncSize === behindMark;
    this.windows[marked ? 'next' : 'around']++;
    if (right) this.windows[marked ? 'nextRight' : 'aroundRight']++;
    Object.assign(state, { start: page, size: count, asyncSize: behindMark, misses: 0 });
    if (!marked) state.order = 0;
    insertion.window();
    Object.assign(processor, {
      order: state.order,
      mark: page + count - behindMark,
      end: Math.min(PAGES, page + count),
    });
    for (let at = page; at < processor.end; at++) {
      const from = at;
      while (at < processor.end && this.#early.delete(at)) at++;
      this.#add(processor, from, at);
    }
  }

  #add({ order, mark }: Processor, from: number, to: number): void {
    for (let page = from; page < to; ) {
      let size = 1 << Math.min(order, 31 - Math.clz32(page & -page));
      while (page + size > to) size >>= 1;
      if (this.#cache.nextCached(page, page + size) === page + size) {
        this.#insert(page, page + size, 31 - Math.clz32(size));
        if (mark >= page && mark < page + size) this.#cache.mark(page, page + size);
      }
      page += size;
    }
  }

  #insert(from: number, to: number, order: number): void {
    this.#cache.insert(from, to, order);
    this.#cache.completed(from, to);
  }

  #drop(page: number): void {
    if (this.#cache.isCached(page)) this.#cache.invalidate(...this.#cache.folioOf(page));
  }
}

const both = (a: Uint8Array, b: Uint8Array) => a.reduce((sum, in_a, page) => sum + (in_a & b[page]), 0);
const size = (a: Uint8Array) => a.reduce((sum, x) => sum + x, 0);
const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
const without = (a: Uint8Array, b: Uint8Array) => a.map((x, page) => x & ~b[page]);

describeMeasured('kernel events of half of the memory, read-ahead 128 KiB doubled', [TRACE], () => {
  let events: KernelEvent[];
  beforeAll(() => {
    events = kernelEvents();
  });

  it('windows: where they begin, how long they are, where the mark stands', () => {
    const { windows } = new Replay(events);
    expect(windows.around).toBeGreaterThan(4000);
    expect(windows.next).toBeGreaterThan(11_000);
    expect(windows.aroundRight / windows.around).toBeGreaterThan(0.99);
    // What is left are threads that add pages of one window at the same time, which the trace tells as one event.
    expect(windows.nextRight / windows.next).toBeGreaterThan(0.92);
  });

  it('pages added and evicted, token by token', () => {
    const traced = residentByToken(events, LIMIT);
    const simulated: typeof traced = [];
    let added = new Uint8Array(PAGES);
    simulate({
      filePages: LIMIT,
      readAhead: WINDOW * 4096,
      tokens: traced.length - 1,
      onAdded: (from, to) => added.fill(1, from, to),
      onToken(cache) {
        simulated.push({
          resident: Uint8Array.from(added, (_, page) => Number(cache.isCached(page))),
          added,
        });
        added = new Uint8Array(PAGES);
      },
    });
    const read: number[] = [];
    const evicted: number[] = [];
    for (let token = 1; token < traced.length; token++) {
      read.push(both(traced[token].added, simulated[token].added) / size(traced[token].added));
      const left = without(traced[token - 1].resident, traced[token].resident);
      const gone = without(simulated[token - 1].resident, simulated[token].resident);
      evicted.push(both(left, gone) / size(left));
    }
    expect(mean(read)).toBeGreaterThan(0.9);
    expect(Math.min(...read)).toBeGreaterThan(0.7);
    // Later the kernel spares what it had loaded last, and nobody knows why (docs/host.md).
    expect(Math.min(...evicted.slice(0, 7))).toBeGreaterThan(0.7);
  });
});
