/**
 * The tensors of one attention block, by kind. Names and shapes as in llama.cpp c392e50 (src/llama-model.cpp); the linear
 * and compressed kinds follow the shapes of Hugging Face transformers (modeling_qwen3_next.py, modeling_deepseek_v4.py).
 */
import type {
  AttentionDescription,
  CompressedDescription,
  GqaDescription,
  IndexerDescription,
  LinearDescription,
  MlaDescription,
} from './architecture.ts';

export type AddTensor = (name: string, shape: number[]) => void;

/** Query heads from the low-rank query, one key for all heads, and a weight a head (DeepSeek-V3.2). */
function addIndexer(indexer: IndexerDescription, queryFrom: number, hidden: number, add: AddTensor): void {
  add('indexer.attn_q_b.weight', [queryFrom, indexer.heads * indexer.dim]);
  add('indexer.attn_k.weight', [hidden, indexer.dim]);
  add('indexer.k_norm.weight', [indexer.dim]);
  add('indexer.k_norm.bias', [indexer.dim]);
  add('indexer.proj.weight', [hidden, indexer.heads]);
}

function addMla(mla: MlaDescription, hidden: number, add: AddTensor): void {
  const { heads, qRank, kvRank, nope, rope, v } = mla;
  if (qRank) {
    add('attn_q_a.weight', [hidden, qRank]);
    add('attn_q_a_norm.weight', [qRank]);
    add('attn_q_b.weight', [qRank, heads * (nope + rope)]);
  } else {
    add('attn_q.weight', [hidden, heads * (nope + rope)]);
  }
  add('attn_kv_a_mqa.weight', [hidden, kvRank + rope]);
  add('attn_kv_a_norm.weight', [kvRank]);
  if (mla.joinedKvB) {
    add('attn_kv_b.weight', [kvRank, heads * (nope + v)]);
  } else {
    add('attn_k_b.weight', [nope, kvRank, heads]);
    add('attn_v_b.weight', [kvRank, v, heads]);
  }
  add('attn_output.weight', [heads * v, hidden]);
  if (mla.indexer) addIndexer(mla.indexer, qRank ?? hidden, hidden, add);
}

function addGqa(gqa: GqaDescription, hidden: number, add: AddTensor): void {
  const queries = gqa.heads * gqa.headDim;
  const keys = gqa.kvHeads * gqa.headDim;
  const biases = gqa.biases ?? 'none';
  const outputs: [string, number][] = [
    ['attn_q', gqa.outputGate ? 2 * queries : queries],
    ['attn_k', keys],
    ['attn_v', keys],
  ];
  for (const [name, width] of outputs) {
    add(`${name}.weight`, [hidden, width]);
    if (biases !== 'none') add(`${name}.bias`, [width]);
  }
  if (gqa.qkNorm) {
    add('attn_q_norm.weight', [gqa.qkNorm === 'head' ? gqa.headDim : queries]);
    add('attn_k_norm.weight', [gqa.qkNorm === 'head' ? gqa.headDim : keys]);
  }
  add('attn_output.weight', [queries, hidden]);
  if (biases === 'all') add('attn_output.bias', [hidden]);
  if (gqa.sinks) add('attn_sinks.weight', [gqa.heads]);
}

function addLinear(linear: LinearDescription, hidden: number, add: AddTensor): void {
  const keys = linear.keyHeads * linear.keyDim;
  const values = linear.valueHeads * linear.valueDim;
  add('attn_qkv.weight', [hidden, 2 * keys + values]);
  add('ssm_conv1d.weight', [linear.convolution, 2 * keys + values]);
  add('ssm_a', [linear.valueHeads]);
  if (linear.gateRank) {
    for (const [name, width] of [['f', keys] as const, ['g', values] as const]) {
      add(`ssm_${name}_a.weight`, [hidden, linear.gateRank]);
      add(`ssm_${name}_b.weight`, [linear.gateRank, width]);
    }
    add('ssm_dt.bias', [keys]);
    add('ssm_beta.weight', [hidden, linear.valueHeads]);
  } else {
    add('attn_gate.weight', [hidden, values]);
    add('ssm_ba.weight', [hidden, 2 * linear.valueHeads]);
    add('ssm_dt.bias', [linear.valueHeads]);
  }
  add('ssm_norm.weight', [linear.valueDim]);
  add('ssm_out.weight', [values, hidden]);
}

/** The projections that make one latent of `dim` values from `ratio` tokens, with a gate and a bias per position. */
function addCompressor(
  prefix: string,
  width: number,
  dim: number,
  ratio: number,
  hidden: number,
  add: AddTensor,
): void {
  add(`${prefix}compress_kv.weight`, [hidden, width]);
  add(`${prefix}compress_gate.weight`, [hidden, width]);
  add(`${prefix}compress_position.bias`, [width, ratio]);
  add(`${prefix}compress_norm.weight`, [dim]);
}

/** Compressed attention: low-rank queries, one latent, a compressor, and grouped low-rank output. */
function addCompressed(attention: CompressedDescription, hidden: number, add: AddTensor): void {
  const { heads, dim, qRank, outputGroups, outputRank, ratio, indexer, overlap, sharedCache } = attention;
  const queries = heads * dim;
  const copies = overlap ? 2 : 1;
  if (qRank) {
    add('attn_q_a.weight', [hidden, qRank]);
    add('attn_q_a_norm.weight', [qRank]);
  }
  add('attn_q_b.weight', [qRank ?? hidden, queries]);
  add('attn_kv.weight', [hidden, dim]);
  add('attn_kv_a_norm.weight', [dim]);
  add('attn_sinks.weight', [heads]);
  if (outputGroups && outputRank) {
    add('attn_output_a.weight', [queries / outputGroups, outputRank * outputGroups]);
    add('attn_output_b.weight', [outputRank * outputGroups, hidden]);
  } else {
    add('attn_output.weight', [queries, hidden]);
  }
  if (!ratio || sharedCache) return;
  addCompressor('attn_', copies * dim, dim, ratio, hidden, add);
  if (!indexer) return;
  addCompressor('indexer.', copies * indexer.dim, indexer.dim, ratio, hidden, add);
  add('indexer.attn_q_b.weight', [qRank ?? hidden, indexer.heads * indexer.dim]);
  add('indexer.proj.weight', [hidden, indexer.heads]);
}

/** Adds the tensors of `attention` for a hidden state of `hidden` values. */
export function addAttention(attention: AttentionDescription, hidden: number, add: AddTensor): void {
  if (attention.kind === 'mla') addMla(attention, hidden, add);
  else if (attention.kind === 'gqa') addGqa(attention, hidden, add);
  else if (attention.kind === 'linear') addLinear(attention, hidden, add);
  else addCompressed(attention, hidden, add);
}
