/**
 * Reuse at a lag: the share of a token's experts that the token g places before had also chosen at that layer. Uniform
 * routing gives topK / experts at every lag.
 *
 * Choices as bit sets, so that a pair costs experts / 32 words; of a long trace a sample of tokens is compared.
 */
import { NOT_RECORDED, type RoutedTokens, rowOf } from '../routed-tokens.ts';

export interface ChoiceBits {
  readonly routed: RoutedTokens;
  /** [token][layer][word] */
  readonly bits: Uint32Array;
  readonly words: number;
}

export function choiceBits(routed: RoutedTokens): ChoiceBits {
  const { tokens, layers, topK, experts, ids } = routed;
  const words = Math.ceil(experts / 32);
  const bits = new Uint32Array(tokens * layers * words);
  for (let row = 0; row < tokens * layers; row++) {
    for (let i = row * topK; i < (row + 1) * topK; i++) {
      if (ids[i] !== NOT_RECORDED) bits[row * words + (ids[i] >>> 5)] |= 1 << (ids[i] & 31);
    }
  }
  return { routed, bits, words };
}

/** Experts that tokens a and b share at a layer. */
export function shared({ routed, bits, words }: ChoiceBits, a: number, b: number, layer: number): number {
  let i = (a * routed.layers + layer) * words;
  let j = (b * routed.layers + layer) * words;
  let count = 0;
  for (let w = 0; w < words; w++) {
    let x = bits[i++] & bits[j++];
    x -= (x >>> 1) & 0x55555555;
    x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
    count += (((x + (x >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
  }
  return count;
}

/** Tokens compared with their predecessors at each lag; more would not sharpen the mean noticeably. */
const SAMPLE = 4096;

/** By [lag][layer], for the given lags, each at least 1 and below the number of tokens. */
export function reuseByLag(choices: ChoiceBits, lags: readonly number[], sample = SAMPLE): Float64Array[] {
  const { tokens } = choices.routed;
  return lags.map((lag) => {
    const pairs = tokens - lag;
    const stride = Math.max(1, pairs / sample);
    const later: number[] = [];
    for (let at = 0; at < pairs; at += stride) later.push(lag + Math.floor(at));
    return meanReuse(choices, later, lag);
  });
}

/** Mean reuse by layer of the given tokens at one lag; tokens without an earlier one, or not recorded, do not count. */
export function meanReuse(choices: ChoiceBits, later: readonly number[], lag: number): Float64Array {
  const { routed } = choices;
  const { layers, topK, ids } = routed;
  const mean = new Float64Array(layers);
  for (let l = 0; l < layers; l++) {
    let both = 0;
    let pairs = 0;
    for (const t of later) {
      if (t < lag || ids[rowOf(routed, t, l)] === NOT_RECORDED) continue;
      if (ids[rowOf(routed, t - lag, l)] === NOT_RECORDED) continue;
      both += shared(choices, t, t - lag, l);
      pairs++;
    }
    mean[l] = pairs === 0 ? Number.NaN : both / (pairs * topK);
  }
  return mean;
}

/** Mean over layers, of those that have a recorded pair. */
export function meanOverLayers(byLayer: Float64Array): number {
  const known = byLayer.filter((x) => !Number.isNaN(x));
  return known.reduce((a, b) => a + b, 0) / known.length;
}

/**
 * Standard deviation, over pairs of tokens up to `span` apart, of the share of experts that they have in common in all
 * layers together: how much one token's likeness to another moves all layers at once.
 */
export function pairSpread(choices: ChoiceBits, span: number): number {
  const { tokens, layers, topK } = choices.routed;
  const stride = Math.max(1, Math.floor(tokens / 256));
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let t = stride; t < tokens; t += stride) {
    for (let u = Math.max(0, t - span); u < t; u++) {
      let both = 0;
      for (let l = 0; l < layers; l++) both += shared(choices, t, u, l);
      const share = both / (layers * topK);
      count++;
      sum += share;
      squares += share * share;
    }
  }
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}
