/** What is accessed and when: models, layouts, routing, traces, and the simulated inference program. */

export { type CacheTrace, type ReplayCounts, replay } from './cache-replay.ts';
export * from './formats/index.ts';
export * from './layout/index.ts';
export * from './models/index.ts';
export * from './routing/index.ts';
