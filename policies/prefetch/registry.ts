/** Every prefetcher. One line here registers it: creation by name and the shared tests pick it up. */
import { certain } from './certain.ts';
import { gateLookahead } from './gate-lookahead.ts';
import { markov } from './markov.ts';
import { nextLayer, none } from './none.ts';
import { oracle } from './oracle.ts';
import { popularity } from './popularity.ts';
import type { Prefetcher, RoutedTruth } from './prefetcher.ts';
import { previousToken } from './previous-token.ts';

export const prefetchers = {
  none,
  'next-layer': nextLayer,
  'previous-token': previousToken,
  popularity,
  markov,
  'gate-lookahead': gateLookahead,
  certain,
  oracle,
} as const;

export type PrefetcherName = keyof typeof prefetchers;

/** A prefetcher's name with its options, e.g. {policy: 'oracle', distance: 2, budget: 8}. */
export type PrefetcherSpec = {
  [Name in PrefetcherName]: { readonly policy: Name } & Parameters<(typeof prefetchers)[Name]['create']>[1];
}[PrefetcherName];

export function createPrefetcher(spec: PrefetcherSpec, truth: RoutedTruth, random: () => number): Prefetcher {
  // The name picks the definition whose options the rest of the spec are.
  const create = prefetchers[spec.policy].create as (
    truth: RoutedTruth,
    options: PrefetcherSpec,
    random: () => number,
  ) => Prefetcher;
  return create(truth, spec, random);
}
