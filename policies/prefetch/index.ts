/** Prefetchers: what to read before it is asked for. */
export { type GateLookaheadOptions, gateLookahead } from './gate-lookahead.ts';
export { type OracleOptions, oraclePrefetcher } from './oracle.ts';
export type { Prefetcher, RoutedTruth } from './prefetcher.ts';
