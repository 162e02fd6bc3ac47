/** Placements: every expert on a drive there is, by weight, and requests spread where their popularity is known. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PlacementOptions, placements } from '../../../policies/index.ts';

const loads = ({ drives, popularity }: PlacementOptions, placed: Uint16Array) => {
  const load = new Array<number>(drives).fill(0);
  placed.forEach((drive, id) => {
    load[drive] += popularity?.[id] ?? 1;
  });
  return load;
};

const cases: fc.Arbitrary<PlacementOptions> = fc
  .record({
    drives: fc.integer({ min: 1, max: 6 }),
    layers: fc.integer({ min: 1, max: 5 }),
    experts: fc.integer({ min: 1, max: 40 }),
  })
  .chain((shape) =>
    fc.record({
      drives: fc.constant(shape.drives),
      layers: fc.constant(shape.layers),
      experts: fc.constant(shape.experts),
      weights: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: shape.drives, maxLength: shape.drives }),
      popularity: fc
        .array(fc.integer({ min: 0, max: 50 }), {
          minLength: shape.layers * shape.experts,
          maxLength: shape.layers * shape.experts,
        })
        .map((counts) => Float64Array.from(counts)),
    }),
  );

describe('placements', () => {
  it('in turn deals each drive its share, to one expert', () => {
    fc.assert(
      fc.property(cases, (options) => {
        const { popularity: _, ...blind } = options;
        const placed = placements.expert(options);
        const total = options.weights!.reduce((sum, weight) => sum + weight, 0);
        loads(blind, placed).forEach((count, drive) => {
          expect(Math.abs(count - (placed.length * options.weights![drive]) / total)).toBeLessThan(1 + 1e-9);
        });
      }),
    );
  });

  it('in turn, with equal weights, goes round the drives', () => {
    expect([...placements.expert({ drives: 3, layers: 1, experts: 7 })]).toEqual([0, 1, 2, 0, 1, 2, 0]);
  });

  it('hot-cold exceeds a drive’s share of a layer’s requests by the hottest expert of the layer at most', () => {
    fc.assert(
      fc.property(cases, (options) => {
        const { layers, experts, popularity, weights = [] } = options;
        const placed = placements['hot-cold'](options);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        for (let layer = 0; layer < layers; layer++) {
          const from = layer * experts;
          const heat = popularity!.subarray(from, from + experts);
          const load = loads({ ...options, popularity: heat }, placed.subarray(from, from + experts));
          const all = heat.reduce((sum, requests) => sum + requests, 0);
          load.forEach((requests, drive) => {
            expect(requests).toBeLessThanOrEqual((all * weights[drive]) / total + Math.max(...heat) + 1e-9);
          });
        }
      }),
    );
  });

  /** The rule word for word: hottest first, to the least loaded in the layer, then over all, then the first. */
  const hotColdByHand = ({ drives, layers, experts, weights, popularity }: PlacementOptions) => {
    const weight = (drive: number) => weights?.[drive] ?? 1;
    const heat = (id: number) => popularity?.[id] ?? 1;
    const placed: { id: number; layer: number; drive: number }[] = [];
    for (let layer = 0; layer < layers; layer++) {
      const left = Array.from({ length: experts }, (_, e) => layer * experts + e);
      while (left.length > 0) {
        const hottest = Math.max(...left.map(heat));
        const id = left.find((each) => heat(each) === hottest)!;
        left.splice(left.indexOf(id), 1);
        const loadOf = (drive: number, where: (each: (typeof placed)[0]) => boolean) =>
          placed
            .filter((each) => each.drive === drive && where(each))
            .reduce((sum, each) => sum + heat(each.id), 0) / weight(drive);
        const [best] = Array.from({ length: drives }, (_, drive) => ({
          drive,
          here: loadOf(drive, (each) => each.layer === layer),
          all: loadOf(drive, () => true),
        })).sort((a, b) => a.here - b.here || a.all - b.all || a.drive - b.drive);
        placed.push({ id, layer, drive: best.drive });
      }
    }
    return placed.sort((a, b) => a.id - b.id).map(({ drive }) => drive);
  };

  it('hot-cold follows its rule, with and without popularity', () => {
    fc.assert(
      fc.property(cases, fc.boolean(), (options, known) => {
        const { popularity, ...blind } = options;
        const given = known ? options : blind;
        expect([...placements['hot-cold'](given)]).toEqual(hotColdByHand(given));
      }),
    );
  });

  it('hot-cold parts the two hottest experts', () => {
    const popularity = Float64Array.of(1, 9, 8, 1, 1, 1);
    const placed = placements['hot-cold']({ drives: 2, layers: 1, experts: 6, popularity });
    expect(placed[1]).not.toBe(placed[2]);
    expect(loads({ drives: 2, layers: 1, experts: 6, popularity }, placed)).toEqual([11, 10]);
  });
});
