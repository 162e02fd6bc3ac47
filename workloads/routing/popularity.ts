/** Popularity of experts in a routing: plain counts. */
import type { RoutedTokens } from './routed-tokens.ts';

/** How often each expert is chosen, by layer x experts + expert. */
export function popularityOf({ layers, experts, topK, ids }: RoutedTokens): Float64Array {
  const popularity = new Float64Array(layers * experts);
  ids.forEach((expert, i) => {
    popularity[(Math.floor(i / topK) % layers) * experts + expert]++;
  });
  return popularity;
}
