/**
 * From reuse by lag to a RoutingModel, in closed form but for its rank and skew.
 *
 * Reuse names the correlation of the logits at each lag (correlation.ts), and by the model (routing-model.ts)
 * ρ_l(g) = static_l + context_l c(g) + token_l y(g). Averaged over layers, what neither decays (static) nor decays slowly
 * (exponentials with fixed time constants: context) at lags beyond a phrase is the shape of the token features, lag by
 * lag; then each layer's three shares are a least-squares fit of its own curve.
 */
import { positiveSpectrum } from '../autoregression.ts';
import type { RoutingShape } from '../routed-tokens.ts';
import type { LayerShares } from '../routing-model.ts';
import { meanOverLayers } from '../statistics/reuse.ts';
import { ReuseCorrelation } from './correlation.ts';
import { nonnegativeLeastSquares } from './linear.ts';

export interface Shares {
  readonly tokenCorrelation: number[];
  readonly context: { tokens: number; share: number }[];
  readonly layerShares: LayerShares[];
}

/** Tokens over which token features may be correlated. */
const LONGEST_TOKEN_LAG = 128;
/** Beyond this many tokens a likeness counts as context: a phrase is over. */
const PHRASE = 6;
const CONTEXT_TOKENS = [64, 256, 1024, 4096, 16384];

/** Lags to measure in a trace: each up to 128, then four an octave, none above 0.6 of the trace. */
export function lagsToMeasure(tokens: number): number[] {
  const longest = Math.floor(0.6 * tokens);
  const lags = Array.from({ length: Math.min(LONGEST_TOKEN_LAG, longest) }, (_, i) => i + 1);
  for (let lag = LONGEST_TOKEN_LAG * 2 ** 0.25; lag <= longest; lag *= 2 ** 0.25) lags.push(Math.round(lag));
  return lags;
}

/** @param reuse by [lag][layer], for the given lags; @param tokens of the trace that it was measured in */
export function fitShares(
  lags: readonly number[],
  reuse: readonly Float64Array[],
  { layers, topK, experts }: RoutingShape,
  tokens: number,
): Shares {
  const inverse = new ReuseCorrelation(topK / experts);
  // A layer without a recorded pair at some lag counts as the mean of the others.
  const rho = reuse.map((byLayer) => {
    const others = meanOverLayers(byLayer);
    return Float64Array.from(byLayer, (r) => inverse.correlationOf(Number.isNaN(r) ? others : r));
  });
  const mean = rho.map((byLayer) => byLayer.reduce((a, b) => a + b, 0) / layers);
  // Every lag counts by its pairs; thinned long lags stand for those between them.
  const gap = (i: number) => (i === 0 ? 1 : lags[i] - lags[i - 1]);
  const weights = lags.map((lag, i) => (lag < PHRASE ? 0 : (tokens - lag) * gap(i)));

  const times = CONTEXT_TOKENS.filter((n) => n < tokens);
  const decays = times.map((n) => lags.map((lag) => Math.exp(-lag / n)));
  const [still, ...slow] = nonnegativeLeastSquares([lags.map(() => 1), ...decays], mean, weights, 0.95);
  const slowly = lags.map((_, i) => slow.reduce((sum, share, j) => sum + share * decays[j][i], 0));
  const slowTotal = slow.reduce((a, b) => a + b, 0);

  const dense = lags.filter((lag) => lag <= LONGEST_TOKEN_LAG).length;
  const rest = 1 - still - slowTotal;
  const token = positiveSpectrum(mean.slice(0, dense).map((r, i) => (r - still - slowly[i]) / rest));

  // Layers differ most at short lags, and these matter most for a cache.
  const layerWeights = lags.slice(0, dense).map((lag) => (tokens - lag) * Math.min(1, 8 / lag));
  const basis = [
    lags.slice(0, dense).map(() => 1),
    [...token],
    slowly.slice(0, dense).map((x) => x / slowTotal),
  ];
  if (slowTotal < 1e-3) basis.pop();
  const layerShares = Array.from({ length: layers }, (_, l): LayerShares => {
    const curve = rho.slice(0, dense).map((byLayer) => byLayer[l]);
    const [fixed, forToken, forContext = 0] = nonnegativeLeastSquares(basis, curve, layerWeights, 1);
    return { static: fixed, context: forContext, token: forToken };
  });
  const context = times
    .map((n, j) => ({ tokens: n, share: slow[j] / slowTotal }))
    .filter(({ share }) => share > 0);
  return { tokenCorrelation: [...token], context: slowTotal < 1e-3 ? [] : context, layerShares };
}
