/** The contract of an admission filter: whether an object that missed is worth a place in the cache. */
import { type Definition, type Draft, define, type Parameter } from '../definition.ts';

export interface FilterOptions {
  /** Ids run from 0 to objects - 1. */
  readonly objects: number;
  /** Capacity of the cache behind the filter, in objects or bytes. */
  readonly capacity: number;
  /** Bytes of each object; absent: every object counts 1. */
  readonly sizes?: Float64Array | Uint32Array;
  readonly random?: () => number;
}

export interface AdmissionFilter {
  /** Called once for every request, hit or miss, before `admits`. */
  request(id: number): void;
  /** Whether `id`, which was just requested and missed, may be inserted. */
  admits(id: number): boolean;
}

export type FilterDefinition = Definition<FilterOptions, AdmissionFilter>;

export const defineFilter = <S extends Readonly<Record<string, Parameter>>>(
  draft: Draft<FilterOptions, AdmissionFilter, S>,
): FilterDefinition => define({ refuses: true, ...draft });
