/**
 * The contract of a prefetcher: a pure decision about which experts to read before they are asked for. No clock, no
 * device; what a prediction costs in CPU time, and whether a read comes in time, is the simulation's business.
 *
 * The simulated program asks once per MoE layer, when the layer's router has answered. Layers are MoE layers, counted
 * from 0; an expert of a later layer is named by (layer, expert).
 */

/** What is routed where: the truth, which a model of a predictor with a given recall is allowed to look at. */
export interface RoutedTruth {
  /** MoE layers of a token. */
  readonly layers: number;
  readonly experts: number;
  readonly topK: number;
  /** Decode tokens. */
  readonly tokens: number;
  /** Tokens of the prompt, numbered -prompt .. -1: routed before token 0 begins. */
  readonly prompt: number;
  /** The k-th expert of the token at the layer. */
  expertAt(token: number, layer: number, k: number): number;
}

/** Takes one expert worth reading. */
export type Plan = (token: number, layer: number, expert: number) => void;

export interface Prefetcher {
  /** Experts worth reading after `layer` of `token` was routed, most urgent first. */
  predict(token: number, layer: number, plan: Plan): void;
  /** Experts known to be needed as soon as the token itself is known, before its first layer. */
  begin?(token: number, plan: Plan): void;
}

/** How a prefetcher declares itself: what its file exports and the registry lists. */
export interface PrefetcherDefinition<Options> {
  readonly name: string;
  /** Raised when the decisions change for any input. */
  readonly version: number;
  /** One paragraph: the rule and its source. */
  readonly description: string;
  /** Models a predictor by its recall, or the bound: looks at routing that is not known yet. */
  readonly clairvoyant: boolean;
  /** @param random seeded source of numbers in [0, 1) */
  readonly create: (truth: RoutedTruth, options: Options, random: () => number) => Prefetcher;
}

/** What every prefetcher that names experts can be told. */
export interface LayerAhead {
  /** MoE layers ahead, 1 or more. */
  readonly distance: number;
  /** Most experts read ahead per layer. */
  readonly budget: number;
}

/** What those can be told that rank experts by what they have seen. */
export interface RankedAhead extends LayerAhead {
  /** Experts named per layer, as a multiple of top-k. */
  readonly widen: number;
}

export const namedExperts = ({ experts, topK }: RoutedTruth, { widen, budget }: RankedAhead): number =>
  Math.min(experts, budget, Math.round(topK * widen));
