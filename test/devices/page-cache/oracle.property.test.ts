/** The page cache against one that keeps every page, over random access sequences. */
import fc from 'fast-check';
import { expect } from 'vitest';
import {
  ACTIVE,
  fault,
  INACTIVE,
  Insertion,
  listOf,
  MAJOR,
  PageCache,
  ReadAhead,
  UNEVICTABLE,
} from '../../../devices/index.ts';
import { SlowPageCache } from '../../oracles/page-cache.ts';
import { property } from '../../property.ts';

const END = 1500;

/** The list of every page as a line of characters. */
const LETTERS: Record<number, string> = { [-1]: '.', [INACTIVE]: 'i', [ACTIVE]: 'a' };
const map = (listOfPage: (page: number) => number) =>
  Array.from({ length: END }, (_, page) => LETTERS[listOfPage(page)]).join('');

const access = fc.oneof(
  fc.record({ page: fc.nat({ max: END - 1 }), pages: fc.integer({ min: 1, max: 200 }) }),
  fc.record({ page: fc.nat({ max: 30 }).map((n) => n * 37), pages: fc.constantFrom(1, 18, 70) }),
);

property([
  fc.array(access, { minLength: 1, maxLength: 60 }),
  fc.integer({ min: 400, max: 1000 }),
  fc.constantFrom(8, 16, 32, 48, 64, 128),
  fc.constantFrom('normal' as const, 'normal' as const, 'random' as const, 'sequential' as const),
  fc.constantFrom(1, 7, 32, Infinity),
  fc.constantFrom(undefined, undefined, { low: 10, high: 40 }, { low: 64, high: 192 }),
])(
  'reads, maps, keeps and evicts what the oracle does, however many pages a step',
  (accesses, limit, window, advice, batch, watermarks) => {
    const slow = new SlowPageCache(limit, END, window);
    slow.advice = advice;
    const cache = new PageCache(limit);
    const file = new ReadAhead(cache, { first: 0, end: END, pages: window, advice });
    const reads: [number, number][] = [];
    const insertion = new Insertion(cache, file, (from, to) => reads.push([from, to - from]), batch);
    /** Frees up to the high watermark below the low one, as kswapd does while nothing else happens. */
    const reclaimAhead = (free: () => number, reclaim: (pages: number) => void) => {
      if (!watermarks || free() >= watermarks.low) return;
      for (let before = -1; free() < watermarks.high && free() > before; ) {
        before = free();
        reclaim(32);
      }
    };
    const touch = (page: number) => {
      if (cache.touch(page, page + 1) > page) return 'mapped';
      const outcome = fault(cache, file, page, insertion);
      const first = reads.length;
      insertion.finish();
      for (const [from, count] of reads.slice(first)) cache.completed(from, from + count);
      if (cache.isMapped(page)) return outcome === MAJOR ? 'major' : 'minor';
      // A window as large as the cache may evict its own page; the oracle does not try again.
      if (cache.isCached(page)) fault(cache, file, page, insertion);
      else file.mapped(cache.mapAround(page));
      return outcome === MAJOR ? 'major' : 'minor';
    };
    for (const { page, pages } of accesses) {
      for (let n = page; n < Math.min(END, page + pages); n++) {
        const outcome = touch(n);
        if (outcome !== slow.touch(n)) expect.fail(`page ${n}: ${outcome}, the oracle says otherwise`);
        reclaimAhead(
          () => cache.room,
          (target) => cache.reclaim(target),
        );
        reclaimAhead(
          () => limit - slow.pages.size,
          (target) => slow.reclaim(target),
        );
        if (watermarks) expect(cache.room).toBeGreaterThanOrEqual(watermarks.low);
      }
      const read = (all: [number, number][]) =>
        all.flatMap(([from, count]) => Array.from({ length: count }, (_, i) => from + i));
      expect(read(reads)).toEqual(read(slow.reads));
      expect(cache.pagesOn(INACTIVE)).toBe(slow.size(slow.inactive));
      expect(cache.pagesOn(ACTIVE)).toBe(slow.size(slow.active));
      expect(cache.pagesOn(UNEVICTABLE)).toBe(0);
      expect(cache.cached).toBe(slow.pages.size);
      expect(cache.cached).toBeLessThanOrEqual(limit);
      expect(cache.counts.inserted - cache.counts.evicted).toBe(cache.cached);
      expect(cache.bits.tables).toBeLessThanOrEqual(3);
      const { start, size, asyncSize, order, misses } = file;
      if (advice !== 'random') expect({ start, size, async: asyncSize, order, misses }).toEqual(slow.ra);
      expect(map((n) => (cache.kindOf(n) < 0 ? -1 : listOf(cache.kindOf(n))))).toBe(
        map((n) => slow.listOf(n)),
      );
    }
  },
);
