/**
 * How often each expert is chosen, by layer, and how uneven that is: entropy H = -Σ p log2 p of a layer's choices (bits),
 * between 0 and log2(experts).
 */
import { NOT_RECORDED, type RoutedTokens } from '../routed-tokens.ts';

export interface Popularity {
  /** Choices by [layer][expert]. */
  readonly counts: Uint32Array[];
  /** Bits, by layer; divide by log2(experts) to compare models. */
  readonly entropyBits: number[];
  /** Share of a layer's choices that goes to its most popular eighth of experts, by layer (uniform: 1/8). */
  readonly topEighthShare: number[];
}

export function popularity(routed: RoutedTokens): Popularity {
  const counts = choiceCounts(routed);
  return {
    counts,
    entropyBits: counts.map(entropyBits),
    topEighthShare: counts.map((layer) => {
      const falling = [...layer].sort((a, b) => b - a);
      const eighth = falling.slice(0, Math.ceil(layer.length / 8));
      return sum(eighth) / sum(falling);
    }),
  };
}

/** Choices by [layer][expert]. */
export function choiceCounts({ ids, layers, topK, experts }: RoutedTokens): Uint32Array[] {
  const counts = Array.from({ length: layers }, () => new Uint32Array(experts));
  for (let i = 0, l = 0; i < ids.length; i += topK, l = (l + 1) % layers) {
    if (ids[i] === NOT_RECORDED) continue;
    for (let k = 0; k < topK; k++) counts[l][ids[i + k]]++;
  }
  return counts;
}

/**
 * Jensen-Shannon divergence in bits between two popularities, by layer: 0 for the same, 1 for experts with nothing in
 * common (Lin 1991). Used for drift (halves of a trace) and for domains (one trace each).
 */
export function popularityDivergence(a: readonly Uint32Array[], b: readonly Uint32Array[]): number[] {
  return a.map((counts, l) => {
    const [totalA, totalB] = [sum(counts), sum(b[l])];
    if (totalA === 0 || totalB === 0) return 0;
    const mixed = Float64Array.from(counts, (n, e) => (n / totalA + b[l][e] / totalB) / 2);
    // Rounding can leave a hair below 0.
    return Math.max(0, entropyBits(mixed) - (entropyBits(counts) + entropyBits(b[l])) / 2);
  });
}

export function entropyBits(counts: ArrayLike<number>): number {
  const total = sum(counts);
  let bits = 0;
  for (let e = 0; e < counts.length; e++) {
    const p = counts[e] / total;
    if (p > 0) bits -= p * Math.log2(p);
  }
  return bits;
}

const sum = (values: ArrayLike<number>) => Array.prototype.reduce.call(values, (a, b) => a + b, 0) as number;
