/** What is accessed and when: models, layouts, routing, traces, and the simulated inference program. */
export * from './routing/index.ts';
