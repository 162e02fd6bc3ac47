/** The cost bound against the true optimum, found by trying every decision on small traces. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { missCostBound } from '../../policies/index.ts';
import { property } from '../property.ts';
import { missesOf, traces } from './arbitraries.ts';

const OBJECTS = 5;

/** The least cost over all contents that could be kept after each request, with bypassing. */
function optimum(ids: Uint32Array, sizes: number[], costs: number[], capacity: number): number {
  let best = new Map([[0, 0]]); // content as a bit set -> least cost so far
  for (const id of ids) {
    const after = new Map<number, number>();
    for (const [content, cost] of best) {
      const missed = (content >> id) & 1 ? 0 : costs[id];
      const kept = content | (1 << id);
      for (let subset = kept; ; subset = (subset - 1) & kept) {
        const bytes = sizes.reduce((sum, size, each) => sum + ((subset >> each) & 1) * size, 0);
        if (bytes <= capacity) after.set(subset, Math.min(after.get(subset) ?? Infinity, cost + missed));
        if (subset === 0) break;
      }
    }
    best = after;
  }
  return Math.min(...best.values());
}

const numbers = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: OBJECTS, maxLength: OBJECTS });

describe('the bound of miss cost', () => {
  property([traces(14, OBJECTS), numbers, numbers, fc.integer({ min: 1, max: 15 })], { numRuns: 200 })(
    'is never above the optimum',
    (ids, sizes, costs, capacity) => {
      const bound = missCostBound(ids, {
        capacity,
        objects: OBJECTS,
        sizes: Float64Array.from(sizes),
        costs: Float64Array.from(costs),
      });
      expect(bound).toBeLessThanOrEqual(optimum(ids, sizes, costs, capacity) + 1e-9);
    },
  );

  property([traces(60), fc.integer({ min: 1, max: 9 })])(
    'is never above the misses of MIN, nor below the distinct objects, at equal sizes',
    (ids, capacity) => {
      const bound = missCostBound(ids, { capacity, objects: 9 });
      expect(bound).toBeLessThanOrEqual(missesOf('min', ids, capacity) + 1e-9);
      expect(bound).toBeGreaterThanOrEqual(new Set(ids).size - 1e-9);
    },
  );

  it('prefers cheap room for dear objects', () => {
    // 0 and 1 alternate; one byte fits one of them: the dear one is kept, but for its first request.
    const ids = Uint32Array.of(0, 1, 0, 1, 0, 1);
    const options = { capacity: 1, objects: 2, sizes: Float64Array.of(1, 1) };
    expect(missCostBound(ids, { ...options, costs: Float64Array.of(10, 1) })).toBe(10 + 3 - 1);
  });
});
