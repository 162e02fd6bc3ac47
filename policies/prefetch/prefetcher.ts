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
  /** The k-th expert of the token at the layer. */
  expertAt(token: number, layer: number, k: number): number;
}

export interface Prefetcher {
  readonly name: string;
  /**
   * Experts worth reading after `layer` of `token` was routed, most urgent first.
   * @param plan is called once per expert as plan(token, layer, expert)
   */
  predict(token: number, layer: number, plan: (token: number, layer: number, expert: number) => void): void;
}
