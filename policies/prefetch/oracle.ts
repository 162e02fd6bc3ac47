/**
 * Oracle prefetch: knows the routing and names every expert of the next `distance` MoE layers, across tokens, nearest
 * first. The upper bound of what a predictor can give: it wastes nothing, and is limited by bandwidth and memory only.
 */
import type { LayerAhead, PrefetcherDefinition } from './prefetcher.ts';

export const oracle: PrefetcherDefinition<LayerAhead> = {
  name: 'oracle',
  version: 1,
  clairvoyant: true,
  description: 'Knows the routing and names every expert of the next `distance` MoE layers: the upper bound.',
  create(truth, options) {
    const budget = Math.min(options.budget, truth.topK);
    return {
      predict(token, layer, plan) {
        for (let ahead = 1; ahead <= options.distance; ahead++) {
          const position = layer + ahead;
          const inToken = token + Math.floor(position / truth.layers);
          if (inToken >= truth.tokens) return;
          const inLayer = position % truth.layers;
          for (let k = 0; k < budget; k++) plan(inToken, inLayer, truth.expertAt(inToken, inLayer, k));
        }
      },
    };
  },
};
