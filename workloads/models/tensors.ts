/**
 * Architecture to tensors: name, role, layer and shape of every tensor, as llama.cpp stores them.
 *
 * Names and shapes: llama.cpp c392e50, gguf-py/gguf/constants.py and src/llama-model.cpp. Shapes are in ggml's order, the
 * contiguous dimension first: a matrix from n inputs to m outputs is [n, m], the experts of a layer [n, m, experts].
 */
import { type Architecture, attentionOf, isMoeLayer } from './architecture.ts';
import { type AddTensor, addAttention } from './attention-tensors.ts';
import { layerOf, roleOf, type TensorRole } from './roles.ts';

export interface TensorShape {
  name: string;
  role: TensorRole;
  /** -1: belongs to no layer. */
  layer: number;
  shape: number[];
}

/** Elements of a shape. */
export const elementsOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

const tensorShape = (name: string, shape: number[]): TensorShape => ({
  name,
  role: roleOf(name),
  layer: layerOf(name),
  shape,
});

function addExperts(architecture: Architecture, layer: number, add: AddTensor): void {
  const experts = architecture.experts!;
  const { hidden } = architecture;
  const inner = experts.latent ?? hidden;
  if (layer < (architecture.denseLayers ?? 0) + (experts.hashLayers ?? 0)) {
    add('ffn_gate_tid2eid.weight', [experts.topK, architecture.vocabulary]);
  }
  add('ffn_gate_inp.weight', [hidden, experts.count]);
  if (experts.selectionBias) add('exp_probs_b.bias', [experts.count]);
  if (experts.latent) {
    add('ffn_latent_down.weight', [hidden, inner]);
    add('ffn_latent_up.weight', [inner, hidden]);
  }
  add('ffn_gate_exps.weight', [inner, experts.width, experts.count]);
  add('ffn_up_exps.weight', [inner, experts.width, experts.count]);
  add('ffn_down_exps.weight', [experts.width, inner, experts.count]);
  if (experts.biases) {
    add('ffn_gate_inp.bias', [experts.count]);
    add('ffn_gate_exps.bias', [experts.width, experts.count]);
    add('ffn_up_exps.bias', [experts.width, experts.count]);
    add('ffn_down_exps.bias', [inner, experts.count]);
  }
  if (experts.shared) {
    const width = experts.shared * (experts.sharedWidth ?? experts.width);
    add('ffn_gate_shexp.weight', [hidden, width]);
    add('ffn_up_shexp.weight', [hidden, width]);
    add('ffn_down_shexp.weight', [width, hidden]);
    if (experts.sharedGate) add('ffn_gate_inp_shexp.weight', [hidden]);
  }
}

function addLayer(architecture: Architecture, layer: number, tensors: TensorShape[]): void {
  const { hidden } = architecture;
  const add: AddTensor = (name, shape) => tensors.push(tensorShape(`blk.${layer}.${name}`, shape));
  add('attn_norm.weight', [hidden]);
  addAttention(attentionOf(architecture, layer), hidden, add);
  add('ffn_norm.weight', [hidden]);
  if (isMoeLayer(architecture, layer)) {
    addExperts(architecture, layer, add);
  } else {
    const width = architecture.denseWidth!;
    add('ffn_gate.weight', [hidden, width]);
    add('ffn_up.weight', [hidden, width]);
    add('ffn_down.weight', [width, hidden]);
  }
}

function addPrediction(architecture: Architecture, layer: number, tensors: TensorShape[]): void {
  const { hidden, vocabulary } = architecture;
  const add: AddTensor = (name, shape) => tensors.push(tensorShape(`blk.${layer}.nextn.${name}`, shape));
  addLayer(architecture, layer, tensors);
  add('eh_proj.weight', [2 * hidden, hidden]);
  add('enorm.weight', [hidden]);
  add('hnorm.weight', [hidden]);
  if (!architecture.mtp!.sharedCopies) return;
  add('embed_tokens.weight', [hidden, vocabulary]);
  add('shared_head_head.weight', [hidden, vocabulary]);
  add('shared_head_norm.weight', [hidden]);
}

/** Every tensor of the model, embedding first, then layer by layer; prediction layers only where `mtp` asks for them. */
export function tensorShapes(architecture: Architecture, options: { mtp?: boolean } = {}): TensorShape[] {
  const { hidden, vocabulary, layers } = architecture;
  const tensors = [tensorShape('token_embd.weight', [hidden, vocabulary])];
  for (const table of architecture.tables ?? []) {
    tensors.push(tensorShape(`${table.name}.table`, [table.rowBytes, table.rows]));
  }
  for (let layer = 0; layer < layers; layer++) addLayer(architecture, layer, tensors);
  const predicted = options.mtp ? (architecture.mtp?.layers ?? 0) : 0;
  for (let layer = layers; layer < layers + predicted; layer++) addPrediction(architecture, layer, tensors);
  tensors.push(tensorShape('output_norm.weight', [hidden]));
  if (!architecture.tiedEmbeddings) tensors.push(tensorShape('output.weight', [hidden, vocabulary]));
  return tensors;
}
