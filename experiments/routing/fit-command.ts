/** `nvmoe routing fit TRACE`: a generator that behaves as a recording, with intervals, and checked on both halves of it. */
import { RandomStreams } from '../../sim/index.ts';
import {
  type CheckedFigure,
  checkFit,
  fitRouting,
  type RoutedTokens,
  type RoutingFit,
  type RoutingModel,
  tokenRange,
} from '../../workloads/routing/index.ts';
import { asInputError, InputError } from '../errors.ts';
import { chosenRouting, type Phase, type RoutingInput } from './read-routing.ts';

export interface RoutingFitOptions extends RoutingInput {
  readonly seed: string;
  /** Fit to the first half alone; the second then judges the written model itself. */
  readonly firstHalf?: boolean;
  /** Generated traces of the check; absent: 20, of long traces fewer; 0: no check. */
  readonly seeds?: number;
  readonly groups?: RoutingModel['groups'];
}

export interface RoutingFitReport {
  readonly trace: string;
  readonly phase: Phase;
  /** Tokens that the model is fitted to. */
  readonly tokens: number;
  readonly model: RoutingModel;
  readonly intervals: RoutingFit['intervals'];
  /** Of a fit to the first half alone. */
  readonly check?: { readonly tokens: number; readonly seeds: number; readonly figures: CheckedFigure[] };
  readonly warnings: string[];
}

const SEEDS = 20;
/** Accesses generated for a check, about: long traces scatter little, so fewer of them say as much. */
const CHECKED_ACCESSES = 24e6;
const FEWEST_SEEDS = 3;
/** Fewer tokens cannot be fitted (fitRouting). */
const FEWEST_TOKENS = 16;

/** @throws InputError */
export async function routingFit(file: string, options: RoutingFitOptions): Promise<RoutingFitReport> {
  const { phase, routed, warnings } = await chosenRouting(file, options);
  const half = routed.tokens >> 1;
  const fittable = options.firstHalf ? half : routed.tokens;
  if (fittable < FEWEST_TOKENS)
    throw new InputError(
      `${file}: found ${fittable} tokens to fit to; a fit needs at least ${FEWEST_TOKENS} (of both halves together ${2 * FEWEST_TOKENS})`,
    );
  // Equal names give equal streams: a trial differs from another by its parameters alone.
  const stream = (name: string) => new RandomStreams(options.seed).at(`routing fit/${name}`);
  const fitTo = (tokens: RoutedTokens) =>
    asInputError(['--groups'], () => fitRouting(tokens, { stream, groups: options.groups }));
  const [first, second] = [tokenRange(routed, 0, half), tokenRange(routed, half, 2 * half)];
  const seeds = options.seeds ?? seedsFor(first);
  const checked = seeds > 0 && half >= FEWEST_TOKENS;
  const ofHalf = options.firstHalf || checked ? fitTo(first) : undefined;
  const written = options.firstHalf ? ofHalf! : fitTo(routed);
  const figures = checked ? checkFit(ofHalf!.model, first, second, seeds, stream) : [];
  return {
    trace: file,
    phase,
    tokens: fittable,
    model: written.model,
    intervals: written.intervals,
    ...(checked ? { check: { tokens: half, seeds, figures } } : {}),
    warnings: [...warnings, ...missed(figures)],
  };
}

const seedsFor = ({ ids }: RoutedTokens): number =>
  Math.min(SEEDS, Math.max(FEWEST_SEEDS, Math.round(CHECKED_ACCESSES / ids.length)));

function missed(figures: readonly CheckedFigure[]): string[] {
  const names = (one: 'withinFitted' | 'withinHeldOut') =>
    figures.filter((figure) => !figure[one]).map(({ name }) => name);
  const [fitted, heldOut] = [names('withinFitted'), names('withinHeldOut')];
  return [
    ...(fitted.length > 0 ? [`more than 3 points from the half that was fitted: ${fitted.join(', ')}`] : []),
    ...(heldOut.length > 0
      ? [`more than 3 points and the halves' own difference from the second half: ${heldOut.join(', ')}`]
      : []),
  ];
}
