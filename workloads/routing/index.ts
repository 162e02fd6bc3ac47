/** Expert routing: sources for the inference program, recorded formats, statistics, and the fitted generator. */
export * from './routed-tokens.ts';
export * from './source.ts';
