/** What madvise, fadvise, mlock and a falling limit do to cached pages. */
import { beforeEach, describe, expect, it } from 'vitest';
import {
  ACTIVE,
  INACTIVE,
  Insertion,
  listOf,
  OutOfMemoryError,
  PageCache,
  ReadAhead,
  UNEVICTABLE,
} from '../../../devices/index.ts';

let cache: PageCache;
let insertion: Insertion;
let reads: [number, number][];

beforeEach(() => {
  cache = new PageCache(1000);
  reads = [];
  const file = new ReadAhead(cache, { first: 0, end: 5000, pages: 64 });
  insertion = new Insertion(cache, file, (from, to) => {
    reads.push([from, to]);
    cache.completed(from, to);
  });
});

const willNeed = (from: number, to: number) => {
  insertion.singles(from, to);
  insertion.finish();
};

describe('MADV_WILLNEED', () => {
  it('reads what is missing, each gap by itself, up to the end of the file', () => {
    willNeed(100, 110);
    willNeed(90, 120);
    willNeed(4990, 6000);
    expect(reads).toEqual([
      [100, 110],
      [90, 100],
      [110, 120],
      [4990, 5000],
    ]);
  });

  it('takes no more of it than a window or a request holds, whatever the mapping’s advice', () => {
    const options = { first: 0, end: 5000, pages: 64, advice: 'random' } as const;
    for (const [requestPages, most] of [
      [32, 64],
      [256, 256],
    ]) {
      const file = new ReadAhead(cache, { ...options, requestPages });
      file.willNeed(1000, 2000, insertion);
      insertion.finish();
      expect(reads.pop()).toEqual([1000, 1000 + most]);
      cache.invalidate(1000, 2000);
    }
  });

  it('is one record a table of 512 pages, whatever its length', () => {
    willNeed(0, 1000);
    expect(cache.runs).toBe(2);
    expect(cache.bits.tables).toBe(2);
  });
});

describe('mlock', () => {
  it('keeps its pages whatever else is read', () => {
    willNeed(0, 300);
    cache.moveTo(UNEVICTABLE, 0, 300);
    for (let from = 300; from < 5000; from += 100) willNeed(from, from + 100);
    expect(cache.pagesOn(UNEVICTABLE)).toBe(300);
    expect(cache.nextMiss(0, 300)).toBe(300);
    expect(cache.cached).toBeLessThanOrEqual(1000);
  });

  it('of all there is leaves no room for a page more', () => {
    willNeed(0, 1000);
    cache.moveTo(UNEVICTABLE, 0, 1000);
    expect(() => willNeed(1000, 1001)).toThrow(OutOfMemoryError);
  });
});

it('MADV_COLD takes active pages back to the inactive list, and they leave first', () => {
  willNeed(0, 900);
  cache.moveTo(ACTIVE, 0, 900);
  cache.moveTo(INACTIVE, 0, 100);
  willNeed(1000, 1150);
  expect(cache.kindOf(0)).toBe(-1);
  expect(listOf(cache.kindOf(500))).toBe(ACTIVE);
});

it('POSIX_FADV_DONTNEED drops what it covers, but for locked pages', () => {
  willNeed(0, 200);
  cache.moveTo(UNEVICTABLE, 50, 60);
  cache.invalidate(0, 100);
  expect(cache.cached).toBe(110);
  expect(cache.counts.inserted - cache.counts.evicted).toBe(110);
});

it('a falling limit evicts at once', () => {
  willNeed(0, 1000);
  cache.setLimit(400);
  expect(cache.cached).toBeLessThanOrEqual(400);
  expect(cache.isCached(999)).toBe(true);
  expect(cache.isCached(0)).toBe(false);
});
