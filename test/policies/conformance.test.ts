/**
 * The conformance vectors: every policy decides as they say, and they themselves do not change unnoticed. A change of a
 * policy's decisions changes its digest here; then raise the policy's version too.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { conformanceVectors, firstDifference } from '../../policies/index.ts';
import { specs } from './arbitraries.ts';
import digests from './vectors/digests.json' with { type: 'json' };

const digestOf = (spec: string) =>
  createHash('sha256')
    .update(JSON.stringify(conformanceVectors(spec)))
    .digest('hex')
    .slice(0, 16);

describe.each(specs)('%s', (spec) => {
  it('decides as its vectors say', () => {
    for (const vector of conformanceVectors(spec)) {
      const read = JSON.parse(JSON.stringify(vector));
      expect(firstDifference(read)).toBe(-1);
      expect(read.hits.length).toBe(read.requests.length);
      expect(read.victims.flat().length).toBeGreaterThan(0);
    }
  });

  it('has the vectors that were published', () => {
    expect(digestOf(spec)).toBe((digests as Record<string, string>)[spec]);
  });
});

it('names the request that differs', () => {
  const [vector] = conformanceVectors('lru');
  const hits = vector.hits.map((hit, i) => (i === 7 ? 1 - hit : hit));
  expect(firstDifference({ ...vector, hits })).toBe(7);
  expect(
    firstDifference({ ...vector, victims: vector.victims.map((list, i) => (i === 9 ? [39] : list)) }),
  ).toBe(9);
});

it('publishes vectors of nothing else', () => {
  expect(Object.keys(digests).toSorted()).toEqual(specs.toSorted());
});
