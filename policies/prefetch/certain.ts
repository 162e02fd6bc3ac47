/**
 * Certain prefetch: the first layers of some models route by the token's id (DeepSeek-V4: layers 0 to 2), so their
 * experts are known for sure as soon as the token is, before its first layer begins.
 */
import type { PrefetcherDefinition } from './prefetcher.ts';

export interface CertainOptions {
  /** MoE layers, from the first, that route by the token's id. */
  readonly layers: number;
}

export const certain: PrefetcherDefinition<CertainOptions> = {
  name: 'certain',
  version: 1,
  clairvoyant: false,
  description:
    'Reads the experts of hash-routed layers as soon as the token is known (DeepSeek-V4, layers 0 to 2).',
  create: (truth, options) => ({
    predict() {},
    begin(token, plan) {
      const layers = Math.min(options.layers, truth.layers);
      for (let layer = 0; layer < layers; layer++)
        for (let k = 0; k < truth.topK; k++) plan(token, layer, truth.expertAt(token, layer, k));
    },
  }),
};
