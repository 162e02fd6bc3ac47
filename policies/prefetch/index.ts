/** Prefetchers: what to read before it is asked for. */
export type { Plan, Prefetcher, PrefetcherDefinition, RoutedTruth } from './prefetcher.ts';
export { createPrefetcher, type PrefetcherName, type PrefetcherSpec, prefetchers } from './registry.ts';
