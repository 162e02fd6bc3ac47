/**
 * The features that all layers see: `rank` independent Gaussian sequences of variance 1 each, scaled so that their vector
 * has mean square length 1 times `rank` loadings of unit length (routing-model.ts). One value a token and dimension.
 */
import type { Autoregression } from './autoregression.ts';

/** Token features: `rank` sequences of one autoregression. */
export class TokenFeatures {
  /** The current token's. */
  readonly values: Float64Array;
  private readonly regression: Autoregression;
  private readonly normal: () => number;
  /** The last values of each dimension, a ring of `order` rows. */
  private readonly past: Float64Array;
  private readonly order: number;
  private newest = 0;

  constructor(regression: Autoregression, rank: number, normal: () => number) {
    this.regression = regression;
    this.normal = normal;
    this.order = regression.weights.length;
    this.values = new Float64Array(rank);
    this.past = new Float64Array(this.order * rank);
    // From zeros to the stationary state: several times the memory of the process.
    for (let i = 0; i < 4 * this.order + 1; i++) this.next();
  }

  next(): void {
    const past = this.past;
    const { values, order } = this;
    const regression = this.regression;
    const { weights, innovation } = regression;
    const rank = values.length;
    for (let d = 0; d < rank; d++) values[d] = innovation * this.normal();
    for (let g = 0; g < order; g++) {
      const row = ((this.newest - g + order) % order) * rank;
      const weight = weights[g];
      for (let d = 0; d < rank; d++) values[d] += weight * past[row + d];
    }
    if (order === 0) return;
    this.newest = (this.newest + 1) % order;
    past.set(values, this.newest * rank);
  }
}

/** Context features: a weighted sum of Ornstein-Uhlenbeck processes, each e^(-g/tokens) correlated over g tokens. */
export class ContextFeatures {
  readonly values: Float64Array;
  private readonly parts: { values: Float64Array; keep: number; renew: number; scale: number }[];
  private readonly normal: () => number;

  constructor(
    context: readonly { readonly tokens: number; readonly share: number }[],
    rank: number,
    normal: () => number,
  ) {
    this.normal = normal;
    this.values = new Float64Array(rank);
    const total = context.reduce((sum, { share }) => sum + share, 0);
    this.parts = context.map(({ tokens, share }) => {
      const keep = Math.exp(-1 / tokens);
      const values = Float64Array.from({ length: rank }, normal);
      return { values, keep, renew: Math.sqrt(1 - keep * keep), scale: Math.sqrt(share / total) };
    });
  }

  next(): void {
    this.values.fill(0);
    for (const { values, keep, renew, scale } of this.parts) {
      for (let d = 0; d < values.length; d++) {
        values[d] = keep * values[d] + renew * this.normal();
        this.values[d] += scale * values[d];
      }
    }
  }
}
