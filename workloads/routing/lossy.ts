/**
 * Ways to read fewer experts than the router chose. All of them change what the model computes, and how much worse its
 * answers are is not modelled: ds4 #636 measured 11.4 % error of a block's output for one dropped expert.
 *
 * - top-k cut: the first n of a token's choice only (colibri --topp, EXPERT_BUDGET);
 * - cold experts: those of a layer that together get a small share of its choices are dropped, or replaced by the hottest that is not chosen
 *   already (flash-moe --drop-cold-experts). The first of a choice is always served.
 *
 * Ranks are the routing's order; a recording in ascending order of ids has none, so that a cut is arbitrary there.
 */
import { popularityOf } from './popularity.ts';
import { emptyRouting, type RoutedTokens } from './routed-tokens.ts';

/** @param k experts that are left of each choice, 1 to routing.topK */
export function cutTopK(routing: RoutedTokens, k: number): RoutedTokens {
  if (!(k >= 1 && k <= routing.topK))
    throw new RangeError(`top-k is cut to ${k}; allowed are 1 to ${routing.topK}`);
  const cut = emptyRouting(routing.tokens, { ...routing, topK: k });
  for (let row = 0; row < routing.tokens * routing.layers; row++)
    cut.ids.set(routing.ids.subarray(row * routing.topK, row * routing.topK + k), row * k);
  return cut;
}

/** The experts of each layer from the hottest to the coldest, equal ones by id. */
export function byHeat({ layers, experts }: RoutedTokens, popularity: Float64Array): Uint16Array {
  const order = new Uint16Array(layers * experts);
  for (let layer = 0; layer < layers; layer++) {
    const heat = popularity.subarray(layer * experts, (layer + 1) * experts);
    const sorted = Array.from(heat.keys()).sort((a, b) => heat[b] - heat[a] || a - b);
    order.set(sorted, layer * experts);
  }
  return order;
}

/** 1 for each layer's least chosen experts that together get at most `share` of its choices, by layer x experts + expert. */
export function coldExperts(routing: RoutedTokens, share: number): Uint8Array {
  const { layers, experts, tokens, topK } = routing;
  const popularity = popularityOf(routing);
  const order = byHeat(routing, popularity);
  const cold = new Uint8Array(layers * experts);
  for (let layer = 0; layer < layers; layer++) {
    const from = layer * experts;
    let left = share * tokens * topK;
    for (let rank = experts - 1; rank >= 0; rank--) {
      const id = from + order[from + rank];
      left -= popularity[id];
      if (left < 0) break;
      cold[id] = 1;
    }
  }
  return cold;
}

/** Cold experts beyond the first of a choice replaced by the layer's hottest that are not chosen already. */
export function substituteCold(routing: RoutedTokens, cold: Uint8Array): RoutedTokens {
  const { layers, experts, topK } = routing;
  const order = byHeat(routing, popularityOf(routing));
  const ids = routing.ids.slice();
  for (let row = 0; row < routing.tokens * layers; row++) {
    const from = (row % layers) * experts;
    const choice = ids.subarray(row * topK, (row + 1) * topK);
    let next = from;
    for (let k = 1; k < topK; k++) {
      if (cold[from + choice[k]] === 0) continue;
      while (next < from + experts && choice.includes(order[next])) next++;
      if (next === from + experts || cold[from + order[next]] === 1) break;
      choice[k] = order[next];
    }
  }
  return { ...routing, ids };
}
