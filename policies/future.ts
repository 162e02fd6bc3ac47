/** The future of a trace, for clairvoyant policies: one backward pass over its requests. */
import { type Future, NEVER } from './eviction/policy.ts';

/** @param ids the requests in order; @param objects ids run from 0 to objects - 1. */
export function futureOf(ids: Uint32Array, objects: number): Future {
  const nextUse = new Uint32Array(ids.length);
  const firstUse = new Uint32Array(objects).fill(NEVER);
  for (let i = ids.length - 1; i >= 0; i--) {
    nextUse[i] = firstUse[ids[i]];
    firstUse[ids[i]] = i;
  }
  return { requests: ids, nextUse, firstUse };
}
