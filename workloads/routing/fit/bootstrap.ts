/**
 * Intervals of the closed-form parameters by a block bootstrap (Künsch 1989): the trace is cut into blocks of consecutive
 * tokens, reuse at every lag is averaged over blocks drawn with replacement, and the shares are fitted anew.
 */
import { type ChoiceBits, meanReuse } from '../statistics/reuse.ts';
import { fitShares, type Shares } from './shares.ts';

const BLOCKS = 16;
/** Tokens compared in a block at each lag. */
const PER_BLOCK = 256;

export function bootstrapShares(
  choices: ChoiceBits,
  lags: readonly number[],
  resamples: number,
  random: () => number,
): Shares[] {
  const { tokens, layers } = choices.routed;
  const blocks = Array.from({ length: BLOCKS }, (_, b) => {
    const from = Math.floor((b * tokens) / BLOCKS);
    const to = Math.floor(((b + 1) * tokens) / BLOCKS);
    const stride = Math.max(1, Math.floor((to - from) / PER_BLOCK));
    const later = Array.from({ length: Math.ceil((to - from) / stride) }, (_, i) => from + i * stride);
    return lags.map((lag) => ({
      pairs: later.filter((t) => t >= lag).length,
      reuse: meanReuse(choices, later, lag),
    }));
  });
  const whole = lags.map((_, g) =>
    pooled(
      blocks.map((block) => block[g]),
      layers,
    ),
  );
  return Array.from({ length: resamples }, () => {
    const drawn = blocks.map(() => blocks[Math.floor(random() * BLOCKS)]);
    const reuse = lags.map((_, g) => {
      const mean = pooled(
        drawn.map((block) => block[g]),
        layers,
      );
      // A lag longer than every drawn block's start has no pair: the whole trace's value stands.
      return Number.isNaN(mean[0]) ? whole[g] : mean;
    });
    return fitShares(lags, reuse, choices.routed, tokens);
  });
}

function pooled(parts: readonly { pairs: number; reuse: Float64Array }[], layers: number): Float64Array {
  const total = parts.reduce((sum, { pairs }) => sum + pairs, 0);
  return Float64Array.from({ length: layers }, (_, l) =>
    total === 0
      ? Number.NaN
      : parts.reduce((s, { pairs, reuse }) => s + (pairs > 0 ? pairs * reuse[l] : 0), 0) / total,
  );
}

/** [2.5 %, 97.5 %] of a sample. */
export type Interval = readonly [number, number];

export function interval(sample: readonly number[]): Interval {
  const sorted = [...sample].sort((a, b) => a - b);
  const at = (q: number) =>
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(q * (sorted.length - 1))))];
  return [at(0.025), at(0.975)];
}
