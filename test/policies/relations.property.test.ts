/** Relations between policies, of a policy with itself at other capacities, and the relations that do not hold. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { missesOfMin } from '../oracles/policies/optgen.ts';
import { property } from '../property.ts';
import { make, missesOf, OBJECTS, residentsOf, traces } from './arbitraries.ts';

const capacities = fc.integer({ min: 1, max: OBJECTS });
const digits = (text: string) => Uint32Array.from(text, Number);

describe('MIN', () => {
  property([traces(), capacities])('equals interval scheduling', (ids, capacity) => {
    expect(missesOf('min', ids, capacity)).toBe(missesOfMin(ids, capacity));
  });

  property([traces(), capacities])(
    'with bypass never misses more, with bypass at one place more never less',
    (ids, capacity) => {
      expect(missesOf('min:bypass=true', ids, capacity)).toBeLessThanOrEqual(missesOf('min', ids, capacity));
      expect(missesOf('min:bypass=true', ids, capacity)).toBeGreaterThanOrEqual(
        missesOf('min', ids, capacity + 1),
      );
    },
  );

  property([traces(), capacities])(
    'misses no more on demand when the next request is prefetched',
    (ids, capacity) => {
      const policy = make('min', { capacity, ids });
      let misses = 0;
      ids.forEach((id, i) => {
        if (!policy.access(id)) misses++;
        const next = ids[i + 1];
        policy.protect(id);
        if (next !== undefined && !policy.contains(next)) policy.admit(next, true);
        policy.unprotect(id);
      });
      expect(misses).toBeLessThanOrEqual(missesOf('min', ids, capacity));
    },
  );

  it('refuses a request that its future does not hold', () => {
    const policy = make('min', { capacity: 2, ids: digits('01') });
    policy.access(0);
    expect(() => policy.access(0)).toThrow('object 0 is requested more often than its future says');
  });
});

describe('LRU', () => {
  property([traces(), capacities])('misses what has a stack distance above the capacity', (ids, capacity) => {
    const stack: number[] = [];
    let misses = 0;
    for (const id of ids) {
      const depth = stack.indexOf(id);
      if (depth < 0 || depth >= capacity) misses++;
      if (depth >= 0) stack.splice(depth, 1);
      stack.unshift(id);
    }
    expect(missesOf('lru', ids, capacity)).toBe(misses);
  });

  property([traces(), capacities])('holds at a capacity what it holds at one less', (ids, capacity) => {
    const [small, large] = [make('lru', { capacity, ids }), make('lru', { capacity: capacity + 1, ids })];
    for (const id of ids) {
      small.access(id);
      large.access(id);
      expect(residentsOf(large)).toEqual(expect.arrayContaining(residentsOf(small)));
    }
  });
});

property([traces(), capacities])('LRU and MIN never miss more with more capacity', (ids, capacity) => {
  for (const spec of ['lru', 'min']) {
    expect(missesOf(spec, ids, capacity + 1)).toBeLessThanOrEqual(missesOf(spec, ids, capacity));
  }
});

describe('more capacity may give more misses', () => {
  it.each([
    ['fifo', '123412512345', 3, 9, 10],
    ['lfu', '2325101033212522', 2, 10, 11],
    ['clock', '0303121', 2, 4, 5],
    ['clock:bits=2', '4004313', 2, 4, 5],
    ['arc', '00431420', 2, 6, 7],
    ['s3-fifo', '3162031464', 2, 9, 10],
    ['sieve', '3434020', 2, 4, 5],
    ['2q', '5011450313', 2, 8, 9],
    ['slru', '0263101', 3, 6, 7],
    ['lirs', '2323101', 2, 4, 5],
    ['lfuda', '2053352054', 2, 7, 8],
    ['gdsf', '2112060', 2, 4, 5],
    ['w-tinylfu', '302313', 2, 4, 5],
    ['qd-lp-fifo', '3206423515', 2, 9, 10],
  ])('%s on %s at %i and one more', (spec, ids, capacity, misses, more) => {
    expect(missesOf(spec, digits(ids), capacity)).toBe(misses);
    expect(missesOf(spec, digits(ids), capacity + 1)).toBe(more);
  });

  it('but not of LRU and MIN, on the trace of the FIFO anomaly', () => {
    const ids = digits('123412512345');
    expect([3, 4].map((capacity) => missesOf('lru', ids, capacity))).toEqual([10, 8]);
    expect([3, 4].map((capacity) => missesOf('min', ids, capacity))).toEqual([7, 6]);
  });
});

describe('LIRS when all objects fit', () => {
  property([traces(), fc.nat(3)])('misses each once in the variant of the paper', (ids, more) => {
    const distinct = new Set(ids).size;
    expect(missesOf('lirs:hirs=.4:variant=paper', ids, distinct + more)).toBe(distinct);
  });

  it('misses one twice by default: demoted on a hit in Q, it leaves a Q above its share', () => {
    expect(missesOf('lirs:hirs=.4', digits('41530043'), 5)).toBe(6);
  });
});

describe('special cases', () => {
  property([traces(), capacities])('are other policies', (ids, capacity) => {
    const same: [string, string][] = [
      ['clock:bits=0', 'fifo'],
      ['s3-fifo:small=1:ghost=0:move=255', 'fifo'],
      ['qd-lp-fifo:small=1:ghost=0:move=255', 'fifo'],
      ['2q:in=1:out=0', 'fifo'],
      ['2q:in=0:out=0', 'fifo'],
      ['slru:segments=1', 'lru'],
      ['w-tinylfu:window=1', 'lru'],
      ['lrfu:lambda=1', 'lru'],
      ['windowed-lfu:window=1', 'lru'],
      ['hotness:classes=1', 'lru'],
      ['static-pin:share=0', 'lru'],
      ['lfuda:variant=paper', 'gdsf'],
    ];
    for (const [special, general] of same) {
      expect([special, missesOf(special, ids, capacity)]).toEqual([
        special,
        missesOf(general, ids, capacity),
      ]);
    }
  });

  it('S3-FIFO without a ghost and with threshold 1 is not FIFO', () => {
    const ids = digits('33010');
    expect(missesOf('s3-fifo:small=1:ghost=0:move=1', ids, 2)).toBe(4);
    expect(missesOf('fifo', ids, 2)).toBe(3);
  });

  property([traces(), capacities])(
    'LFU is SIEVE until SIEVE wraps or LFU evicts an object requested twice',
    (ids, capacity) => {
      const victims: { lfu: number[]; sieve: number[] } = { lfu: [], sieve: [] };
      const lfu = make('lfu', { capacity, ids, onEvict: (id) => victims.lfu.push(id) });
      const sieve = make('sieve', { capacity, ids, onEvict: (id) => victims.sieve.push(id) });
      const inserted = new Map<number, number>();
      const requests = new Map<number, number>();
      let hand = -1;
      for (const [now, id] of ids.entries()) {
        const hit = lfu.access(id);
        const sieveHit = sieve.access(id);
        const victim = victims.lfu.pop();
        if (victim !== undefined && requests.get(victim)! > 1) return;
        const other = victims.sieve.pop();
        if (other !== undefined && inserted.get(other)! < hand) return;
        hand = other === undefined ? hand : inserted.get(other)!;
        expect(sieveHit).toBe(hit);
        expect(other).toBe(victim);
        if (!hit) inserted.set(id, now);
        requests.set(id, hit ? requests.get(id)! + 1 : 1);
      }
    },
  );
});
