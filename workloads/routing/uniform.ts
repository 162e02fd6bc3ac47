/**
 * Uniform routing: each token chooses, at each layer, one of the C(experts, topK) sets of distinct experts, all equally
 * likely and independent. No structure to exploit: a lower bound for every policy without foresight.
 *
 * Sampling: the first topK steps of a Fisher-Yates shuffle (Knuth, TAOCP 2, 3.4.2 P). The permutation is kept between
 * draws: any permutation is as good a start as the identity.
 */
import { checkShape, emptyRouting, type RoutingShape } from './routed-tokens.ts';
import type { RoutingSource } from './source.ts';

export function uniformRouting(shape: RoutingShape, random: () => number): RoutingSource {
  checkShape(shape);
  const { layers, topK, experts } = shape;
  const permutation = Uint16Array.from({ length: experts }, (_, i) => i);
  return {
    layers,
    topK,
    experts,
    next(tokens) {
      const routed = emptyRouting(tokens, shape);
      for (let at = 0; at < routed.ids.length; at += topK) {
        for (let k = 0; k < topK; k++) {
          const j = k + Math.floor(random() * (experts - k));
          const chosen = permutation[j];
          permutation[j] = permutation[k];
          permutation[k] = chosen;
          routed.ids[at + k] = chosen;
        }
      }
      return routed;
    },
  };
}
