/**
 * What holds for every cache policy. Registering a policy enrols it here, by its declared characteristics.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPolicy, futureOf } from '../../policies/index.ts';
import {
  definitionOf,
  layerOf,
  make,
  missesOf,
  OBJECTS,
  popularityOf,
  randomFrom,
  residentsOf,
  specs,
  traces,
} from './arbitraries.ts';

const capacities = fc.integer({ min: 1, max: OBJECTS + 1 });
const sizes = fc
  .array(fc.integer({ min: 1, max: 5 }), { minLength: OBJECTS, maxLength: OBJECTS })
  .map((list) => Float64Array.from(list));
const check = <T extends [unknown, ...unknown[]]>(
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  predicate: (...values: T) => void,
  numRuns = 60,
) => fc.assert(fc.property(...arbitraries, predicate), { numRuns });

describe.each(specs)('%s', (spec) => {
  const { needsFuture, usesRandom, refuses, evictsEarly } = definitionOf(spec);

  it('keeps its books: bytes within the capacity, evictions = admissions - residents', () => {
    check([traces(), capacities, fc.option(sizes)], (ids, capacity, sized) => {
      const given = sized === null ? {} : { sizes: sized };
      let leaving = 0;
      const policy = make(spec, { capacity, ids, ...given, onEvict: () => leaving++ });
      let admissions = 0;
      for (const id of ids) {
        const hit = policy.contains(id);
        expect(policy.access(id)).toBe(hit);
        if (!hit && policy.contains(id)) admissions++;
        const residents = residentsOf(policy);
        expect(policy.used).toBe(residents.reduce((sum, each) => sum + (sized?.[each] ?? 1), 0));
        expect(policy.used).toBeLessThanOrEqual(capacity);
        expect(policy.evictions).toBe(admissions - residents.length);
        expect(leaving).toBe(policy.evictions);
      }
    });
  });

  it('misses each distinct object at least once', () => {
    check([traces(), capacities], (ids, capacity) => {
      expect(missesOf(spec, ids, capacity)).toBeGreaterThanOrEqual(new Set(ids).size);
    });
  });

  if (!refuses && !evictsEarly) {
    it('misses only once each when all objects fit', () => {
      check([traces(), fc.nat(3)], (ids, more) => {
        const distinct = new Set(ids).size;
        expect(missesOf(spec, ids, distinct + more)).toBe(distinct);
      });
    });
  }

  it('never misses less than MIN', () => {
    check([traces(), capacities], (ids, capacity) => {
      const least = spec === 'min:bypass=true' ? 0 : missesOf('min', ids, capacity);
      expect(missesOf(spec, ids, capacity)).toBeGreaterThanOrEqual(least);
    });
  });

  it('gives the same whether requests come one by one, in one call, or as look-up and promotion', () => {
    check([traces(), capacities, fc.option(sizes), fc.nat(80)], (ids, capacity, sized, cut) => {
      const given = { capacity, ids, ...(sized === null ? {} : { sizes: sized }) };
      const middle = Math.min(cut, ids.length);
      const [many, one, apart, heard] = [
        make(spec, given),
        make(spec, given),
        make(spec, given),
        make(spec, { ...given, onEvict() {} }),
      ];
      const hits = many.accessMany(ids, 0, middle) + many.accessMany(ids, middle, ids.length);
      expect(heard.accessMany(ids, 0, ids.length)).toBe(hits);
      expect(ids.filter((id) => one.access(id)).length).toBe(hits);
      for (const id of ids) apart.contains(id) ? apart.hit(id) : apart.admit(id);
      for (const other of [one, apart, heard]) {
        expect(residentsOf(other)).toEqual(residentsOf(many));
        expect(other.evictions).toBe(many.evictions);
      }
    });
  });

  it('gives the same one by one and in one call at length, among many objects', () => {
    const objects = 300;
    const random = randomFrom(11);
    const ids = Uint32Array.from({ length: 6_000 }, () => Math.floor(random() ** 3 * objects));
    for (const capacity of [10, 60, 200]) {
      const [many, one] = [make(spec, { capacity, ids, objects }), make(spec, { capacity, ids, objects })];
      const hits = many.accessMany(ids, 0, ids.length);
      expect(ids.filter((id) => one.access(id)).length).toBe(hits);
      expect(residentsOf(one, objects)).toEqual(residentsOf(many, objects));
      expect(one.evictions).toBe(many.evictions);
    }
  });

  it('never evicts what is protected, prefetching included', () => {
    check([traces(), capacities, fc.option(sizes)], (ids, capacity, sized) => {
      const safe: number[] = [];
      const policy = make(spec, {
        capacity,
        ids,
        ...(sized === null ? {} : { sizes: sized }),
        onEvict: (id) => expect(safe).not.toContain(id),
      });
      ids.forEach((id, i) => {
        policy.access(id);
        policy.protect(id);
        safe.push(id);
        if (safe.length > 3) policy.unprotect(safe.shift()!);
        const ahead = ids[i + 1] ?? id;
        if (!policy.contains(ahead)) policy.admit(ahead, true);
      });
    });
  });

  it('does not insert an object above its capacity, and evicts nothing for it', () => {
    check([traces(), sizes], (ids, sized) => {
      sized[0] = 1e12;
      const policy = make(spec, { capacity: 12, ids, sizes: sized });
      for (const id of ids) {
        const before = policy.evictions;
        policy.access(id);
        if (id === 0) expect([policy.contains(0), policy.evictions]).toEqual([false, before]);
      }
    });
  });

  it('counts terabytes exactly', () => {
    const ids = Uint32Array.of(0, 1, 2, 0, 3, 1, 4, 0);
    const sized = new Float64Array(OBJECTS).fill(2 ** 40 + 1);
    const policy = make(spec, { capacity: 3 * (2 ** 40 + 1), ids, sizes: sized });
    policy.accessMany(ids, 0, ids.length);
    expect(policy.used).toBe(residentsOf(policy).length * (2 ** 40 + 1));
  });

  it('treats a removed object as never inserted: no eviction is counted, its room is free', () => {
    check([traces(), capacities], (ids, capacity) => {
      const policy = make(spec, { capacity, ids });
      policy.accessMany(ids, 0, ids.length);
      const { used, evictions } = policy;
      const [first] = residentsOf(policy);
      if (first === undefined) return;
      policy.remove(first);
      policy.remove(first);
      expect([policy.contains(first), policy.used, policy.evictions]).toEqual([false, used - 1, evictions]);
    });
  });

  it('does not depend on the names of objects, nor on objects never requested', () => {
    const permutation = fc.shuffledSubarray([...Array(OBJECTS).keys()], { minLength: OBJECTS });
    check([traces(), capacities, permutation], (ids, capacity, names) => {
      const spare = 5;
      const replay = (rename: (id: number) => number, objects: number) => {
        const renamed = ids.map(rename);
        const layers = new Uint16Array(objects);
        const popularity = new Float64Array(objects);
        for (let id = 0; id < OBJECTS; id++) {
          layers[rename(id)] = layerOf(id);
          popularity[rename(id)] = popularityOf(id) + id / 100; // ties would be broken by name
        }
        const future = futureOf(renamed, objects);
        const policy = createPolicy(spec, {
          capacity,
          objects,
          future,
          random: randomFrom(1),
          layers,
          popularity,
        });
        return policy.accessMany(renamed, 0, renamed.length);
      };
      const hits = replay((id) => id, OBJECTS);
      expect(replay((id) => names[id], OBJECTS)).toBe(hits);
      expect(replay((id) => id + spare, OBJECTS + spare)).toBe(hits);
    });
  });

  if (!needsFuture) {
    it('hits capacity / objects of uniform independent requests', () => {
      const [objects, capacity, requests] = [60, 15, 30_000];
      const random = randomFrom(7);
      const ids = Uint32Array.from({ length: requests }, () => Math.floor(random() * objects));
      expect(1 - missesOf(spec, ids, capacity, objects) / requests).toBeCloseTo(capacity / objects, 1.6);
    });
  }

  it('repeats itself from the same seed', () => {
    check(
      [traces(), capacities],
      (ids, capacity) => {
        expect(missesOf(spec, ids, capacity)).toBe(missesOf(spec, ids, capacity));
      },
      usesRandom ? 60 : 5,
    );
  });
});
