/** Small worked examples of what the model-based tests leave out. */
import { describe, expect, it } from 'vitest';
import { createPolicy, futureOf, NEVER } from '../../policies/index.ts';
import { make, residentsOf } from './arbitraries.ts';

describe('the future of a trace', () => {
  it('tells the first and the next use of each object', () => {
    const ids = Uint32Array.of(2, 0, 2, 1, 0);
    const { requests, nextUse, firstUse } = futureOf(ids, 4);
    expect(requests).toBe(ids);
    expect([...nextUse]).toEqual([2, 4, NEVER, NEVER, NEVER]);
    expect([...firstUse]).toEqual([1, 3, 0, NEVER]);
  });
});

describe('MIN', () => {
  it('inserts a prefetched object under its own next use', () => {
    const ids = Uint32Array.of(0, 1, 2, 0, 1);
    const policy = make('min', { capacity: 2, ids });
    policy.access(0);
    policy.access(1);
    expect(policy.admit(2, true)).toBe(true); // displaces 1, which is needed last
    expect(residentsOf(policy)).toEqual([0, 2]);
    expect(policy.access(2)).toBe(true);
    expect(policy.access(0)).toBe(true);
    expect(policy.access(1)).toBe(false);
  });

  it('takes the requests of a batch in any order', () => {
    const ids = Uint32Array.of(0, 1, 2, 1, 0, 3, 0);
    const policy = make('min', { capacity: 3, ids });
    for (const id of [0, 1, 2, 0, 1]) policy.access(id); // 3 and 4 the other way round
    policy.access(3);
    expect(residentsOf(policy)).toContain(0);
  });

  it('refuses more requests of an object than its future has, one by one and in one call', () => {
    const ids = Uint32Array.of(0, 1);
    for (const again of [
      () => make('min', { capacity: 2, ids }).accessMany(Uint32Array.of(0, 0), 0, 2),
      () => [0, 0].map((id) => make('min', { capacity: 2, ids: Uint32Array.of(1) }).access(id)),
    ])
      expect(again).toThrow(/more often/);
  });

  it('says when an object does not fit beside protected ones', () => {
    const ids = Uint32Array.of(0, 1);
    const policy = make('min', { capacity: 1, ids });
    policy.access(0);
    policy.protect(0);
    expect(policy.admit(1)).toBe(false);
  });

  it('keeps its place when a request is read around', () => {
    const ids = Uint32Array.of(0, 1, 0, 1);
    const policy = make('min', { capacity: 1, ids });
    policy.skip(0);
    policy.access(1);
    policy.skip(0);
    expect(policy.access(1)).toBe(true);
  });
});

describe('Least-Stale', () => {
  const policy = () =>
    createPolicy('least-stale', { capacity: 3, objects: 6, layers: Uint16Array.of(0, 0, 1, 1, 2, 2) });

  it('evicts from the layer just passed, then from those before it', () => {
    const cache = policy();
    for (const id of [0, 2, 4]) cache.access(id);
    cache.access(5); // in layer 2: layer 1 was passed last
    expect(residentsOf(cache, 6)).toEqual([0, 4, 5]);
  });

  it('does not take a prefetch for progress through the layers', () => {
    const cache = policy();
    for (const id of [0, 2, 4]) cache.access(id);
    cache.access(2); // layer 1 is current
    cache.admit(5, true); // had it moved to layer 2, layer 1 would give; so layer 0 does
    expect(residentsOf(cache, 6)).toEqual([2, 4, 5]);
  });

  it('refuses what does not fit beside protected objects, and says so', () => {
    const cache = policy();
    for (const id of [0, 2, 4]) expect(cache.admit(id)).toBe(true);
    for (const id of [0, 2, 4]) cache.protect(id);
    expect(cache.admit(5)).toBe(false);
  });

  it('follows a request that is read around', () => {
    const cache = policy();
    for (const id of [0, 2, 4]) cache.access(id);
    cache.skip(1); // layer 0 is current: layer 2 was passed last
    cache.admit(3, true);
    expect(residentsOf(cache, 6)).toEqual([0, 2, 3]);
  });
});

describe('static pin', () => {
  it('keeps room for what is pinned before it is read', () => {
    const cache = createPolicy('static-pin:share=.5', {
      capacity: 4,
      objects: 6,
      popularity: Float64Array.of(9, 8, 1, 1, 1, 1),
    });
    for (const id of [2, 3, 4]) cache.access(id);
    expect(cache.used).toBe(2);
    for (const id of [0, 1, 5, 2, 3]) cache.access(id);
    expect(residentsOf(cache, 6)).toEqual([0, 1, 2, 3]);
  });
});

describe('LeCaR', () => {
  it('comes to trust LFU where LRU goes wrong', () => {
    // Three popular objects between scans: LRU throws them out, LFU keeps them.
    const round = (i: number) => [
      0,
      1,
      2,
      0,
      1,
      2,
      ...Array.from({ length: 6 }, (_, k) => 3 + ((i * 6 + k) % 40)),
    ];
    const ids = Uint32Array.from(Array.from({ length: 200 }, (_, i) => round(i)).flat());
    const missesOf = (spec: string) =>
      ids.length - make(spec, { capacity: 5, ids, objects: 43 }).accessMany(ids, 0, ids.length);
    expect(missesOf('lfu')).toBeLessThan(missesOf('lru'));
    expect(missesOf('lecar')).toBeLessThan((missesOf('lfu') + missesOf('lru')) / 2);
  });
});
