/** Lossy routing: by hand on small choices, and what never changes. */
import fc from 'fast-check';
import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { createPolicy } from '../../../policies/index.ts';
import { biasRouting } from '../../../workloads/inference/cache-biased-routing.ts';
import { generateRouting, type RoutedTokens } from '../../../workloads/routing/index.ts';
import { coldExperts, cutTopK, substituteCold } from '../../../workloads/routing/lossy.ts';

/** One layer of 6 experts, top-3. */
const routing: RoutedTokens = {
  tokens: 4,
  layers: 1,
  experts: 6,
  topK: 3,
  ids: Uint16Array.from([0, 1, 2, 0, 1, 3, 4, 0, 1, 0, 2, 1]),
};

const drawn = fc
  .record({ layers: fc.integer({ min: 1, max: 3 }), topK: fc.integer({ min: 1, max: 5 }), seed: fc.string() })
  .map(({ layers, topK, seed }) =>
    generateRouting({ kind: 'uniform', layers, topK, experts: 12 }, 12, seedrandom.xor4096(seed)),
  );

const choices = ({ ids, topK }: RoutedTokens) =>
  Array.from({ length: ids.length / topK }, (_, row) => [...ids.subarray(row * topK, (row + 1) * topK)]);

describe('top-k cut', () => {
  it('keeps the first of each choice', () => {
    expect([...cutTopK(routing, 2).ids]).toEqual([0, 1, 0, 1, 4, 0, 0, 2]);
    expect(() => cutTopK(routing, 4)).toThrow('allowed are 1 to 3');
  });
});

describe('cold experts', () => {
  it('are the least chosen, together with at most the share of choices', () => {
    // Choices: 0 and 1 four times each, 2 twice, 3 and 4 once, 5 never; twelve in all.
    expect([...coldExperts(routing, 0)]).toEqual([0, 0, 0, 0, 0, 1]);
    expect([...coldExperts(routing, 2 / 12)]).toEqual([0, 0, 0, 1, 1, 1]);
    expect([...coldExperts(routing, 3.9 / 12)]).toEqual([0, 0, 0, 1, 1, 1]);
    expect([...coldExperts(routing, 4 / 12)]).toEqual([0, 0, 1, 1, 1, 1]);
  });

  it('beyond the first give way to the hottest not chosen', () => {
    const cold = coldExperts(routing, 2 / 12);
    expect(choices(substituteCold(routing, cold))).toEqual([
      [0, 1, 2],
      [0, 1, 2],
      [4, 0, 1],
      [0, 2, 1],
    ]);
  });

  it('substituted leave choices of distinct experts, the first unchanged', () => {
    fc.assert(
      fc.property(drawn, fc.double({ min: 0, max: 1, noNaN: true }), (routed, share) => {
        const changed = substituteCold(routed, coldExperts(routed, share));
        const before = choices(routed);
        choices(changed).forEach((choice, row) => {
          expect(choice[0]).toBe(before[row][0]);
          expect(new Set(choice).size).toBe(choice.length);
        });
      }),
    );
  });
});

describe('cache-biased routing', () => {
  const cacheOf = ({ layers, experts }: RoutedTokens, capacity: number) =>
    createPolicy('lru', { capacity, objects: layers * experts });
  const bias = (routed: RoutedTokens, keep: number, among: number, capacity: number, prompt = 0) =>
    biasRouting(routed, { keep, among }, cacheOf(routed, capacity), prompt, seedrandom.xor4096('bias'));

  it('replaces an expert that is not cached by one that is', () => {
    // After the prompt's two tokens 0 1 2 3 are cached; all other experts are candidates.
    const cached = { ...routing, ids: Uint16Array.from([0, 1, 2, 0, 1, 3, 0, 4, 5, 4, 5, 0]) };
    const { routing: biased, replaced } = bias(cached, 1, 6, 4, 2);
    const [, , third] = choices(biased);
    expect(third[0]).toBe(0);
    expect(third.slice(1).every((expert) => [1, 2, 3].includes(expert))).toBe(true);
    expect(replaced).toBeGreaterThanOrEqual(2 / 6);
  });

  it('keeps the first of each choice, the prompt, and distinct experts', () => {
    fc.assert(
      fc.property(
        drawn,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 36 }),
        (routed, keep, capacity) => {
          const { routing: biased } = bias(routed, keep, 12, capacity, 3);
          const before = choices(routed);
          choices(biased).forEach((choice, row) => {
            expect(choice.slice(0, keep)).toEqual(before[row].slice(0, keep));
            expect(new Set(choice).size).toBe(choice.length);
            if (row < 3 * routed.layers) expect(choice).toEqual(before[row]);
          });
        },
      ),
    );
  });

  it('does nothing without a cache or without further ranks', () => {
    expect(bias(routing, 1, 6, 0).replaced).toBe(0);
    expect(bias(routing, 1, 3, 6).replaced).toBe(0);
  });
});
