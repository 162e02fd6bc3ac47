/** The public face of policies: what to evict, what to read ahead, where to put it. */
export type { AdmissionFilter, FilterDefinition, FilterOptions } from './admission/filter.ts';
export { type BoundOptions, missCostBound } from './bound.ts';
export { type ConformanceVector, conformanceVectors, firstDifference } from './conformance.ts';
export type { Characteristics, Parameter, ParameterValue, ParameterValues } from './definition.ts';
export type { PolicyDefinition } from './eviction/definition.ts';
export { type EvictionPolicy, type Future, NEVER, type PolicyOptions } from './eviction/policy.ts';
export { futureOf } from './future.ts';
export * from './placement/index.ts';
export * from './prefetch/index.ts';
export {
  admissionFilters,
  type CreateOptions,
  completeParameters,
  createPolicy,
  findAdmissionFilter,
  findPolicy,
  policies,
} from './registry.ts';
export { formatSpec, parseSpec, parseSpecs, type Spec } from './spec.ts';
