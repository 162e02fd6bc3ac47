/**
 * How a policy (or an admission filter) declares itself: name, version of its semantics, typed parameters, and the
 * characteristics by which a run, a report or a property test picks the policies that apply.
 */
export interface NumberParameter {
  readonly kind: 'number' | 'integer';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly about: string;
}
export interface BooleanParameter {
  readonly kind: 'boolean';
  readonly default: boolean;
  readonly about: string;
}
export interface ChoiceParameter<C extends string = string> {
  readonly kind: 'choice';
  readonly default: C;
  readonly choices: readonly C[];
  readonly about: string;
}
export type Parameter = NumberParameter | BooleanParameter | ChoiceParameter;
export type ParameterValue = number | boolean | string;
export type ParameterValues = Readonly<Record<string, ParameterValue>>;

type ValueOf<P> = P extends ChoiceParameter<infer C> ? C : P extends BooleanParameter ? boolean : number;
type ValuesOf<S> = { readonly [K in keyof S]: ValueOf<S[K]> };

export const number = (byDefault: number, min: number, max: number, about: string): NumberParameter => ({
  kind: 'number',
  default: byDefault,
  min,
  max,
  about,
});
export const integer = (byDefault: number, min: number, max: number, about: string): NumberParameter => ({
  ...number(byDefault, min, max, about),
  kind: 'integer',
});
export const boolean = (byDefault: boolean, about: string): BooleanParameter => ({
  kind: 'boolean',
  default: byDefault,
  about,
});
export const choice = <C extends string>(
  byDefault: C,
  choices: readonly C[],
  about: string,
): ChoiceParameter<C> => ({ kind: 'choice', default: byDefault, choices, about });

/** What a run must supply, and what a test may assume. */
export interface Characteristics {
  /** Clairvoyant: options.future is required. */
  readonly needsFuture: boolean;
  /** Draws from options.random, which is required. */
  readonly usesRandom: boolean;
  /** Uses the layer of an object: options.layers is required. */
  readonly needsLayers: boolean;
  /** Takes the popularity of objects known beforehand: options.popularity is required. */
  readonly needsPopularity: boolean;
  /** May refuse an object that would fit (bypass); otherwise every miss that fits is inserted. */
  readonly refuses: boolean;
  /** May evict before the cache is full (bounds of its own parts); otherwise all objects stay when all fit. */
  readonly evictsEarly: boolean;
}

interface Named<Options, Result> {
  readonly name: string;
  /** Raised when the decisions of the policy change for any input. */
  readonly version: number;
  readonly aliases: readonly string[];
  /** One paragraph: the rule, the paper, and where the default differs from the paper. */
  readonly description: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly create: (options: Options, values: ParameterValues) => Result;
}
export type Definition<Options, Result> = Named<Options, Result> & Characteristics;

export type Draft<Options, Result, S> = Pick<Named<Options, Result>, 'name' | 'version' | 'description'> &
  Partial<Pick<Named<Options, Result>, 'aliases'> & Characteristics> & {
    readonly parameters?: S;
    readonly create: (options: Options, values: ValuesOf<S>) => Result;
  };

/** Completes a declaration; `create` sees its parameters typed. */
export function define<Options, Result, S extends Readonly<Record<string, Parameter>>>(
  draft: Draft<Options, Result, S>,
): Definition<Options, Result> {
  return {
    aliases: [],
    needsFuture: false,
    usesRandom: false,
    needsLayers: false,
    needsPopularity: false,
    refuses: false,
    evictsEarly: false,
    ...draft,
    parameters: draft.parameters ?? {},
    create: draft.create as Definition<Options, Result>['create'],
  };
}
