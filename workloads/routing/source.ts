/**
 * Where the inference program's routing comes from: uniform, synthetic, or replayed from a recording.
 *
 * A source owns its random stream and is asked for tokens ahead of their use, so that what is routed never depends on
 * the timing of the simulation: two policies, devices or hosts compared with one seed see the same experts. Several
 * concurrent requests have one source each.
 */
import { replayRouting } from './replay.ts';
import type { RoutedTokens, RoutingShape } from './routed-tokens.ts';
import type { RoutingModel } from './routing-model.ts';
import { syntheticRouting } from './synthetic.ts';
import { uniformRouting } from './uniform.ts';

export interface RoutingSource extends RoutingShape {
  /** Routing of the next `tokens` tokens; successive calls continue one stream. */
  next(tokens: number): RoutedTokens;
}

export interface UniformOptions extends RoutingShape {
  /** topK distinct experts, all sets equally likely, tokens and layers independent: the "dummy model". */
  readonly kind: 'uniform';
}

export interface ReplayOptions {
  readonly kind: 'replay';
  readonly recorded: RoutedTokens;
  /** What happens when more tokens are asked for than were recorded: start again, or an error. */
  readonly atEnd: 'repeat' | 'refuse';
}

export interface SyntheticOptions {
  readonly kind: 'synthetic';
  /** Fitted to a recording, or a preset. */
  readonly model: RoutingModel;
  /**
   * Seeded source of what belongs to the model and not to the text (each expert's popularity and loadings): sources given
   * equal streams are one model reading several prompts. Absent: `random`.
   */
  readonly weights?: () => number;
}

export type RoutingOptions = UniformOptions | SyntheticOptions | ReplayOptions;

/** @param random seeded source of numbers in [0, 1), used by this source only */
export function createRoutingSource(options: RoutingOptions, random: () => number): RoutingSource {
  switch (options.kind) {
    case 'uniform':
      return uniformRouting(options, random);
    case 'synthetic':
      return syntheticRouting(options, random);
    case 'replay':
      return replayRouting(options);
  }
}

/** The first `tokens` tokens of a new source, generated ahead of a run. */
export const generateRouting = (
  options: RoutingOptions,
  tokens: number,
  random: () => number,
): RoutedTokens => createRoutingSource(options, random).next(tokens);
