/** Admission filters: what each lets in, and that a refused object changes nothing but what a request changes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admissionFilters, createPolicy } from '../../policies/index.ts';
import { make, missesOf, OBJECTS, randomFrom, residentsOf, traces } from './arbitraries.ts';

const admitted = (filter: string, ids: number[], extra: object = {}) => {
  const policy = createPolicy(`fifo+${filter}`, {
    capacity: 9,
    objects: OBJECTS,
    random: randomFrom(3),
    ...extra,
  });
  return ids.map((id) => {
    policy.access(id);
    return policy.contains(id);
  });
};

describe('which objects get in', () => {
  it.each([
    ['none', [1, 2, 1], [true, true, true]],
    ['second-hit', [1, 2, 1, 1, 2], [false, false, true, true, true]],
    ['second-hit:window=2', [1, 2, 1], [false, false, true]],
    ['second-hit:window=2', [1, 2, 3, 1, 1], [false, false, false, false, true]],
    ['frequency:requests=3', [1, 1, 1, 1], [false, false, true, true]],
    ['frequency:requests=2:halve=3', [1, 2, 1, 2, 1], [false, false, false, false, true]],
    ['probability:p=0', [1, 1], [false, false]],
    ['probability:p=1', [1, 1], [true, true]],
  ])('%s', (filter, ids, expected) => {
    expect(admitted(filter, ids)).toEqual(expected);
  });

  it('size', () => {
    expect(
      admitted('size:share=.5', [0], { sizes: new Float64Array(OBJECTS).fill(5), capacity: 10 }),
    ).toEqual([true]);
    const sizes = Float64Array.of(1, 3, 4, 9, 1, 1, 1, 1, 1);
    expect(admitted('size:share=.4', [0, 1, 2, 3], { sizes })).toEqual([true, true, false, false]);
    expect(admitted('size:share=.1', [0])).toEqual([false]);
  });

  it('probability, about as often as it says', () => {
    const policy = createPolicy('fifo+probability:p=.3', {
      capacity: 1,
      objects: 20_000,
      random: randomFrom(5),
    });
    let inserted = 0;
    for (let id = 0; id < 20_000; id++) if (policy.admit(id)) inserted++;
    expect(inserted / 20_000).toBeCloseTo(0.3, 1);
  });
});

describe.each(admissionFilters.map(({ name }) => name))('%s', (filter) => {
  it('keeps the books of the policy behind it', () => {
    fc.assert(
      fc.property(traces(), fc.integer({ min: 1, max: 9 }), (ids, capacity) => {
        const policy = make(`slru+${filter}`, { capacity, ids });
        let hits = 0;
        for (const id of ids) {
          const resident = policy.contains(id);
          expect(policy.access(id)).toBe(resident);
          if (resident) hits++;
          expect(policy.used).toBe(residentsOf(policy).length);
          expect(policy.used).toBeLessThanOrEqual(policy.capacity);
        }
        expect(make(`slru+${filter}`, { capacity, ids }).accessMany(ids, 0, ids.length)).toBe(hits);
      }),
      { numRuns: 60 },
    );
  });

  it('cannot make MIN with bypass miss less', () => {
    fc.assert(
      fc.property(traces(), fc.integer({ min: 1, max: 9 }), (ids, capacity) => {
        const least = missesOf('min:bypass=true', ids, capacity);
        for (const spec of ['lru', 'min', 'lfru', 'w-tinylfu']) {
          expect(missesOf(`${spec}+${filter}`, ids, capacity)).toBeGreaterThanOrEqual(least);
        }
      }),
      { numRuns: 60 },
    );
  });
});

it('lets prefetched objects pass, protects, and reads around', () => {
  const policy = createPolicy('lru+second-hit', { capacity: 1, objects: 4 });
  expect([policy.admit(0), policy.admit(0, true)]).toEqual([false, true]);
  policy.protect(0);
  policy.skip(1);
  expect(policy.admit(1)).toBe(false);
  policy.unprotect(0);
  expect([policy.admit(1), policy.evictions]).toEqual([true, 1]);
  policy.remove(1);
  expect(policy.used).toBe(0);
});

it('tells the policy behind it of hits, and the filter of what is read around', () => {
  const policy = createPolicy('lru+second-hit', { capacity: 2, objects: 4 });
  for (const id of [0, 1]) policy.admit(id, true);
  policy.hit(0);
  policy.skip(2);
  expect(policy.admit(2)).toBe(true); // its second request; 1 is the least recent
  expect([policy.contains(0), policy.contains(1)]).toEqual([true, false]);
  expect(policy.admit(3)).toBe(false);
});
