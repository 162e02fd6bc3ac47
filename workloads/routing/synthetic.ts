/** Synthetic routing: the k highest of Gaussian logits with the structure of a RoutingModel (routing-model.ts). */
import { autoregression } from './autoregression.ts';
import { ContextFeatures, TokenFeatures } from './features.ts';
import { normalSource } from './normal.ts';
import { emptyRouting, rowOf } from './routed-tokens.ts';
import { checkRoutingModel, type RoutingModel } from './routing-model.ts';
import type { RoutingSource, SyntheticOptions } from './source.ts';
import { limitGroups, topK } from './top-k.ts';

/** @param random draws the text: features and noise; and the model's weights too, unless `weights` has its own stream */
export function syntheticRouting({ model, weights }: SyntheticOptions, random: () => number): RoutingSource {
  checkRoutingModel(model);
  const { layers, experts, rank } = model;
  const router = drawRouter(model, normalSource(weights ?? random));
  const normal = normalSource(random);
  const token = new TokenFeatures(autoregression(model.tokenCorrelation), rank, normal);
  const context = new ContextFeatures(model.context, rank, normal);
  const seen = new Float64Array(rank);
  const logits = new Float64Array(experts);

  const score = (layer: number) => {
    const shares = model.layerShares[layer];
    const [forContext, forToken] = [Math.sqrt(shares.context), Math.sqrt(shares.token)];
    for (let d = 0; d < rank; d++) seen[d] = forContext * context.values[d] + forToken * token.values[d];
    const noise = Math.sqrt(Math.max(0, 1 - shares.static - shares.context - shares.token));
    const { popularity, loadings } = router;
    for (let e = 0, i = layer * experts, j = i * rank; e < experts; e++, i++) {
      let z = popularity[i];
      for (let d = 0; d < rank; d++, j++) z += loadings[j] * seen[d];
      logits[e] = noise > 0 ? z + noise * normal() : z;
    }
  };

  return {
    layers,
    experts,
    topK: model.topK,
    next(tokens) {
      const routed = emptyRouting(tokens, model);
      for (let t = 0; t < tokens; t++) {
        token.next();
        context.next();
        for (let l = 0; l < layers; l++) {
          score(l);
          if (model.groups) limitGroups(logits, model.groups);
          const at = rowOf(routed, t, l);
          topK(logits, model.topK, routed.ids, at);
          if (model.order === 'ascending') routed.ids.subarray(at, at + model.topK).sort();
        }
      }
      return routed;
    },
  };
}

/** What a model is, whatever it reads: popularity (scaled) and loadings of every expert. */
function drawRouter(model: RoutingModel, normal: () => number) {
  const { layers, experts, rank } = model;
  const popularity = new Float64Array(layers * experts);
  const loadings = new Float32Array(layers * experts * rank);
  for (let i = 0; i < popularity.length; i++) {
    const share = model.layerShares[Math.floor(i / experts)].static;
    popularity[i] = Math.sqrt(share) * skewed(normal(), model.skew);
    let square = 0;
    for (let j = i * rank; j < (i + 1) * rank; j++) {
      loadings[j] = normal();
      square += loadings[j] ** 2;
    }
    for (let j = i * rank; j < (i + 1) * rank; j++) loadings[j] /= Math.sqrt(square);
  }
  return { popularity, loadings };
}

/** A normal number made skew, with mean 0 and variance 1: a shifted log-normal, mirrored for negative skew. */
export function skewed(normal: number, skew: number): number {
  const s = Math.abs(skew);
  if (s < 1e-6) return normal;
  const x = Math.sign(skew) * normal * s;
  const spread = Math.sqrt((Math.exp(s * s) - 1) * Math.exp(s * s));
  return (Math.sign(skew) * (Math.exp(x) - Math.exp((s * s) / 2))) / spread;
}
