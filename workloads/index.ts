/** What is accessed and when: models, layouts, routing, traces, and the simulated inference program. */

export * from './formats/index.ts';
export * from './layout/index.ts';
export * from './models/index.ts';
export * from './routing/index.ts';
