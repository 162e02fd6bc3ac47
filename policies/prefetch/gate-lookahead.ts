/**
 * Gate look-ahead: the router of MoE layer l + distance is applied early, to the hidden state at layer l, and the
 * experts it names are read ahead (colibri PILOT, ds4 DS4_PF_LOOKAHEAD, WASTE_LOOKAHEAD).
 *
 * A predictor is described by what can be measured of it: it names widen x top-k experts, and `recall` is the share of
 * the truly routed experts among them, measured at that distance and that width. So each true expert is named with
 * probability `recall`, and the rest of the list is filled with wrong ones, uniformly. The list is shuffled: nothing is
 * known of how the predictor ranks, so a budget below the list's length cuts right and wrong ones alike. A prediction
 * never crosses the end of a token: the next token is not known yet.
 */
import type { PrefetcherDefinition, RankedAhead } from './prefetcher.ts';

export interface GateLookaheadOptions extends RankedAhead {
  /** Share of the routed experts among those named, 0 to 1, or one value per rank of the router's top-k. */
  readonly recall: number | readonly number[];
}

export const gateLookahead: PrefetcherDefinition<GateLookaheadOptions> = {
  name: 'gate-lookahead',
  version: 1,
  clairvoyant: true,
  description:
    'The router of a later layer applied early, to the hidden state at this one; modelled by its measured recall at ' +
    'that distance and width. colibri PILOT, ds4 DS4_PF_LOOKAHEAD, WASTE_LOOKAHEAD.',
  create(truth, options, random) {
    const { experts, topK } = truth;
    const named = Math.min(experts, Math.round(topK * options.widen));
    const recallOf = (rank: number) =>
      typeof options.recall === 'number'
        ? options.recall
        : options.recall[Math.min(rank, options.recall.length - 1)];
    const isTrue = new Uint8Array(experts);
    const isNamed = new Uint8Array(experts);
    const list = new Int32Array(named);
    return {
      predict(token, layer, plan) {
        const target = layer + options.distance;
        if (target >= truth.layers) return;
        isTrue.fill(0);
        isNamed.fill(0);
        let count = 0;
        for (let k = 0; k < topK; k++) {
          const expert = truth.expertAt(token, target, k);
          isTrue[expert] = 1;
          if (random() < recallOf(k)) list[count++] = expert;
        }
        const wrong = Math.min(named, experts - topK + count);
        while (count < wrong) {
          const expert = Math.floor(random() * experts);
          if (isTrue[expert] || isNamed[expert]) continue;
          isNamed[expert] = 1;
          list[count++] = expert;
        }
        shuffle(list, count, random);
        const limit = Math.min(count, options.budget);
        for (let i = 0; i < limit; i++) plan(token, target, list[i]);
      },
    };
  },
};

/** Fisher and Yates. */
function shuffle(list: Int32Array, count: number, random: () => number): void {
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const swap = list[i];
    list[i] = list[j];
    list[j] = swap;
  }
}
