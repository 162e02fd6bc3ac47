/**
 * The parameters of synthetic routing, plain data (JSON).
 *
 * A router ranks experts by logits. Here the logit of expert e of layer l for token t is a Gaussian of variance 1,
 *
 *   z = sqrt(static) s[l,e] + w[l,e] · (sqrt(context) c(t) + sqrt(token) y(t)) + sqrt(noise) ε,   the shares summing to 1:
 *
 * - s: popularity that never changes; its distribution over experts is skewed by `skew` (a shifted log-normal), since a
 *   few experts are hot or a few are dead;
 * - c(t): what the text is about: `rank` features that drift as Ornstein-Uhlenbeck processes with the time constants of
 *   `context`; prompt-local popularity;
 * - y(t): what the token is: `rank` features with the autocorrelation `tokenCorrelation`: recency, and text that repeats
 *   itself at a distance;
 * - w: unit loadings, drawn once; all layers share c and y, so layers are correlated, the more the smaller `rank`;
 * - ε: fresh noise, the uniform rest.
 *
 * The topK highest are chosen. The chance that an expert chosen now is chosen g tokens later then depends only on the
 * correlation ρ(g) of its logit (correlation.ts), which makes each share measurable in a recorded trace (fit/).
 */
import { checkShape, type RoutingShape } from './routed-tokens.ts';

export interface LayerShares {
  /** Shares of the variance of a layer's logits, each 0 to 1; the rest up to 1 is noise. */
  readonly static: number;
  readonly context: number;
  readonly token: number;
}

export interface RoutingModel extends RoutingShape {
  /** Order of the experts in a row: by falling logit, or by id. */
  readonly order: 'ranked' | 'ascending';
  /** Group-limited choice (DeepSeek-V3): of `count` equal groups only the `chosen` best are eligible. */
  readonly groups?: { readonly count: number; readonly chosen: number };
  /** Dimensions of token and context features. */
  readonly rank: number;
  /** Skew of log popularity: 0 Gaussian, > 0 a few very hot experts, < 0 a few that are hardly used. */
  readonly skew: number;
  /** Autocorrelation of the token features at lags 1, 2, … tokens. */
  readonly tokenCorrelation: readonly number[];
  /** Time constants of the context in tokens, and their shares of it. */
  readonly context: readonly { readonly tokens: number; readonly share: number }[];
  readonly layerShares: readonly LayerShares[];
}

/** @throws RangeError naming the parameter at fault and what is allowed */
export function checkRoutingModel(model: RoutingModel): void {
  checkShape(model);
  const { layers, experts, topK, groups, rank, layerShares } = model;
  const fail = (found: string, allowed: string) => {
    throw new RangeError(`${found}; allowed: ${allowed}`);
  };
  if (!(Number.isInteger(rank) && rank >= 1 && rank <= 1024)) fail(`rank is ${rank}`, '1 to 1024');
  if (!(Math.abs(model.skew) <= 2)) fail(`skew is ${model.skew}`, '-2 to 2');
  if (layerShares.length !== layers)
    fail(`layerShares has ${layerShares.length} entries`, `${layers}, one a layer`);
  layerShares.forEach((shares, l) => {
    const values = [shares.static, shares.context, shares.token];
    const sum = values.reduce((a, b) => a + b, 0);
    if (!values.every((x) => x >= 0) || sum > 1 + 1e-9) {
      fail(`layerShares[${l}] is ${JSON.stringify(shares)}`, 'shares of at least 0 that sum to at most 1');
    }
  });
  for (const { tokens, share } of model.context) {
    if (!(tokens > 0 && share >= 0)) fail(`context ${tokens} tokens, share ${share}`, 'both above 0');
  }
  if (!model.tokenCorrelation.every((r) => Math.abs(r) < 1))
    fail('tokenCorrelation', 'values between -1 and 1');
  if (!groups) return;
  const { count, chosen } = groups;
  const size = experts / count;
  if (!Number.isInteger(size) || !(chosen >= 1 && chosen <= count) || chosen * size < topK) {
    const allowed = `a divisor of ${experts} experts, and enough of them chosen to hold ${topK}`;
    fail(`groups are ${chosen} of ${count}`, allowed);
  }
}
