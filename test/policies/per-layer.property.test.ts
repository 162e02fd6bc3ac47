/** Per-layer slots: the same as one cache a layer, each seeing only its own requests. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitCapacity } from '../../policies/eviction/per-layer.ts';
import { createPolicy, futureOf } from '../../policies/index.ts';
import { property } from '../property.ts';
import { layerOf, missesOf, OBJECTS, randomFrom, specs, traces } from './arbitraries.ts';

const LAYERS = 3;
const all = [...Array(OBJECTS).keys()];
const scoped = (spec: string, ids: Uint32Array, capacity: number, onEvict?: (id: number) => void) =>
  createPolicy(spec, {
    scope: 'layer',
    capacity,
    objects: OBJECTS,
    future: futureOf(ids, OBJECTS),
    random: randomFrom(1),
    layers: Uint16Array.from(all, layerOf),
    popularity: Float64Array.from(all, (id) => OBJECTS - id),
    onEvict,
  });

describe('the split of the capacity', () => {
  it('gives the remainder to the first layers', () => {
    expect([0, 1, 2].map((layer) => splitCapacity(11, LAYERS, layer))).toEqual([4, 4, 3]);
    expect([0, 1, 2].map((layer) => splitCapacity(2, LAYERS, layer))).toEqual([1, 1, 0]);
  });

  property([fc.nat(1000), fc.integer({ min: 1, max: 80 })])('adds up', (capacity, layers) => {
    const parts = Array.from({ length: layers }, (_, layer) => splitCapacity(capacity, layers, layer));
    expect(parts.reduce((sum, part) => sum + part)).toBe(capacity);
    expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
  });
});

// Random policies share one source among layers, and popularity depends on the id: not comparable layer by layer.
const comparable = specs.filter((spec) => !/random|lecar|hyperbolic|static-pin|least-stale/.test(spec));
describe.each(comparable)('%s', (spec) => {
  it('misses as often as its layers apart', () => {
    fc.assert(
      fc.property(traces(), fc.integer({ min: 0, max: 12 }), (ids, capacity) => {
        const apart = [0, 1, 2].map((layer) => {
          const own = ids.filter((id) => layerOf(id) === layer).map((id) => Math.floor(id / LAYERS));
          return missesOf(spec, own, splitCapacity(capacity, LAYERS, layer), 3);
        });
        const hits = scoped(spec, ids, capacity).accessMany(ids, 0, ids.length);
        expect(ids.length - hits).toBe(apart.reduce((sum, misses) => sum + misses));
      }),
      { numRuns: 40 },
    );
  });
});

it('displaces only objects of the same layer, and counts and names what leaves', () => {
  const ids = Uint32Array.of(0, 1, 3, 6, 4, 0);
  const victims: number[] = [];
  const policy = scoped('lru', ids, 3, (id) => victims.push(id));
  expect(policy.accessMany(ids, 0, ids.length)).toBe(0);
  expect(victims).toEqual([0, 3, 1, 6]);
  expect([policy.capacity, policy.used, policy.evictions]).toEqual([3, 2, 4]);
  policy.protect(0);
  expect(policy.admit(3)).toBe(false);
  policy.unprotect(0);
  policy.remove(0);
  policy.skip(3);
  policy.hit(4);
  expect([policy.contains(0), policy.admit(3, true), policy.used]).toEqual([false, true, 2]);
});

it('gives each layer its own sizes and popularity, and hands it every call', () => {
  // Layer 0 has the ids 0, 3, 6 (sizes 2, 2, 1), layer 1 has 1, 4, 7; each may hold 4 bytes.
  const sizes = Float64Array.of(2, 1, 9, 2, 1, 9, 1, 4, 9);
  const sized = createPolicy('lru', {
    scope: 'layer',
    capacity: 12,
    objects: OBJECTS,
    layers: Uint16Array.from(all, layerOf),
    sizes,
  });
  for (const id of [0, 3, 1]) expect(sized.admit(id)).toBe(true);
  expect(sized.used).toBe(5);
  sized.hit(0); // 3 is now the least recent
  expect([sized.admit(6), sized.contains(0), sized.contains(3)]).toEqual([true, true, false]);
  for (const id of [0, 6]) sized.protect(id);
  expect(sized.admit(3)).toBe(false);
  for (const id of [0, 6]) sized.unprotect(id);
  expect([sized.admit(3), sized.contains(0)]).toEqual([true, false]);

  const pinned = createPolicy('static-pin:share=.5', {
    scope: 'layer',
    capacity: 6,
    objects: OBJECTS,
    layers: Uint16Array.from(all, layerOf),
    popularity: Float64Array.of(1, 1, 1, 9, 1, 1, 1, 9, 9),
  });
  for (const id of [3, 0, 6, 0, 6]) pinned.access(id);
  expect([pinned.contains(3), pinned.contains(6)]).toEqual([true, true]);

  const counting = createPolicy('windowed-lfu', {
    scope: 'layer',
    capacity: 6,
    objects: OBJECTS,
    layers: Uint16Array.from(all, layerOf),
  });
  for (let i = 0; i < 3; i++) counting.skip(0); // requests all the same
  for (const id of [0, 3, 3, 6]) counting.access(id);
  expect([0, 3, 6].map((id) => counting.contains(id))).toEqual([true, false, true]);
});
