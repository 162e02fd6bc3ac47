/**
 * Does a generator behave as the recording that it was fitted to? Traces of equal length are generated, each from a cold
 * cache, and the mean of their figures is held against the recording's: within 3 percentage points of what was fitted,
 * and of other tokens within 3 points more than these differ from the fitted ones themselves.
 */
import type { RoutedTokens } from '../routed-tokens.ts';
import type { RoutingModel } from '../routing-model.ts';
import { generateRouting } from '../source.ts';
import { FRACTIONS, LAGS, meanTargets, type Targets, targetsOf } from './targets.ts';

export interface CheckedFigure {
  readonly name: string;
  readonly fitted: number;
  /** Of the tokens that were not fitted to. */
  readonly heldOut: number;
  readonly generated: number;
  readonly withinFitted: boolean;
  readonly withinHeldOut: boolean;
}

const POINTS = 0.03;
/** Reuse at a lag is judged from this many pairs of tokens on; at lags 1 and 8 always. */
const FEWEST_PAIRS = 64;

/**
 * @param heldOut as many tokens as `fitted`
 * @param stream of random numbers, by name
 */
export function checkFit(
  model: RoutingModel,
  fitted: RoutedTokens,
  heldOut: RoutedTokens,
  seeds: number,
  stream: (name: string) => () => number,
): CheckedFigure[] {
  const { tokens } = fitted;
  const texts = Array.from({ length: seeds }, (_, i) =>
    targetsOf(generateRouting({ kind: 'synthetic', model }, tokens, stream(`seed ${i}`))),
  );
  const [first, second, mean] = [targetsOf(fitted), targetsOf(heldOut), meanTargets(texts)].map((targets) =>
    figuresOf(targets, tokens),
  );
  return mean.map(({ name, value }, i) => {
    const apart = Math.abs(first[i].value - second[i].value);
    return {
      name,
      fitted: first[i].value,
      heldOut: second[i].value,
      generated: value,
      withinFitted: Math.abs(value - first[i].value) <= POINTS,
      withinHeldOut: Math.abs(value - second[i].value) <= POINTS + apart,
    };
  });
}

function figuresOf({ lru, min, reuse }: Targets, tokens: number): { name: string; value: number }[] {
  const misses = (policy: string, ratios: number[]) =>
    ratios.map((value, i) => ({ name: `${policy} misses at ${100 * FRACTIONS[i]} %`, value }));
  const lags = LAGS.map((lag, i) => ({ lag, name: `reuse at lag ${lag}`, value: reuse[i] }));
  const judged = lags.filter(
    ({ lag, value }) =>
      value !== undefined && (lag === 1 || lag === 8 || (lag === 64 && tokens - lag >= FEWEST_PAIRS)),
  );
  return [
    ...misses('LRU', lru),
    ...misses('MIN', min),
    ...judged.map(({ name, value }) => ({ name, value })),
  ];
}
