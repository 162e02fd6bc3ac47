/**
 * `routing fit`: a RoutingModel whose generated tokens behave as a recording, with bootstrapped intervals.
 *
 * Shares by layer and the correlation of token features come from reuse by lag in closed form (shares.ts); factors on
 * both, the skew of popularity and the rank of the features by simulation (calibrate.ts).
 */
import { positiveSpectrum } from '../autoregression.ts';
import { type RoutedTokens, rowOf } from '../routed-tokens.ts';
import type { LayerShares, RoutingModel } from '../routing-model.ts';
import { choiceBits, reuseByLag } from '../statistics/reuse.ts';
import { bootstrapShares, type Interval, interval } from './bootstrap.ts';
import { calibrate, type Parameters, scatter } from './calibrate.ts';
import { ReuseCorrelation } from './correlation.ts';
import { fitShares, lagsToMeasure } from './shares.ts';
import { equivalentShare } from './skewed-popularity.ts';
import { meanTargets, type Targets } from './targets.ts';

export interface FitOptions {
  /** Gives a stream of random numbers in [0, 1) for each name; equal names give equal streams. */
  readonly stream: (name: string) => () => number;
  /** Group-limited choice of the recorded model, where it has one. */
  readonly groups?: RoutingModel['groups'];
  /** Resamples for the intervals; default 100. */
  readonly resamples?: number;
}

export interface RoutingFit {
  readonly model: RoutingModel;
  /** 95 % intervals: of layers by a block bootstrap over tokens, of skew and rank by generated traces. */
  readonly intervals: {
    readonly skew: Interval;
    readonly rank: Interval;
    /** Autocorrelation of the token features at lag 1. */
    readonly tokenCorrelation: Interval;
    readonly layerShares: {
      readonly static: Interval;
      readonly context: Interval;
      readonly token: Interval;
    }[];
  };
  /** What the calibration aimed at and what the fitted model gives. */
  readonly wanted: Targets;
  readonly given: Targets;
}

const FEWEST_TOKENS = 16;

/** @throws RangeError for fewer than 16 tokens */
export function fitRouting(recorded: RoutedTokens, options: FitOptions): RoutingFit {
  const { tokens, layers, topK, experts } = recorded;
  if (tokens < FEWEST_TOKENS)
    throw new RangeError(`a fit needs at least ${FEWEST_TOKENS} tokens; found ${tokens}`);
  const lags = lagsToMeasure(tokens);
  const choices = choiceBits(recorded);
  const shares = fitShares(lags, reuseByLag(choices, lags), recorded, tokens);
  const gaussian = new ReuseCorrelation(topK / experts);
  const scaleShares = (byLayer: readonly LayerShares[], [factor, , skew]: Parameters) =>
    byLayer.map(scaledBy(Math.exp(factor), equivalentShare(skew, topK / experts, gaussian)));
  const modelOf = (parameters: Parameters): RoutingModel => ({
    layers,
    topK,
    experts,
    order: isAscending(recorded) ? 'ascending' : 'ranked',
    ...(options.groups ? { groups: options.groups } : {}),
    rank: Math.round(Math.exp(parameters[3])),
    skew: parameters[2],
    tokenCorrelation: scaleCorrelation(shares.tokenCorrelation, parameters),
    context: shares.context,
    layerShares: scaleShares(shares.layerShares, parameters),
  });
  const found = calibrate(recorded, modelOf, options.stream);
  const spread = scatter(found);
  const resampled = bootstrapShares(choices, lags, options.resamples ?? 100, options.stream('bootstrap'));
  const scaled = resampled.map((one) => scaleShares(one.layerShares, found.parameters));
  const ofLayer = (l: number, name: 'static' | 'context' | 'token') =>
    interval(scaled.map((one) => one[l][name]));
  return {
    model: modelOf(found.parameters),
    intervals: {
      skew: interval(spread.map((d) => found.parameters[2] + d[2])),
      rank: interval(spread.map((d) => Math.max(1, Math.exp(found.parameters[3] + d[3])))),
      tokenCorrelation: interval(
        resampled.map((one) => scaleCorrelation(one.tokenCorrelation, found.parameters)[0]),
      ),
      layerShares: Array.from({ length: layers }, (_, l) => ({
        static: ofLayer(l, 'static'),
        context: ofLayer(l, 'context'),
        token: ofLayer(l, 'token'),
      })),
    },
    wanted: found.wanted,
    given: meanTargets(found.generated),
  };
}

/** Shares with their static part multiplied and made skew, brought back to a sum of at most 1. */
const scaledBy =
  (factor: number, equivalent: (share: number) => number) =>
  (shares: LayerShares): LayerShares => {
    const fixed = equivalent(Math.min(1, shares.static * factor));
    const over = Math.max(1, fixed + shares.token + shares.context);
    return { static: fixed / over, context: shares.context / over, token: shares.token / over };
  };

const scaleCorrelation = (correlation: readonly number[], parameters: Parameters): number[] => [
  ...positiveSpectrum(correlation.map((r) => r * Math.exp(parameters[1]))),
];

function isAscending(routed: RoutedTokens): boolean {
  const { tokens, layers, topK, ids } = routed;
  for (let row = 0; row < tokens * layers; row++) {
    for (let i = row * topK + 1; i < (row + 1) * topK; i++) if (ids[i] < ids[i - 1]) return false;
  }
  return rowOf(routed, tokens, 0) > 0;
}
