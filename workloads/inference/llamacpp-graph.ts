/**
 * The order in which llama.cpp touches the weights of a token: one operation a matrix, named as GGUF names tensors.
 * Attention, then the dense feed-forward part, or the router, the routed experts (up, gate and down as three operations,
 * each over the chosen experts in ascending id), and the shared experts; at the end the head.
 *
 * Rows are dealt to threads in chunks of 64 from one counter; with fewer than 4 chunks a thread, in equal parts, one a
 * thread. Source: ggml_compute_forward_mul_mat and _mul_mat_id, llama.cpp c392e50.
 */

/** A tensor of the file: bytes from `offset`, `rows` rows, `slices` experts one after the other (1: none). */
export interface GraphTensor {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
  readonly rows: number;
  readonly slices: number;
}

/** Matrices of a block in the order of use; * stands for the routed experts. */
const ATTENTION = [
  'attn_norm',
  'attn_q_a',
  'attn_q_a_norm',
  'attn_q_b',
  'attn_q',
  'attn_q_norm',
  'attn_kv_a_mqa',
  'attn_kv_a_norm',
  'attn_kv_b',
  'attn_k',
  'attn_k_norm',
  'attn_v',
  'attn_sinks',
  'attn_output',
  'post_attention_norm',
  'ffn_norm',
];
const FEED_FORWARD = [
  'ffn_gate',
  'ffn_up',
  'ffn_down',
  'ffn_gate_inp',
  'exp_probs_b',
  '*',
  'ffn_up_shexp',
  'ffn_gate_shexp',
  'ffn_down_shexp',
];

/** Orders of the operations on the routed experts; llama.cpp's graph is traced as the first. */
export const EXPERT_ORDERS = ['up-gate-down', 'gate-up-down'] as const;
export type ExpertOrder = (typeof EXPERT_ORDERS)[number];

const inOrder = (order: ExpertOrder): string[] =>
  [...ATTENTION, ...FEED_FORWARD].flatMap((name) =>
    name === '*' ? order.split('-').map((matrix) => `ffn_${matrix}_exps`) : [name],
  );

/** An operation: a tensor, and the MoE layer whose experts it takes, or -1. */
export interface Operation {
  readonly tensor: GraphTensor;
  readonly layer: number;
}

/** @param tensors of the file, in any order; those that a token does not multiply with are left out */
export function llamaGraph(
  tensors: readonly GraphTensor[],
  order: ExpertOrder = 'up-gate-down',
): Operation[] {
  const names = inOrder(order);
  // What the list does not name belongs to attention.
  const unknown = names.indexOf('attn_output');
  const rank = (name: string): number => {
    const block = /^blk\.(\d+)\.(.+)\.(weight|bias)$/.exec(name);
    if (block) {
      const place = names.indexOf(block[2]);
      return Number(block[1]) * names.length + (place < 0 ? unknown : place);
    }
    return name === 'output_norm.weight' ? 1e6 : name === 'output.weight' ? 1e6 + 1 : -1;
  };
  return tensors
    .map((tensor) => ({ tensor, place: rank(tensor.name) }))
    .filter(({ place }) => place >= 0)
    .sort((a, b) => a.place - b.place)
    .map(({ tensor }) => ({
      tensor,
      layer: tensor.slices > 1 ? Number(/^blk\.(\d+)/.exec(tensor.name)?.[1]) : -1,
    }));
}

/** Rows of a chunk. */
const CHUNK_ROWS = 64;

/** Chunks of a matrix of `rows` rows for `threads` threads. */
export function chunksOf(rows: number, threads: number): number {
  const chunks = Math.ceil(rows / CHUNK_ROWS);
  return chunks < 4 * threads ? Math.min(threads, rows) : chunks;
}
