/** Background reclaim: watermarks by the kernel's rule, what a stream gets with it, and what always holds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  IdealDevice,
  Kswapd,
  MmapFile,
  PAGE_BYTES,
  PageCache,
  watermarksOf,
} from '../../../devices/index.ts';
import { SharedLink, Simulation, seconds, us } from '../../../sim/index.ts';
import { property } from '../../property.ts';

const GIB = 2 ** 30 / PAGE_BYTES;

describe('watermarks', () => {
  it.each([
    // 4 x sqrt(16,777,216 KiB) = 16,384 KiB; 0.1 % of memory, above min / 4
    [16 * GIB, { min: 4096, low: 4096 + 4194, high: 4096 + 2 * 4194 }],
    // 4 x sqrt(31,457,280 KiB) = 22,434 KiB
    [30 * GIB, { min: 5608, low: 5608 + 7864, high: 5608 + 2 * 7864 }],
    // 4 x sqrt(262,144 KiB) = 2,048 KiB; a quarter of it, above 0.1 % of memory
    [GIB / 4, { min: 512, low: 640, high: 768 }],
    // at most 256 MiB
    [16384 * GIB, { min: 65536, low: 65536 + 4294967, high: 65536 + 2 * 4294967 }],
  ])('of %d pages', (pages, watermarks) => {
    expect(watermarksOf(pages)).toEqual(watermarks);
  });
});

const WATERMARKS = { min: 200, low: 500, high: 800 };
const FREE = 6000;
const BANDWIDTH = 4096e6;
const DEVICE = BANDWIDTH / PAGE_BYTES;

interface Given {
  /** Pages/s that one core can reclaim. */
  readonly ceiling: number;
  readonly kswapd?: number;
  readonly cores?: number;
  readonly threads?: number;
}

/** A file of ten times the memory, mapped; only reclaim costs anything. */
function open({ ceiling, kswapd: reclaimThreads = 0, cores: rate = 2, threads = 1 }: Given) {
  const sim = new Simulation({ seed: 'kswapd' });
  const cores = new SharedLink(sim, { name: 'cores', rate });
  const bus = new SharedLink(sim, { name: 'dram', rate: 1e15 });
  const device = new IdealDevice(sim, {
    name: 'disk',
    capacity: 2 ** 40,
    readLatency: us(1),
    readBandwidth: BANDWIDTH,
    writeLatency: 0,
    writeBandwidth: 1e12,
    readPath: [bus],
  });
  const costs = {
    touchTime: 0,
    faultTime: 0,
    mapTime: 0,
    insertTime: 0,
    insertPageTime: 0,
    reclaimTime: 0,
    reclaimPageTime: seconds(1 / ceiling),
    scanTime: 0,
    waitTime: 0,
    submitTime: 0,
  };
  const cache = new PageCache(FREE - WATERMARKS.min);
  const kswapd =
    reclaimThreads > 0
      ? new Kswapd(sim, { cache, watermarks: WATERMARKS, costs, cores, threads: reclaimThreads })
      : undefined;
  const file = new MmapFile(sim, {
    device,
    cache,
    kswapd,
    fileBytes: 10 * FREE * PAGE_BYTES,
    readAhead: 2 ** 17,
    batch: 64,
    request: 2 ** 17,
    cores,
    costs,
    threads,
  });
  return { sim, cache, file, kswapd };
}

/** Pages/s of a walk over the file, relative to what the device could. */
function stream(given: Given): number {
  const { sim, file } = open(given);
  let end = 0;
  const done = sim.register(() => {
    end = sim.now;
  });
  file.touch(0, 0, 10 * FREE * PAGE_BYTES, 0, done, 0);
  sim.run();
  sim.finish();
  return (10 * FREE) / (end / 1e12) / DEVICE;
}

/**
 * A core reclaims K pages/s, the device reads D. Background threads free n K; where that is less than D, free memory
 * stays at min, and the thread reclaims K as well while it does not wait for the device, a share f of the time. What is
 * freed is filled: n K + f K = f K + (1 - f) D, as a thread that reclaims adds what it frees. So f = 1 - n K / D.
 */
const rateOf = (ceiling: number, kswapd: number) =>
  Math.min(1, kswapd * ceiling + Math.max(0, 1 - kswapd * ceiling) * ceiling);

describe('a stream over a full cache', () => {
  const alone = stream({ ceiling: 1e12 });

  it('runs at the rate of the device where reclaim is free', () => {
    expect(alone).toBeGreaterThan(0.95);
  });

  it.each([
    [0.75, 0, 2],
    [0.4, 0, 2],
    [4, 1, 2],
    [1.2, 1, 2],
    [0.75, 1, 2],
    [0.4, 1, 2],
    [0.25, 2, 3],
    [0.4, 3, 4],
  ])('ceiling %d of the device, %d threads, %d cores', (ceiling, kswapd, cores) => {
    const full = rateOf(ceiling, kswapd);
    // The first cacheful needs no reclaim.
    const whole = 1 / (0.9 / full + 0.1);
    expect(Math.abs(stream({ ceiling: ceiling * DEVICE, kswapd, cores }) / (alone * whole) - 1)).toBeLessThan(
      0.025,
    );
  });

  it('gets no more from kswapd where there is but one core', () => {
    const direct = stream({ ceiling: 0.4 * DEVICE, cores: 1 });
    expect(Math.abs(stream({ ceiling: 0.4 * DEVICE, kswapd: 1, cores: 1 }) / direct - 1)).toBeLessThan(0.025);
  });

  it('takes the same with the costs that kswapd bears on a spare core as without any', () => {
    expect(stream({ ceiling: 2 * DEVICE, kswapd: 1 })).toBeCloseTo(alone, 2);
  });
});

const touches = fc.record({
  offset: fc.nat({ max: 9 * FREE }),
  pages: fc.integer({ min: 1, max: 3000 }),
});

property(
  [
    fc.array(touches, { minLength: 2, maxLength: 12 }),
    fc.constantFrom(0.1, 1, 10),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
  ],
  { numRuns: 60 },
)(
  'memory adds up, stays above min, and is back above low when all is idle',
  (all, ceiling, kswapd, threads) => {
    const { sim, cache, file, kswapd: daemon } = open({ ceiling: ceiling * DEVICE, kswapd, threads });
    const waiting = [...all];
    const next = sim.register((thread) => {
      expect(cache.room).toBeGreaterThanOrEqual(0);
      const touch = waiting.shift();
      if (touch) file.touch(thread, touch.offset * PAGE_BYTES, touch.pages * PAGE_BYTES, 0, next, thread);
    });
    for (let thread = 0; thread < threads; thread++) sim.call(next, thread, 0);
    sim.run();
    sim.finish();
    expect(waiting).toEqual([]);
    expect(cache.cached + cache.room).toBe(FREE - WATERMARKS.min);
    expect(cache.counts.inserted - cache.counts.evicted).toBe(cache.cached);
    expect(cache.room).toBeGreaterThanOrEqual(WATERMARKS.low - WATERMARKS.min);
    expect(daemon!.evicted).toBeLessThanOrEqual(cache.counts.evicted);
    // Its time is that of its pages, stretched where threads outnumber the cores.
    const work = daemon!.evicted / (ceiling * DEVICE);
    expect(daemon!.time / 1e12).toBeGreaterThan(work * (1 - 1e-9) - 1e-9);
  },
);
