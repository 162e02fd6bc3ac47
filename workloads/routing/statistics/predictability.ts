/**
 * Layer-to-layer predictability: how many of a token's experts at layer l + d can be named from those it chose at layer l.
 *
 * The predictor scores expert f by Σ P(f at l + d | e at l) over the chosen e (counted on the first half of the tokens) and
 * names the topK best; recall is the share of the real choice that is among them, on the second half. The baseline names
 * the topK most popular. What a Markov prefetcher could reach.
 */
import { NOT_RECORDED, type RoutedTokens, rowOf, tokenRange } from '../routed-tokens.ts';
import { topK as highest } from '../top-k.ts';
import { choiceCounts } from './popularity.ts';

export interface Predictability {
  readonly distance: number;
  /** By predicted layer (`distance` to layers - 1). */
  readonly recall: number[];
  readonly popularityRecall: number[];
}

export function predictability(routed: RoutedTokens, distance = 1): Predictability {
  const half = Math.floor(routed.tokens / 2);
  const train = tokenRange(routed, 0, half);
  const test = tokenRange(routed, half, routed.tokens);
  const counts = choiceCounts(train);
  const recall: number[] = [];
  const popularityRecall: number[] = [];
  for (let layer = distance; layer < routed.layers; layer++) {
    const joint = jointCounts(train, layer - distance, layer);
    const popular = Float64Array.from(counts[layer]);
    const from = counts[layer - distance];
    const scores = new Float64Array(routed.experts);
    recall.push(
      meanRecall(test, layer, (token) => {
        scores.fill(0);
        const at = rowOf(test, token, layer - distance);
        for (let k = 0; k < test.topK; k++) {
          const e = test.ids[at + k];
          if (e === NOT_RECORDED || from[e] === 0) continue;
          for (let f = 0; f < scores.length; f++) scores[f] += joint[e * scores.length + f] / from[e];
        }
        return scores;
      }),
    );
    popularityRecall.push(meanRecall(test, layer, () => popular));
  }
  return { distance, recall, popularityRecall };
}

function jointCounts(routed: RoutedTokens, from: number, to: number): Uint32Array {
  const { tokens, topK, experts, ids } = routed;
  const joint = new Uint32Array(experts * experts);
  for (let t = 0; t < tokens; t++) {
    const [a, b] = [rowOf(routed, t, from), rowOf(routed, t, to)];
    if (ids[a] === NOT_RECORDED || ids[b] === NOT_RECORDED) continue;
    for (let i = 0; i < topK; i++) for (let j = 0; j < topK; j++) joint[ids[a + i] * experts + ids[b + j]]++;
  }
  return joint;
}

/** Tokens judged of a layer, at most; more would not sharpen the mean noticeably. */
const JUDGED = 4096;

function meanRecall(routed: RoutedTokens, layer: number, scoresOf: (token: number) => Float64Array): number {
  const { topK, ids } = routed;
  const named = new Uint16Array(topK);
  let found = 0;
  let total = 0;
  const stride = Math.ceil(routed.tokens / JUDGED);
  for (let t = 0; t < routed.tokens; t += stride) {
    const at = rowOf(routed, t, layer);
    if (ids[at] === NOT_RECORDED) continue;
    highest(scoresOf(t), topK, named, 0);
    for (let k = 0; k < topK; k++) if (named.includes(ids[at + k])) found++;
    total += topK;
  }
  return found / total;
}
