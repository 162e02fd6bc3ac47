/**
 * The experts that each token chose at each MoE layer: what a router decided, recorded or generated.
 *
 * Layers count MoE layers only, from 0: the first MoE layer of DeepSeek-V3 (model layer 3) is layer 0 here.
 * The choice of one token at one layer is `topK` distinct experts; their order is the recording's (ranked by gate
 * weight in most engines, ascending in some).
 */

/**
 * Stands for every expert of a choice that was not recorded: llama.cpp's last layer, for instance, routes only the last
 * token of a prompt. Whole rows only; generated routing has none.
 */
export const NOT_RECORDED = 0xffff;

/** Dimensions of a routing trace, in counts. */
export interface RoutingShape {
  /** MoE layers. */
  readonly layers: number;
  /** Distinct experts chosen by a token at a layer. */
  readonly topK: number;
  /** Routed experts of a layer; ids run from 0 to experts - 1. At most 65,535. */
  readonly experts: number;
}

export interface RoutedTokens extends RoutingShape {
  readonly tokens: number;
  /** [token][layer][k], row major; read through `rowOf`. */
  readonly ids: Uint16Array;
  /** Gate weights beside `ids`, where the recording has them. */
  readonly weights?: Float32Array;
}

/** Room for `tokens` tokens, all ids 0. @throws RangeError on a shape that no router can have */
export function emptyRouting(tokens: number, shape: RoutingShape, weights = false): RoutedTokens {
  checkShape(shape);
  const { layers, topK, experts } = shape;
  const size = tokens * layers * topK;
  return {
    tokens,
    layers,
    topK,
    experts,
    ids: new Uint16Array(size),
    ...(weights ? { weights: new Float32Array(size) } : {}),
  };
}

/** @throws RangeError naming the dimension at fault and what is allowed */
export function checkShape({ layers, topK, experts }: RoutingShape): void {
  const whole = (n: number, from: number, to: number) => Number.isInteger(n) && n >= from && n <= to;
  if (!whole(layers, 1, 65_536)) throw new RangeError(`layers is ${layers}; allowed: 1 to 65536`);
  if (!whole(experts, 1, NOT_RECORDED)) throw new RangeError(`experts is ${experts}; allowed: 1 to 65535`);
  if (!whole(topK, 1, experts)) throw new RangeError(`topK is ${topK}; allowed: 1 to experts (${experts})`);
}

/** Where the choice of `token` at `layer` starts in `ids`; it is `topK` entries long. */
export const rowOf = (routed: RoutedTokens, token: number, layer: number): number =>
  (token * routed.layers + layer) * routed.topK;

/** The k-th expert that `token` chose at `layer`. */
export const expertAt = (routed: RoutedTokens, token: number, layer: number, k: number): number =>
  routed.ids[rowOf(routed, token, layer) + k];

/** Tokens from..to (exclusive) as a view on the same memory. */
export function tokenRange(routed: RoutedTokens, from: number, to: number): RoutedTokens {
  const { ids, weights } = routed;
  const [start, end] = [rowOf(routed, from, 0), rowOf(routed, to, 0)];
  return {
    ...routed,
    tokens: to - from,
    ids: ids.subarray(start, end),
    ...(weights ? { weights: weights.subarray(start, end) } : {}),
  };
}

/**
 * Every recorded access in order (token, layer, k) as one dense object id, layer * experts + expert: what a cache sees.
 */
export function accessIds(routed: RoutedTokens): Uint32Array {
  const { ids, layers, topK, experts } = routed;
  const accesses = new Uint32Array(ids.length);
  let count = 0;
  for (let i = 0, layer = 0; i < ids.length; i += topK, layer = (layer + 1) % layers) {
    if (ids[i] === NOT_RECORDED) continue;
    for (let k = 0; k < topK; k++) accesses[count++] = layer * experts + ids[i + k];
  }
  return accesses.subarray(0, count);
}
