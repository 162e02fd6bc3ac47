/**
 * Previous token: the layer ahead is expected to choose what it chose for the token before (bmoe --prefetch K). Its
 * recall is the overlap of neighbouring tokens.
 */
import type { LayerAhead, PrefetcherDefinition } from './prefetcher.ts';

export const previousToken: PrefetcherDefinition<LayerAhead> = {
  name: 'previous-token',
  version: 1,
  clairvoyant: false,
  description: 'Reads ahead what the layer ahead chose for the token before. BigMoeOnEdge --prefetch.',
  create: (truth, { distance, budget }) => ({
    predict(token, layer, plan) {
      const target = layer + distance;
      if (target >= truth.layers || token - 1 < -truth.prompt) return;
      for (let k = 0; k < Math.min(truth.topK, budget); k++)
        plan(token, target, truth.expertAt(token - 1, target, k));
    },
  }),
};
