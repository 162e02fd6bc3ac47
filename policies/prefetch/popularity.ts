/**
 * Popularity: the experts of the layer ahead that were chosen most often so far, prompt included, by all tokens alike.
 */
import { highest } from './highest.ts';
import { namedExperts, type PrefetcherDefinition, type RankedAhead } from './prefetcher.ts';
import { SeenRouting } from './seen-routing.ts';

export const popularity: PrefetcherDefinition<RankedAhead> = {
  name: 'popularity',
  version: 1,
  clairvoyant: false,
  description: 'Reads ahead the experts of the layer ahead that were chosen most often so far.',
  create(truth, options) {
    const { layers, experts, topK } = truth;
    const chosen = new Float64Array(layers * experts);
    const score = new Float64Array(experts);
    const count = namedExperts(truth, options);
    const seen = new SeenRouting(truth, (token, layer) => {
      for (let k = 0; k < topK; k++) chosen[layer * experts + truth.expertAt(token, layer, k)]++;
    });
    return {
      predict(token, layer, plan) {
        seen.upTo(token, layer);
        const target = layer + options.distance;
        if (target >= layers) return;
        score.set(chosen.subarray(target * experts, (target + 1) * experts));
        highest(score, count, (expert) => plan(token, target, expert));
      },
    };
  },
};
