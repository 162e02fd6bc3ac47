/** `routing stats`: everything that says how cacheable and how predictable a recorded routing is, as plain data. */
import { accessIds, type RoutedTokens, tokenRange } from '../routed-tokens.ts';
import { type MissCurves, missCurves } from './miss-curves.ts';
import { choiceCounts, type Popularity, popularity, popularityDivergence } from './popularity.ts';
import { type Predictability, predictability } from './predictability.ts';
import { choiceBits, meanOverLayers, pairSpread, reuseByLag } from './reuse.ts';
import { reuseDistances } from './reuse-distance.ts';
import { workingSet } from './working-set.ts';

export interface RoutingStatistics {
  readonly tokens: number;
  readonly layers: number;
  readonly topK: number;
  readonly experts: number;
  readonly accesses: number;
  /** (layer, expert) that occur at all. */
  readonly distinct: number;
  readonly popularity: Popularity;
  /** Share of experts chosen again after `lag` tokens, by layer; `uniform` is what chance gives. */
  readonly reuse: { lag: number; mean: number; byLayer: number[] }[];
  readonly uniformReuse: number;
  /** Standard deviation, over pairs of tokens up to 64 apart, of the experts they share in all layers together. */
  readonly pairSpread: number;
  /** Accesses by stack distance, in classes [from, to]; first accesses apart. */
  readonly reuseDistance: { first: number; classes: { from: number; to: number; accesses: number }[] };
  readonly missRatio: MissCurves;
  readonly predictability: Predictability[];
  readonly workingSet: { tokens: number; experts: number }[];
  /** Jensen-Shannon divergence in bits between successive quarters' popularity, mean over layers. */
  readonly drift: number[];
  /** The same between every other token of those two quarters: what popularity counted in so few tokens gives anyway. */
  readonly driftByChance: number[];
}

const CAPACITIES = [0.01, 0.02, 0.05, 0.1, 0.125, 0.2, 0.25, 0.35, 0.5, 0.75, 1];

/** @throws RangeError for fewer than 2 tokens */
export function routingStatistics(routed: RoutedTokens): RoutingStatistics {
  const { tokens, layers, topK, experts } = routed;
  if (tokens < 2) throw new RangeError(`statistics need at least 2 tokens; found ${tokens}`);
  const powers = Array.from({ length: Math.ceil(Math.log2(tokens)) }, (_, i) => 2 ** i).filter(
    (n) => n < tokens,
  );
  const choices = choiceBits(routed);
  const byLag = reuseByLag(choices, powers);
  const lengths = [...powers, tokens];
  const counted = popularity(routed);
  return {
    tokens,
    layers,
    topK,
    experts,
    accesses: accessIds(routed).length,
    distinct: counted.counts.reduce((sum, layer) => sum + layer.filter((n) => n > 0).length, 0),
    popularity: counted,
    reuse: powers.map((lag, i) => ({ lag, mean: meanOverLayers(byLag[i]), byLayer: [...byLag[i]] })),
    uniformReuse: topK / experts,
    pairSpread: pairSpread(choices, 64),
    reuseDistance: distanceClasses(routed),
    missRatio: missCurves(routed, CAPACITIES),
    predictability: [1, 2].filter((d) => d < layers).map((d) => predictability(routed, d)),
    workingSet: workingSet(routed, lengths).map((n, i) => ({ tokens: lengths[i], experts: n })),
    ...drift(routed),
  };
}

/** How far the popularities of several traces (domains) lie apart: mean divergence in bits over layers, by [a][b]. */
export function domainDivergence(traces: readonly RoutedTokens[]): number[][] {
  // The number of experts may be read off the ids of each trace: the largest holds for all.
  const experts = Math.max(...traces.map((trace) => trace.experts));
  const counts = traces.map((trace) => choiceCounts({ ...trace, experts }));
  return counts.map((a) => counts.map((b) => mean(popularityDivergence(a, b))));
}

function drift(routed: RoutedTokens): Pick<RoutingStatistics, 'drift' | 'driftByChance'> {
  const at = [0, 1, 2, 3, 4].map((i) => Math.floor((i * routed.tokens) / 4));
  const apart = (a: RoutedTokens, b: RoutedTokens) =>
    mean(popularityDivergence(choiceCounts(a), choiceCounts(b)));
  const quarter = (i: number) => tokenRange(routed, at[i], at[i + 1]);
  return {
    drift: [1, 2, 3].map((i) => apart(quarter(i - 1), quarter(i))),
    driftByChance: [1, 2, 3].map((i) => {
      const both = tokenRange(routed, at[i - 1], at[i + 1]);
      return apart(everySecond(both, 0), everySecond(both, 1));
    }),
  };
}

/** Tokens first, first + 2, … */
function everySecond(routed: RoutedTokens, first: number): RoutedTokens {
  const tokens = Math.ceil((routed.tokens - first) / 2);
  const row = routed.layers * routed.topK;
  const ids = new Uint16Array(tokens * row);
  for (let t = 0; t < tokens; t++)
    ids.set(routed.ids.subarray((first + 2 * t) * row, (first + 2 * t + 1) * row), t * row);
  return { ...routed, tokens, ids };
}

function distanceClasses(routed: RoutedTokens): RoutingStatistics['reuseDistance'] {
  const objects = routed.layers * routed.experts;
  const { histogram } = reuseDistances(accessIds(routed), objects);
  const classes = [];
  for (let from = 1; from <= objects; from *= 2) {
    const to = Math.min(2 * from - 1, objects);
    classes.push({ from, to, accesses: histogram.subarray(from, to + 1).reduce((a, b) => a + b, 0) });
  }
  return { first: histogram[0], classes };
}

const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
