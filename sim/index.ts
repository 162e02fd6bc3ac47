/**
 * The discrete-event kernel: time, events, stations, shared links, random streams, statistics.
 */
export { ConservationError } from './conservation.ts';
export { ConstantDelay } from './constant-delay.ts';
export { type Process, Signal, type Wait } from './process.ts';
export { exponential, type Random, RandomStreams } from './random.ts';
export { type FlowId, SharedLink } from './shared-link.ts';
export type { SharedLinkStatistics, SharedLinkTotals } from './shared-link-statistics.ts';
export { type EventId, type Handler, type HandlerId, Simulation } from './simulation.ts';
export { type JobId, Station, type StationOptions } from './station.ts';
export type { StationStatistics, StationTotals } from './station-statistics.ts';
export { BatchMeans } from './statistics/batch-means.ts';
export { Histogram } from './statistics/histogram.ts';
export { Series, type SeriesPoint } from './statistics/series.ts';
export { TimeWeighted } from './statistics/time-weighted.ts';
export * from './time.ts';
