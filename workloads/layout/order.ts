/**
 * The order in which a file holds its tensors.
 *
 * - `layer-order`: what belongs to no layer first, then layer by layer, names in alphabetical order inside each
 *   (llama.cpp weight_name_comparer, src/llama-model-loader.h: what llama-quantize writes);
 * - `alphabetical`: plain order of names, so blk.0, blk.1, blk.10, blk.11, ... (some converters);
 * - `experts-first`: the routed experts in plain order of names, then what belongs to no layer, then the other tensors in plain
 *   order (convert_hf_to_gguf.py for gpt-oss, whose MXFP4 experts need no conversion and are written before all else);
 * - `expert-contiguous`: layer order, but the experts' matrices are regrouped: gate, up and down of one expert adjacent,
 *   experts in ascending order;
 * - `as-listed`: the order of the list, as a GGUF header gives it.
 */
export const LAYOUT_ORDERS = [
  'layer-order',
  'alphabetical',
  'experts-first',
  'expert-contiguous',
  'as-listed',
] as const;
export type LayoutOrder = (typeof LAYOUT_ORDERS)[number];

interface Named {
  name: string;
  layer: number;
}

const byName = (a: Named, b: Named) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

const isRouted = ({ name }: Named) => /_exps\.weight$/.test(name);
const outside = ({ layer }: Named) => layer < 0;

/** Indices of `tensors` in file order. */
export function fileOrder(tensors: readonly Named[], order: LayoutOrder): number[] {
  if (!LAYOUT_ORDERS.includes(order)) {
    throw new Error(`unknown layout '${order}': allowed are ${LAYOUT_ORDERS.join(', ')}`);
  }
  const indices = tensors.map((_, index) => index);
  if (order === 'as-listed') return indices;
  if (order === 'alphabetical') return indices.sort((a, b) => byName(tensors[a], tensors[b]));
  if (order === 'experts-first') {
    const place = (t: Named) => (isRouted(t) ? 0 : outside(t) ? 1 : 2);
    return indices.sort((a, b) => place(tensors[a]) - place(tensors[b]) || byName(tensors[a], tensors[b]));
  }
  return indices.sort((a, b) => tensors[a].layer - tensors[b].layer || byName(tensors[a], tensors[b]));
}
