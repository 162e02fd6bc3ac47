/** The recorded rows of a block, for the writers. */
import { NOT_RECORDED, rowOf } from '../routed-tokens.ts';
import type { RoutingBlock, RoutingHeader } from './format.ts';

export interface WrittenRow {
  /** The model's own layer number, where the header has it. */
  layer: number;
  experts: number[];
  weights?: number[];
  hits?: number[];
}

/** Rows of one token in layer order, without those that were not recorded. */
export function* blockRows(block: RoutingBlock, header: RoutingHeader, token: number): Generator<WrittenRow> {
  for (let l = 0; l < block.layers; l++) {
    const row = blockRow(block, header, token, l);
    if (row) yield row;
  }
}

/** One row, or undefined where it was not recorded. */
export function blockRow(
  block: RoutingBlock,
  header: RoutingHeader,
  token: number,
  l: number,
): WrittenRow | undefined {
  const at = rowOf(block, token, l);
  if (block.ids[at] === NOT_RECORDED) return undefined;
  const cut = (from: ArrayLike<number> & { subarray(a: number, b: number): ArrayLike<number> }) =>
    Array.from(from.subarray(at, at + block.topK));
  return {
    layer: header.layers?.[l] ?? l,
    experts: cut(block.ids),
    ...(block.weights ? { weights: cut(block.weights) } : {}),
    ...(block.hits ? { hits: cut(block.hits) } : {}),
  };
}

/** Engines write a prompt layer by layer and generated tokens one by one: [token, layer] in that order. */
export function* rowOrder(block: {
  tokens: number;
  layers: number;
  phase: string;
}): Generator<[number, number]> {
  const { tokens, layers, phase } = block;
  if (phase === 'prefill') {
    for (let l = 0; l < layers; l++) for (let token = 0; token < tokens; token++) yield [token, l];
  } else {
    for (let token = 0; token < tokens; token++) for (let l = 0; l < layers; l++) yield [token, l];
  }
}
