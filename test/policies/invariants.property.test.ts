/** Invariants that the papers state of the queues inside, checked after every request. */

import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { Arc } from '../../policies/eviction/arc.ts';
import { Lirs } from '../../policies/eviction/lirs.ts';
import { S3Fifo } from '../../policies/eviction/s3-fifo.ts';
import { property } from '../property.ts';
import { make, OBJECTS, residentsOf, traces } from './arbitraries.ts';

const capacities = fc.integer({ min: 1, max: OBJECTS });
const disjoint = (...lists: number[][]) => new Set(lists.flat()).size === lists.flat().length;
const sorted = (ids: number[]) => ids.toSorted((a, b) => a - b);

describe('ARC (Megiddo, Modha, FAST 2003)', () => {
  property([traces(), capacities])('bounds its four lists and its target', (ids, capacity) => {
    const arc = make('arc', { capacity, ids }) as Arc;
    expect(arc).toBeInstanceOf(Arc);
    for (const id of ids) {
      arc.access(id);
      const { t1, t2, b1, b2, target } = arc.inspect();
      expect(disjoint(t1, t2, b1, b2)).toBe(true);
      expect(sorted([...t1, ...t2])).toEqual(residentsOf(arc));
      expect(t1.length + t2.length).toBeLessThanOrEqual(capacity);
      expect(t1.length + b1.length).toBeLessThanOrEqual(capacity);
      expect(t1.length + t2.length + b1.length + b2.length).toBeLessThanOrEqual(2 * capacity);
      if (b1.length + b2.length > 0) expect(t1.length + t2.length).toBe(capacity);
      expect(target).toBeGreaterThanOrEqual(0);
      expect(target).toBeLessThanOrEqual(capacity);
    }
  });
});

describe('S3-FIFO (Yang et al., SOSP 2023)', () => {
  property([traces(), capacities, fc.constantFrom('.1', '.4', '1')])(
    'bounds its ghost, which holds no resident',
    (ids, capacity, small) => {
      const cache = make(`s3-fifo:small=${small}`, { capacity, ids }) as S3Fifo;
      expect(cache).toBeInstanceOf(S3Fifo);
      for (const id of ids) {
        cache.access(id);
        const queues = cache.inspect();
        expect(disjoint(queues.small, queues.main, queues.ghost)).toBe(true);
        expect(sorted([...queues.small, ...queues.main])).toEqual(residentsOf(cache));
        expect(queues.ghost.length).toBeLessThanOrEqual(Math.trunc(0.9 * capacity));
      }
    },
  );
});

describe('LIRS (Jiang, Zhang, SIGMETRICS 2002)', () => {
  const settings = fc.constantFrom('lirs', 'lirs:hirs=.4', 'lirs:hirs=.4:variant=paper');
  property([traces(), capacities, settings])(
    'bounds the LIR set and the stack, which ends with a LIR object',
    (ids, capacity, spec) => {
      const cache = make(spec, { capacity, ids }) as Lirs;
      expect(cache).toBeInstanceOf(Lirs);
      for (const id of ids) {
        cache.access(id);
        const { stack, queue, lir, lirShare, hirShare } = cache.inspect();
        expect(disjoint(lir, queue)).toBe(true);
        expect(sorted([...lir, ...queue])).toEqual(residentsOf(cache));
        expect(lir.length).toBeLessThanOrEqual(lirShare);
        // Above its share, Q holds the object just hit beside the one that was demoted for it.
        expect(queue.length).toBeLessThanOrEqual(Math.max(hirShare, spec.endsWith('paper') ? 1 : 2));
        expect(stack.length).toBeLessThanOrEqual(Math.max(2 * capacity, 1));
        if (lir.length > 0) expect(lir).toContain(stack.at(-1));
      }
    },
  );
});
