/** Fault counts of sequential walks, and dense models larger than memory. */
import { describe, expect, it } from 'vitest';
import {
  fault,
  Insertion,
  MAJOR,
  type MapAdvice,
  PageCache,
  ReadAhead,
} from '../../../devices/host/page-cache/index.ts';

/** A cache and an open file whose reads complete at once. */
function open(limit: number, pages: number, window: number, advice: MapAdvice = 'normal') {
  const cache = new PageCache(limit);
  let read = 0;
  const file = new ReadAhead(cache, { first: 0, end: pages, pages: window, advice });
  const insertion = new Insertion(cache, file, (from, to) => {
    read += to - from;
    cache.completed(from, to);
  });
  const walk = (from = 0, to = pages) => {
    const counts = { major: 0, minor: 0, read: -read };
    for (let page = cache.touch(from, to); page < to; page = cache.touch(page, to)) {
      const outcome = fault(cache, file, page, insertion);
      counts[outcome === MAJOR ? 'major' : 'minor']++;
      insertion.finish();
      if (!cache.isMapped(page)) fault(cache, file, page, insertion);
    }
    counts.read += read;
    return counts;
  };
  return { cache, file, walk };
}

/**
 * Measured on Linux 6.18 with read_ahead_kb 8192, ten walks each: normal and SEQUENTIAL 1 + 255, RANDOM 4096. Some walks,
 * of either advice, count 1 to 4 more minor faults: pages whose request is still under way. (A published 1 + 256 of
 * SEQUENTIAL is such a walk.) Here reads complete at once.
 */
describe('a cold walk over 16 MiB with read_ahead_kb 8192', () => {
  it.each([
    ['normal', 1, 255],
    ['sequential', 1, 255],
    ['random', 4096, 0],
  ] as const)('MADV_%s', (advice, major, minor) => {
    expect(open(1e6, 4096, 2048, advice).walk()).toEqual({ major, minor, read: 4096 });
  });

  it('takes one fault per 64 KiB where the pages are cached, RANDOM too', () => {
    const { cache, file, walk } = open(1e6, 4096, 2048);
    walk();
    cache.unmap(0, 4096);
    file.advise('random');
    expect(walk()).toEqual({ major: 0, minor: 256, read: 0 });
  });
});

describe('a dense 20 GB model on a host of 16 GB', () => {
  const PAGES = 20e9 / 4096;
  it('is read nearly whole for every token: two lists keep no more than activation saves', () => {
    const { walk } = open(Math.floor(16e9 / 4096), Math.floor(PAGES), 64);
    walk();
    walk();
    for (let token = 0; token < 3; token++) {
      const { read } = walk();
      expect(read / PAGES).toBeGreaterThan(0.9);
      expect(read / PAGES).toBeLessThanOrEqual(1);
    }
  });
});
