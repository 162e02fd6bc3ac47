/** No expert is read ahead: `none`, and `next-layer`, which reads only the parts that every token needs. */
import type { Prefetcher, PrefetcherDefinition } from './prefetcher.ts';

const nothing: Prefetcher = { predict() {} };

export const none: PrefetcherDefinition<object> = {
  name: 'none',
  version: 1,
  clairvoyant: false,
  description: 'Reads follow demand.',
  create: () => nothing,
};

export const nextLayer: PrefetcherDefinition<object> = {
  name: 'next-layer',
  version: 1,
  clairvoyant: false,
  description:
    'The dense parts of the next layer that are not pinned (attention, shared experts, dense) are read while this layer ' +
    'computes; they need no prediction. The prefetchers of experts do so, too.',
  create: () => nothing,
};
