/** The fitted generator: its parts against closed forms, and its caches against the recordings it was fitted to. */

import { createReadStream, readFileSync } from 'node:fs';
import fc from 'fast-check';
import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { autoregression, positiveSpectrum } from '../../../workloads/routing/autoregression.ts';
import { interval } from '../../../workloads/routing/fit/bootstrap.ts';
import { checkFit } from '../../../workloads/routing/fit/check.ts';
import { ReuseCorrelation } from '../../../workloads/routing/fit/correlation.ts';
import { nonnegativeLeastSquares } from '../../../workloads/routing/fit/linear.ts';
import { normalDistribution, normalQuantile } from '../../../workloads/routing/fit/normal-distribution.ts';
import { decodeTokens, loadRouting } from '../../../workloads/routing/formats/index.ts';
import {
  accessIds,
  fitRouting,
  generateRouting,
  presetModel,
  type RoutingModel,
  type RoutingPreset,
  tokenRange,
} from '../../../workloads/routing/index.ts';
import { normalSource } from '../../../workloads/routing/normal.ts';
import { choiceBits, meanOverLayers, reuseByLag } from '../../../workloads/routing/statistics/reuse.ts';
import { lruMissRatios, reuseDistances } from '../../../workloads/routing/statistics/reuse-distance.ts';
import { describeMeasured, measured } from '../../data.ts';
import { property } from '../../property.ts';

const stream = (name: string) => seedrandom.xor4096(name) as () => number;

describe('normal numbers', () => {
  it('have the moments of the standard normal distribution', () => {
    const normal = normalSource(stream('n'));
    const n = 1_000_000;
    const moments = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const x = normal();
      for (let m = 0; m < 4; m++) moments[m] += x ** (m + 1) / n;
    }
    // Variances of the estimates: 1, 2, 15, 96, over n.
    [0, 1, 0, 3].forEach((expected, m) => {
      expect(Math.abs(moments[m] - expected)).toBeLessThan(4.5 * Math.sqrt([1, 2, 15, 96][m] / n));
    });
  });

  it.each([
    [0, 0.5],
    [1, 0.8413447460685429],
    [-1.959963984540054, 0.025],
    [5, 0.9999997133484281],
  ])('Φ(%d)', (x, p) => {
    expect(normalDistribution(x)).toBeCloseTo(p, 12);
    expect(normalQuantile(p)).toBeCloseTo(x, 6);
  });
});

describe('reuse and correlation', () => {
  it('half of the experts: Sheppard’s P(both) = 1/4 + asin(ρ) / 2π', () => {
    const half = new ReuseCorrelation(0.5);
    for (const rho of [0, 0.1, 0.5, 0.9, 1]) {
      const reuse = 2 * (0.25 + Math.asin(rho) / (2 * Math.PI));
      expect(half.reuseOf(rho)).toBeCloseTo(reuse, 5);
      expect(half.correlationOf(reuse)).toBeCloseTo(rho, 4);
    }
  });

  property([fc.double({ min: 0.01, max: 0.5, noNaN: true }), fc.double({ min: 0, max: 0.99, noNaN: true })])(
    'are inverse to each other',
    (share, rho) => {
      const both = new ReuseCorrelation(share);
      expect(both.correlationOf(both.reuseOf(rho))).toBeCloseTo(rho, 6);
    },
  );

  it('the generator has the reuse that its correlation gives', () => {
    const model: RoutingModel = {
      layers: 4,
      topK: 8,
      experts: 128,
      order: 'ranked',
      rank: 64,
      skew: 0,
      tokenCorrelation: [0.5],
      context: [],
      layerShares: Array.from({ length: 4 }, () => ({ static: 0.3, context: 0, token: 0.6 })),
    };
    const routed = generateRouting({ kind: 'synthetic', model }, 3000, stream('reuse'));
    const law = new ReuseCorrelation(8 / 128);
    // The token features are an autoregression of order 1: 0.5, 0.25, … at lags 1, 2, …
    const expected = [0.6, 0.45, 0.3 + 0.6 / 256].map((rho) => law.reuseOf(rho));
    reuseByLag(choiceBits(routed), [1, 2, 8])
      .map(meanOverLayers)
      .forEach((reuse, i) => {
        expect(Math.abs(reuse - expected[i])).toBeLessThan(0.02);
      });
  });
});

describe('autoregression', () => {
  property([fc.double({ min: -0.9, max: 0.9, noNaN: true })])(
    'of a geometric correlation has order 1',
    (r) => {
      const { weights, innovation } = autoregression([r, r * r, r ** 3]);
      expect(weights[0]).toBeCloseTo(r, 9);
      expect(weights[1]).toBeCloseTo(0, 9);
      expect(innovation).toBeCloseTo(Math.sqrt(1 - r * r), 9);
    },
  );

  property([fc.array(fc.double({ min: -0.95, max: 0.95, noNaN: true }), { minLength: 1, maxLength: 12 })])(
    'any estimates become correlations that a process can have',
    (estimates) => {
      const possible = positiveSpectrum(estimates);
      expect(possible.every((r) => Math.abs(r) <= 1 + 1e-9)).toBe(true);
      const { innovation } = autoregression(possible);
      expect(innovation).toBeGreaterThan(0);
      // What is possible already stays.
      const again = positiveSpectrum(possible.map((r) => 0.5 * r));
      again.forEach((r, i) => {
        expect(r).toBeCloseTo(0.5 * possible[i], 6);
      });
    },
  );
});

describe('least squares without negative shares', () => {
  property([fc.array(fc.double({ min: 0, max: 0.3, noNaN: true }), { minLength: 3, maxLength: 3 })])(
    'finds shares that explain the values exactly',
    (shares) => {
      const basis = [0.2, 0.5, 1].map((tau) => Array.from({ length: 9 }, (_, g) => Math.exp(-g * tau)));
      const values = basis[0].map((_, g) => shares.reduce((sum, x, j) => sum + x * basis[j][g], 0));
      const found = nonnegativeLeastSquares(
        basis,
        values,
        values.map(() => 1),
        1,
      );
      found.forEach((x, j) => {
        expect(x).toBeCloseTo(shares[j], 5);
      });
    },
  );

  it('keeps to the limit and to zero', () => {
    expect(
      nonnegativeLeastSquares(
        [
          [1, 0],
          [0, 1],
        ],
        [0.8, 0.6],
        [1, 1],
        1,
      ),
    ).toEqual([0.6, 0.4].map((x) => expect.closeTo(x, 9)));
    expect(
      nonnegativeLeastSquares(
        [
          [1, 0],
          [0, 1],
        ],
        [0.8, -0.6],
        [1, 1],
        1,
      ),
    ).toEqual([expect.closeTo(0.8, 9), 0]);
  });
});

describe('fit', () => {
  const truth: RoutingModel = {
    layers: 6,
    topK: 6,
    experts: 64,
    order: 'ascending',
    rank: 8,
    skew: 0,
    tokenCorrelation: [0.4, 0.1],
    context: [],
    layerShares: [0.05, 0.2, 0.35, 0.5, 0.2, 0.35].map((share) => ({
      static: share,
      context: 0,
      token: 0.4,
    })),
  };
  const made = generateRouting({ kind: 'synthetic', model: truth }, 200, stream('truth'));

  it('finds the parameters of a trace that the generator made', () => {
    const { model, intervals } = fitRouting(made, { stream });
    expect(model).toMatchObject({ order: 'ascending', layers: 6, topK: 6, experts: 64 });
    model.layerShares.forEach((found, l) => {
      const slow = found.static + found.context;
      expect(Math.abs(slow - truth.layerShares[l].static)).toBeLessThan(0.2);
      const [low, high] = intervals.layerShares[l].static;
      expect(low).toBeLessThanOrEqual(high);
    });
    // Noise and token features that do not last look alike: what a trace determines is share times correlation.
    const lasting = model.layerShares.map(({ token }) => token * model.tokenCorrelation[0]);
    expect(Math.abs(lasting.reduce((a, b) => a + b) / 6 - 0.4 * 0.4)).toBeLessThan(0.05);
    const [low, high] = intervals.tokenCorrelation;
    expect(low).toBeLessThanOrEqual(model.tokenCorrelation[0]);
    expect(high).toBeGreaterThanOrEqual(model.tokenCorrelation[0]);
  });

  it('gives the same every time', () => {
    const few = tokenRange(made, 0, 24);
    expect(fitRouting(few, { stream })).toEqual(fitRouting(few, { stream }));
  });

  it('needs tokens', () => {
    expect(() => fitRouting(tokenRange(made, 0, 9), { stream })).toThrow(/at least 16 tokens; found 9/);
  });

  it('an interval holds 95 % of the sample', () => {
    expect(interval(Array.from({ length: 1001 }, (_, i) => i))).toEqual([25, 975]);
  });
});

describe('deepseek-like', () => {
  const file = new URL('../../../workloads/routing/presets/deepseek-like.yaml', import.meta.url);
  const preset = parse(readFileSync(file, 'utf8')) as RoutingPreset;

  it('hits as its comment says on DeepSeek-V3’s shape: nothing below a token’s cycle, .29 at 13 experts a layer', () => {
    const model = presetModel(preset, { layers: 58, topK: 8, experts: 256 });
    expect(model.groups).toEqual({ count: 8, chosen: 4 });
    const ids = accessIds(generateRouting({ kind: 'synthetic', model }, 120, stream('deepseek')));
    const [cliff, small] = lruMissRatios(reuseDistances(ids, 58 * 256), [57 * 8, 58 * 13]);
    expect(cliff).toBe(1);
    expect(Math.abs(1 - small - 0.29)).toBeLessThan(0.05);
  });

  it('suits models of any shape', () => {
    expect(presetModel(preset, { layers: 1, topK: 2, experts: 60 }).groups).toBeUndefined();
    expect(presetModel(preset, { layers: 24, topK: 4, experts: 32 }).layerShares).toHaveLength(24);
  });
});

describe('few-experts', () => {
  const file = new URL('../../../workloads/routing/presets/few-experts.yaml', import.meta.url);

  it('uses 24 to 27 % of 32 experts a layer over 108 tokens', () => {
    const shape = { layers: 24, topK: 4, experts: 32 };
    const model = presetModel(parse(readFileSync(file, 'utf8')) as RoutingPreset, shape);
    const ids = accessIds(generateRouting({ kind: 'synthetic', model }, 108, stream('few')));
    const share = new Set(ids).size / (24 * 32);
    expect(share).toBeGreaterThan(0.23);
    expect(share).toBeLessThan(0.28);
  });
});

const TRACES = [
  'routing/qwen3-30b.route.csv.gz',
  'routing/olmoe-299.jsonl',
  'inference/llamacpp-mmap/expert_ids_p0_n64.csv.gz',
];
const SEEDS = 20;
const POINTS = 0.03;

describeMeasured('measured routing', TRACES, () => {
  it.each(
    TRACES,
  )('%s: fitted to its first half, generated traces have its LRU and MIN curves and its reuse', async (path) => {
    const trace = decodeTokens(await loadRouting(createReadStream(measured(path)), { file: path }));
    const half = trace.tokens >> 1;
    const [first, second] = [tokenRange(trace, 0, half), tokenRange(trace, half, 2 * half)];
    const { model } = fitRouting(first, { stream, resamples: 10 });
    const figures = checkFit(model, first, second, SEEDS, stream);
    const rows = figures.map(
      ({ name, fitted, heldOut, generated }) =>
        `  ${name}: ${[fitted, heldOut, generated].map(percent).join('  ')}`,
    );
    process.stdout.write(`${path}\n${rows.join('\n')}\n`);
    for (const { name, fitted, heldOut, generated, withinFitted, withinHeldOut } of figures) {
      expect(Math.abs(generated - fitted) <= POINTS, `${name}, fitted half`).toBe(withinFitted);
      expect(withinFitted, `${name}, fitted half`).toBe(true);
      expect(withinHeldOut, `${name}, second half`).toBe(true);
      expect(Math.abs(generated - heldOut), name).toBeLessThan(POINTS + Math.abs(fitted - heldOut));
    }
  });
});

const percent = (value: number) => (100 * value).toFixed(1).padStart(5);
