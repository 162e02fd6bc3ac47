/** Buffered reads: what they read ahead, copy and cost; the cache they leave, against one that keeps every page. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ACTIVE,
  BufferedFile,
  type BufferedOptions,
  DEMAND,
  IdealDevice,
  INACTIVE,
  listOf,
  PAGE_BYTES,
  PageCache,
  PREFETCH,
} from '../../devices/index.ts';
import { ms, SharedLink, Simulation, us } from '../../sim/index.ts';
import { SlowPageCache } from '../oracles/page-cache.ts';
import { property } from '../property.ts';

const KIB = 1024;
const MIB = 2 ** 20;
const COSTS = {
  callTime: us(1),
  insertTime: us(1),
  insertPageTime: 0,
  reclaimTime: 0,
  reclaimPageTime: 0,
  scanTime: 0,
  waitTime: 0,
  submitTime: 0,
};

function open(options: Partial<BufferedOptions> & { latency?: number; bandwidth?: number } = {}) {
  const sim = new Simulation({ seed: 'buffered' });
  const bus = new SharedLink(sim, { name: 'dram', rate: 1e15 });
  const device = new IdealDevice(sim, {
    name: 'disk',
    capacity: 2 ** 40,
    readLatency: options.latency ?? 0,
    readBandwidth: options.bandwidth ?? 1e15,
    writeLatency: 0,
    writeBandwidth: 1e12,
    readPath: [bus],
  });
  const file = new BufferedFile(sim, {
    device,
    cache: new PageCache(1e6),
    fileBytes: 64 * MIB,
    readAhead: 128 * KIB,
    request: 1280 * KIB,
    cores: new SharedLink(sim, { name: 'cores', rate: 4 }),
    costs: COSTS,
    copy: { rate: 1e10, through: [{ link: bus, crossings: 3 }] },
    call: MIB,
    ...options,
  });
  const read = (offset: number, bytes: number) => {
    const from = sim.now;
    let end = -1;
    const done = sim.register(() => {
      end = sim.now;
    });
    file.read(offset, bytes, DEMAND, done, 0);
    sim.run();
    sim.finish();
    return (end - from) / 1e12;
  };
  return { sim, file, bus, read };
}

describe('what is cached', () => {
  it('takes calls and the copy: bytes / rate', () => {
    const { read, file } = open();
    read(0, 8 * MIB);
    file.restartStatistics();
    expect(read(0, 8 * MIB)).toBeCloseTo(8 * 1e-6 + (8 * MIB) / 1e10, 9);
    expect(file.statistics.requests).toBe(0);
    expect(file.copied).toBe(8 * MIB);
  });

  it('copies only the bytes asked for', () => {
    const { read, file } = open();
    read(5000, 3000);
    expect(file.copied).toBe(3000);
  });
});

it('crosses DRAM four times from the device to the program: DMA, read, read for ownership, write', () => {
  const { read, bus, file } = open();
  read(0, 8 * MIB);
  expect(bus.statistics().carried).toBeCloseTo(3 * 8 * MIB + file.statistics.bytes[0], 0);
});

it('ramps up on a stream of small calls: 16 KiB first, windows up to the largest, each started at its mark', () => {
  const { read, file } = open({ call: 4 * KIB });
  const ends: number[] = [];
  for (let page = 0; page < 200; page++) {
    read(page * PAGE_BYTES, PAGE_BYTES);
    const end = file.statistics.bytes[0] / PAGE_BYTES;
    if (end !== ends.at(-1)) ends.push(end);
  }
  expect(ends.slice(0, 2)).toEqual([4, 12]);
  expect(ends.slice(-3).map((end, i, all) => (i ? end - all[i - 1] : 32))).toEqual([32, 32, 32]);
});

it('reads a small random piece alone, and with FADV_RANDOM or without read-ahead nothing more than asked', () => {
  for (const options of [{}, { advice: 'random' as const }, { readAhead: 0 }]) {
    const { read, file } = open(options);
    read(10 * MIB, 12 * KIB);
    read(30 * MIB, 12 * KIB);
    expect(file.statistics.bytes[0]).toBe(24 * KIB);
  }
});

it('overlaps what it waits for with queue depth, not the copies of one thread', () => {
  const scattered = (depth: number) => {
    const { sim, file } = open({ latency: us(100), call: 4 * KIB, queueDepth: depth, advice: 'random' });
    const done = sim.register(() => {});
    for (let i = 0; i < 64; i++) file.read((i * 13 + 1) * 64 * KIB, 4 * KIB, DEMAND, done, i);
    sim.run();
    sim.finish();
    return sim.now / 1e12;
  };
  expect(scattered(1)).toBeGreaterThan(64 * 100e-6);
  expect(scattered(16)).toBeLessThan(64 * 10e-6);
  expect(scattered(16)).toBeGreaterThan(64 * 1.4e-6);
});

it('serves demand before prefetch, gives up what has not begun, and promotes', () => {
  const { sim, file } = open({ latency: ms(1) });
  const order: [number, number][] = [];
  const done = sim.register((tag, cancelled) => order.push([tag, cancelled]));
  file.read(0, MIB, PREFETCH, done, 0);
  const given = file.read(8 * MIB, 2 * MIB, PREFETCH, done, 1);
  const wanted = file.read(16 * MIB, MIB, PREFETCH, done, 2);
  file.read(24 * MIB, MIB, DEMAND, done, 3);
  file.promote(wanted);
  expect(file.cancel(given)).toBe(2 * MIB);
  sim.run();
  sim.finish();
  expect(order).toEqual([
    [1, 1],
    [0, 0],
    [3, 0],
    [2, 0],
  ]);
});

it('refuses what the file has not', () => {
  const { file } = open();
  expect(() => file.read(64 * MIB, 1, DEMAND, 0, 0)).toThrow(
    'read of 1 B at 67108864; the file has 67108864 B',
  );
});

const END = 1500;
property(
  [
    fc.array(
      fc.record({
        page: fc.oneof(
          fc.nat({ max: END - 1 }),
          fc.nat({ max: 30 }).map((n) => n * 37),
        ),
        pages: fc.integer({ min: 1, max: 200 }),
      }),
      { minLength: 1, maxLength: 40 },
    ),
    fc.integer({ min: 400, max: 1000 }),
    fc.constantFrom(8, 16, 32, 64, 128),
    fc.constantFrom(1, 7, 32, 128),
  ],
  { numRuns: 25 },
)('keeps and evicts what the oracle does', (reads, limit, window, call) => {
  const slow = new SlowPageCache(limit, END, window);
  const { file, read } = open({
    cache: new PageCache(limit),
    fileBytes: END * PAGE_BYTES,
    readAhead: window * PAGE_BYTES,
    request: 8 * PAGE_BYTES,
    call: call * PAGE_BYTES,
  });
  const { cache } = file;
  for (const { page, pages } of reads) {
    const count = Math.min(pages, END - page);
    read(page * PAGE_BYTES, count * PAGE_BYTES);
    slow.readPages(page, count, call);
    const { start, size, asyncSize, order } = file.readAhead;
    expect({ start, size, async: asyncSize, order, misses: 0 }).toEqual(slow.ra);
    const lists = Array.from({ length: END }, (_, n) => (cache.kindOf(n) < 0 ? -1 : listOf(cache.kindOf(n))));
    expect(lists).toEqual(Array.from({ length: END }, (_, n) => slow.listOf(n)));
    expect(cache.pagesOn(INACTIVE) + cache.pagesOn(ACTIVE)).toBe(cache.cached);
    expect(cache.counts.inserted - cache.counts.evicted).toBe(cache.cached);
    expect(file.statistics.bytes[0]).toBe(cache.counts.inserted * PAGE_BYTES);
  }
});
