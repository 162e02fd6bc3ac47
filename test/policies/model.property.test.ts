/**
 * Every registered policy against its naive reference: the same operations give the same hits, victims in the same
 * order, and the same content, with and without sizes, with protection, removal, prefetching and reads around.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completeParameters, parseSpec } from '../../policies/index.ts';
import { oracleOf } from '../oracles/policies/index.ts';
import type { World } from '../oracles/policies/oracle.ts';
import {
  definitionOf,
  layerOf,
  make,
  OBJECTS,
  popularityOf,
  randomFrom,
  residentsOf,
  specs,
} from './arbitraries.ts';

type Kind = 'request' | 'skip' | 'prefetch' | 'protect' | 'unprotect' | 'remove';
interface Operation {
  id: number;
  kind: Kind;
}
const RARE: Kind[] = ['skip', 'prefetch', 'protect', 'unprotect', 'remove'];
const operation: fc.Arbitrary<Operation> = fc.record({
  id: fc.nat(OBJECTS - 1),
  kind: fc.oneof({ weight: 12, arbitrary: fc.constant<Kind>('request') }, fc.constantFrom<Kind>(...RARE)),
});
/** What short runs do not reach: counters at their limits, ghosts that have come and gone, sketches that age. */
const longRun = (seed: number): Operation[] => {
  const random = randomFrom(seed);
  const mixed = Array.from({ length: 2_000 }, (): Operation => {
    const id = Math.floor(random() ** 2 * OBJECTS);
    const kind = random() < 0.9 ? 'request' : RARE[Math.floor(random() * RARE.length)];
    return { id, kind };
  });
  const hits = Array.from({ length: 300 }, (): Operation => ({ id: 0, kind: 'request' }));
  return [...hits, ...mixed];
};
const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: OBJECTS, maxLength: OBJECTS });

describe.each(specs)('%s', (spec) => {
  it.each([
    ['equal sizes', fc.constant(undefined), 7],
    ['sizes', sizes, 16],
  ] as const)('does what its reference does: %s', (_, sizesOf, largest) => {
    const definition = definitionOf(spec);
    const parameters = completeParameters(definition, parseSpec(spec).parameters);
    const run = (operations: Operation[], sizes: number[] | undefined, capacity: number) => {
      const protections = Array(OBJECTS).fill(0);
      const future = operations
        .filter(({ kind }) => kind === 'request' || kind === 'skip')
        .map(({ id }) => id);
      const world: World = {
        capacity,
        objects: OBJECTS,
        sizeOf: (id) => sizes?.[id] ?? 1,
        isProtected: (id) => protections[id] > 0,
        future,
        layerOf,
        popularity: popularityOf,
        random: randomFrom(1),
      };
      const victims: number[] = [];
      const policy = make(spec, {
        capacity,
        ids: Uint32Array.from(future),
        sizes: sizes && Float64Array.from(sizes),
        onEvict: (id) => victims.push(id),
      });
      const oracle = oracleOf(definition.name, world, parameters, sizes === undefined);
      for (const { id, kind } of operations) {
        const resident = policy.contains(id);
        victims.length = 0;
        let expected: number[] | null = [];
        if (kind === 'request') {
          expected = resident ? oracle.hit(id) : oracle.admit(id);
          const hit = policy.access(id);
          if (hit !== resident) expect(hit, `access(${id})`).toBe(resident);
          const kept = expected !== null || resident;
          if (policy.contains(id) !== kept) expect(policy.contains(id), `contains(${id})`).toBe(kept);
        } else if (kind === 'skip') {
          if (resident) {
            expected = oracle.hit(id);
            policy.hit(id);
          } else {
            oracle.skip(id);
            policy.skip(id);
          }
        } else if (kind === 'prefetch') {
          // To a clairvoyant policy and to Least-Stale a prefetch is not a request: they have tests of their own.
          if (resident || definition.needsFuture || definition.needsLayers) continue;
          expected = oracle.admit(id);
          expect(policy.admit(id, true)).toBe(expected !== null);
        } else if (kind === 'protect') {
          protections[id]++;
          policy.protect(id);
        } else if (kind === 'unprotect') {
          if (protections[id] === 0) continue;
          protections[id]--;
          policy.unprotect(id);
        } else {
          if (resident) oracle.drop(id);
          policy.remove(id);
        }
        // Written out, because `expect` takes longer than all the rest.
        const seen = `${victims} | ${residentsOf(policy)} | ${policy.used}`;
        const wanted = `${expected ?? []} | ${oracle.residents().toSorted((a, b) => a - b)} | ${oracle.used}`;
        if (seen !== wanted) expect(seen, `${kind} ${id}: evicted | resident | used`).toBe(wanted);
      }
    };
    fc.assert(
      fc.property(
        fc.array(operation, { minLength: 1, maxLength: 60 }),
        sizesOf,
        fc.integer({ min: 1, max: largest }),
        run,
      ),
      { numRuns: 500 },
    );
    for (const capacity of [2, 5, largest]) {
      const sized = sizesOf === sizes ? Array.from({ length: OBJECTS }, (_, id) => 1 + (id % 4)) : undefined;
      run(longRun(capacity), sized, capacity);
    }
  });
});
