/** A declared eviction policy: what its file exports and the registry lists. */
import { type Definition, type Draft, define, type Parameter } from '../definition.ts';
import type { EvictionPolicy, PolicyOptions } from './policy.ts';

export type PolicyDefinition = Definition<PolicyOptions, EvictionPolicy>;

export const definePolicy = <S extends Readonly<Record<string, Parameter>>>(
  draft: Draft<PolicyOptions, EvictionPolicy, S>,
): PolicyDefinition => define(draft);
