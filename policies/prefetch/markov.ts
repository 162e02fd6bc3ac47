/**
 * Markov, conditional on the layer: how often expert e' of layer l + distance was chosen by tokens that chose e at layer
 * l, learned online (colibri MARKOV, COUPLE). The score of e' is the sum over the experts chosen now of
 * count(e, e') / count(e), the expected number of them that lead to it.
 */
import { highest } from './highest.ts';
import { namedExperts, type PrefetcherDefinition, type RankedAhead } from './prefetcher.ts';
import { SeenRouting } from './seen-routing.ts';

export const markov: PrefetcherDefinition<RankedAhead> = {
  name: 'markov',
  version: 1,
  clairvoyant: false,
  description:
    'Reads ahead the experts that most often followed those chosen now, by counts of pairs (layer, expert) to ' +
    '(layer ahead, expert) learned from the routing seen so far.',
  create(truth, options) {
    const { layers, experts, topK } = truth;
    const { distance } = options;
    /** By layer and expert: how often each expert of the layer ahead followed; made when first needed. */
    const followed: (Float64Array | undefined)[] = new Array(layers * experts);
    const chosen = new Float64Array(layers * experts);
    const score = new Float64Array(experts);
    const count = namedExperts(truth, options);
    const seen = new SeenRouting(truth, (token, target) => {
      const layer = target - distance;
      if (layer < 0) return;
      for (let k = 0; k < topK; k++) {
        const from = layer * experts + truth.expertAt(token, layer, k);
        followed[from] ??= new Float64Array(experts);
        chosen[from]++;
        for (let j = 0; j < topK; j++) followed[from][truth.expertAt(token, target, j)]++;
      }
    });
    return {
      predict(token, layer, plan) {
        seen.upTo(token, layer);
        const target = layer + distance;
        if (target >= layers) return;
        score.fill(0);
        for (let k = 0; k < topK; k++) {
          const from = layer * experts + truth.expertAt(token, layer, k);
          const row = followed[from];
          if (row === undefined) continue;
          for (let e = 0; e < experts; e++) score[e] += row[e] / chosen[from];
        }
        highest(score, count, (expert) => plan(token, target, expert));
      },
    };
  },
};
