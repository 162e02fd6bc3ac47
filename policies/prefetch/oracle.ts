/**
 * Oracle prefetch: knows the routing and names every expert of the next `distance` MoE layers, across tokens, nearest
 * first. The upper bound of what a predictor can give: it wastes nothing, and is limited by bandwidth and memory only.
 */
import type { Prefetcher, RoutedTruth } from './prefetcher.ts';

export interface OracleOptions {
  /** How many MoE layers ahead are read, 1 or more. */
  readonly distance: number;
  /** Most experts named per layer. */
  readonly budget: number;
}

export function oraclePrefetcher(truth: RoutedTruth, options: OracleOptions): Prefetcher {
  const budget = Math.min(options.budget, truth.topK);
  return {
    name: 'oracle',
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
}
