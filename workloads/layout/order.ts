/**
 * The order in which a file holds its tensors.
 *
 * - `layer-order`: what belongs to no layer first, then layer by layer, names in alphabetical order inside each
 *   (llama.cpp weight_name_comparer, src/llama-model-loader.h: what llama-quantize writes);
 * - `alphabetical`: plain order of names, so blk.0, blk.1, blk.10, blk.11, ... (some converters);
 * - `expert-contiguous`: layer order, but the experts' matrices are regrouped: gate, up and down of one expert adjacent,
 *   experts in ascending order;
 * - `as-listed`: the order of the list, as a GGUF header gives it.
 */
export const LAYOUT_ORDERS = ['layer-order', 'alphabetical', 'expert-contiguous', 'as-listed'] as const;
export type LayoutOrder = (typeof LAYOUT_ORDERS)[number];

interface Named {
  name: string;
  layer: number;
}

const byName = (a: Named, b: Named) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** Indices of `tensors` in file order. */
export function fileOrder(tensors: readonly Named[], order: LayoutOrder): number[] {
  if (!LAYOUT_ORDERS.includes(order)) {
    throw new Error(`unknown layout '${order}': allowed are ${LAYOUT_ORDERS.join(', ')}`);
  }
  const indices = tensors.map((_, index) => index);
  if (order === 'as-listed') return indices;
  if (order === 'alphabetical') return indices.sort((a, b) => byName(tensors[a], tensors[b]));
  return indices.sort((a, b) => tensors[a].layer - tensors[b].layer || byName(tensors[a], tensors[b]));
}
