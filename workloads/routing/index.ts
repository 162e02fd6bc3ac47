/** Expert routing: sources for the inference program, recorded formats, statistics, and the fitted generator. */
export { type CheckedFigure, checkFit } from './fit/check.ts';
export { type FitOptions, fitRouting, type RoutingFit } from './fit/fit.ts';
export { presetModel, type RoutingPreset } from './preset.ts';
export * from './routed-tokens.ts';
export { checkRoutingModel, type LayerShares, type RoutingModel } from './routing-model.ts';
export * from './source.ts';
export { domainDivergence, type RoutingStatistics, routingStatistics } from './statistics/index.ts';
