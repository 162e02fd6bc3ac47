/**
 * Cache-biased routing (colibri CACHE_ROUTE J, M): the first `keep` experts of a choice are as the router says; each
 * further one that is not in the cache gives way to one that is, if there is one among the router's first `among`.
 *
 * Beyond its top-k a recording does not say how the router ranked. The ranks from k + 1 to `among` are drawn here by the
 * layer's popularity, without replacement: what a router prefers apart from the text. Whether an expert is in the cache
 * is decided by replaying the demand through the run's policy, token by token, so that the choices are known before the
 * run; a run that prefetches holds other experts than that.
 */
import type { EvictionPolicy } from '../../policies/index.ts';
import type { RoutedTokens } from '../routing/index.ts';
import { popularityOf } from '../routing/popularity.ts';

export interface CacheBias {
  /** Experts of a choice that are never replaced, 1 or more. */
  readonly keep: number;
  /** Ranks among which a replacement is looked for, top-k or more. */
  readonly among: number;
}

export interface BiasedRouting {
  readonly routing: RoutedTokens;
  /** Choices of the generated tokens that were replaced, as a share of all. */
  readonly replaced: number;
}

/** @param cache of objects layer x experts + expert, empty @param promptTokens are routed as they are */
export function biasRouting(
  routing: RoutedTokens,
  { keep, among }: CacheBias,
  cache: EvictionPolicy,
  promptTokens: number,
  random: () => number,
): BiasedRouting {
  const { layers, experts, topK, tokens } = routing;
  const popularity = popularityOf(routing);
  const ids = routing.ids.slice();
  let replaced = 0;
  for (let row = 0; row < tokens * layers; row++) {
    const from = (row % layers) * experts;
    const choice = ids.subarray(row * topK, (row + 1) * topK);
    if (row >= promptTokens * layers) {
      const candidates = furtherRanks(
        popularity.subarray(from, from + experts),
        choice,
        among - topK,
        random,
      );
      for (let k = keep; k < topK; k++) {
        if (cache.contains(from + choice[k])) continue;
        const other = candidates.findIndex((expert) => cache.contains(from + expert));
        if (other < 0) break;
        choice[k] = candidates.splice(other, 1)[0];
        replaced++;
      }
    }
    for (const expert of choice) cache.access(from + expert);
  }
  const choices = (tokens - promptTokens) * layers * topK;
  return { routing: { ...routing, ids }, replaced: choices > 0 ? replaced / choices : 0 };
}

/** `count` experts that are not chosen, drawn by popularity (one added, so that none is impossible), in that order. */
function furtherRanks(
  popularity: Float64Array,
  choice: Uint16Array,
  count: number,
  random: () => number,
): number[] {
  const drawn: number[] = [];
  const taken = new Set<number>(choice);
  let left = 0;
  for (let e = 0; e < popularity.length; e++) if (!taken.has(e)) left += popularity[e] + 1;
  for (let n = Math.min(count, popularity.length - taken.size); n > 0; n--) {
    let at = random() * left;
    let found = -1;
    for (let e = 0; e < popularity.length && at >= 0; e++) {
      if (taken.has(e)) continue;
      at -= popularity[e] + 1;
      found = e;
    }
    drawn.push(found);
    taken.add(found);
    left -= popularity[found] + 1;
  }
  return drawn;
}
