/**
 * Which case leads. A clairvoyant policy (MIN, oracle prefetch) bounds what any other could reach; it cannot be built,
 * so it never leads where another can.
 */
import { policies } from '../../policies/index.ts';
import type { Bound, Result } from '../result.ts';

const CLAIRVOYANT = new Set([
  ...policies.filter(({ needsFuture }) => needsFuture).flatMap(({ name, aliases }) => [name, ...aliases]),
  'oracle',
]);

/** The name in front of parameters, as in `clock:bits=2` or `gate-lookahead recall=0.85`. */
const nameIn = (policy: string): string => policy.split(/[:+ ]/)[0];

export const isClairvoyant = ({ cache, prefetch }: Result): boolean =>
  [cache, prefetch].some((part) => part !== undefined && CLAIRVOYANT.has(nameIn(part.policy)));

export const byRate = (a: Result, b: Result): number => a.tokensPerSecond.mean - b.tokensPerSecond.mean;

/** The last of the fastest; undefined for no results. */
export const fastest = (results: readonly Result[]): Result | undefined => [...results].sort(byRate).at(-1);

/** The fastest case that needs no knowledge of the future, else the fastest. */
export const leaderOf = (results: readonly Result[]): Result =>
  fastest(results.filter((r) => !isClairvoyant(r))) ?? fastest(results)!;

/** The bound of the resource that binds. */
export const bindingBound = ({ bounds, binding }: Result): Bound | undefined =>
  bounds.find(({ resource }) => resource === binding);

/** Rates this far apart are not told apart on one linear axis. */
const FAR_APART = 8;
export const areFarApart = (results: readonly Result[]): boolean => {
  const rates = results.map((r) => r.tokensPerSecond.mean);
  return Math.max(...rates) > FAR_APART * Math.min(...rates);
};
