/**
 * Architecture to tensors: name, role, layer and shape of every tensor, as llama.cpp stores them.
 *
 * Names and shapes: llama.cpp c392e50, gguf-py/gguf/constants.py and src/llama-model.cpp. Shapes are in ggml's order, the
 * contiguous dimension first: a matrix from n inputs to m outputs is [n, m], the experts of a layer [n, m, experts].
 */
import { type Architecture, attentionOf, isMoeLayer } from './architecture.ts';
import { type AddTensor, addAttention } from './attention-tensors.ts';

export type TensorRole =
  | 'embedding'
  | 'head'
  | 'norm'
  | 'attention'
  | 'router'
  | 'shared-expert'
  | 'dense-ffn'
  | 'routed-experts'
  /** Scales that lie beside the weights as tensors of their own (FP8): no parameters of the model. */
  | 'scales'
  | 'other';

export interface TensorShape {
  name: string;
  role: TensorRole;
  /** -1: belongs to no layer. */
  layer: number;
  shape: number[];
}

const product = (shape: number[]) => shape.reduce((a, b) => a * b, 1);

/** Elements of a shape. */
export const elementsOf = product;

function addExperts(architecture: Architecture, layer: number, add: AddTensor): void {
  const experts = architecture.experts!;
  const { hidden } = architecture;
  const inner = experts.latent ?? hidden;
  if (layer < (architecture.denseLayers ?? 0) + (experts.hashLayers ?? 0)) {
    add('router', 'ffn_gate_tid2eid.weight', [experts.topK, architecture.vocabulary]);
  }
  add('router', 'ffn_gate_inp.weight', [hidden, experts.count]);
  if (experts.selectionBias) add('router', 'exp_probs_b.bias', [experts.count]);
  if (experts.latent) {
    add('router', 'ffn_latent_down.weight', [hidden, inner]);
    add('router', 'ffn_latent_up.weight', [inner, hidden]);
  }
  add('routed-experts', 'ffn_gate_exps.weight', [inner, experts.width, experts.count]);
  add('routed-experts', 'ffn_up_exps.weight', [inner, experts.width, experts.count]);
  add('routed-experts', 'ffn_down_exps.weight', [experts.width, inner, experts.count]);
  if (experts.biases) {
    add('router', 'ffn_gate_inp.bias', [experts.count]);
    // Small enough (F32 vectors) that every engine keeps them in memory: not part of what is streamed.
    add('other', 'ffn_gate_exps.bias', [experts.width, experts.count]);
    add('other', 'ffn_up_exps.bias', [experts.width, experts.count]);
    add('other', 'ffn_down_exps.bias', [inner, experts.count]);
  }
  if (experts.shared) {
    const width = experts.shared * (experts.sharedWidth ?? experts.width);
    add('shared-expert', 'ffn_gate_shexp.weight', [hidden, width]);
    add('shared-expert', 'ffn_up_shexp.weight', [hidden, width]);
    add('shared-expert', 'ffn_down_shexp.weight', [width, hidden]);
    if (experts.sharedGate) add('shared-expert', 'ffn_gate_inp_shexp.weight', [hidden]);
  }
}

function addLayer(architecture: Architecture, layer: number, tensors: TensorShape[]): void {
  const { hidden } = architecture;
  const add: AddTensor = (role, name, shape) =>
    tensors.push({ name: `blk.${layer}.${name}`, role, layer, shape });
  add('norm', 'attn_norm.weight', [hidden]);
  addAttention(attentionOf(architecture, layer), hidden, add);
  add('norm', 'ffn_norm.weight', [hidden]);
  for (let extra = 2; extra < (architecture.layerNorms ?? 2); extra++)
    add('norm', `post_norm_${extra - 2}.weight`, [hidden]);
  if (isMoeLayer(architecture, layer)) {
    addExperts(architecture, layer, add);
  } else {
    const width = architecture.denseWidth!;
    add('dense-ffn', 'ffn_gate.weight', [hidden, width]);
    add('dense-ffn', 'ffn_up.weight', [hidden, width]);
    add('dense-ffn', 'ffn_down.weight', [width, hidden]);
  }
}

function addPrediction(architecture: Architecture, layer: number, tensors: TensorShape[]): void {
  const { hidden, vocabulary } = architecture;
  const add: AddTensor = (role, name, shape) =>
    tensors.push({ name: `blk.${layer}.nextn.${name}`, role, layer, shape });
  addLayer(architecture, layer, tensors);
  add('other', 'eh_proj.weight', [2 * hidden, hidden]);
  add('norm', 'enorm.weight', [hidden]);
  add('norm', 'hnorm.weight', [hidden]);
  if (!architecture.mtp!.sharedCopies) return;
  add('embedding', 'embed_tokens.weight', [hidden, vocabulary]);
  add('head', 'shared_head_head.weight', [hidden, vocabulary]);
  add('norm', 'shared_head_norm.weight', [hidden]);
}

/** Every tensor of the model, embedding first, then layer by layer; prediction layers only where `mtp` asks for them. */
export function tensorShapes(architecture: Architecture, options: { mtp?: boolean } = {}): TensorShape[] {
  const { hidden, vocabulary, layers } = architecture;
  const tensors: TensorShape[] = [
    { name: 'token_embd.weight', role: 'embedding', layer: -1, shape: [hidden, vocabulary] },
  ];
  for (const table of architecture.tables ?? []) {
    tensors.push({
      name: `${table.name}.weight`,
      role: 'other',
      layer: -1,
      shape: [table.width, table.rows],
    });
  }
  for (let layer = 0; layer < layers; layer++) addLayer(architecture, layer, tensors);
  const predicted = options.mtp ? (architecture.mtp?.layers ?? 0) : 0;
  for (let layer = layers; layer < layers + predicted; layer++) addPrediction(architecture, layer, tensors);
  tensors.push({ name: 'output_norm.weight', role: 'norm', layer: -1, shape: [hidden] });
  if (!architecture.tiedEmbeddings) {
    tensors.push({ name: 'output.weight', role: 'head', layer: -1, shape: [hidden, vocabulary] });
  }
  return tensors;
}
