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
import type { TensorRole } from './tensors.ts';

export type AddTensor = (role: TensorRole, name: string, shape: number[]) => void;

/** Query heads from the low-rank query, one key for all heads, and a weight a head (DeepSeek-V3.2). */
function addIndexer(indexer: IndexerDescription, queryFrom: number, hidden: number, add: AddTensor): void {
  add('attention', 'indexer.attn_q_b.weight', [queryFrom, indexer.heads * indexer.dim]);
  add('attention', 'indexer.attn_k.weight', [hidden, indexer.dim]);
  add('norm', 'indexer.k_norm.weight', [indexer.dim]);
  add('norm', 'indexer.k_norm.bias', [indexer.dim]);
  add('attention', 'indexer.proj.weight', [hidden, indexer.heads]);
}

function addMla(mla: MlaDescription, hidden: number, add: AddTensor): void {
  const { heads, qRank, kvRank, nope, rope, v } = mla;
  if (qRank) {
    add('attention', 'attn_q_a.weight', [hidden, qRank]);
    add('norm', 'attn_q_a_norm.weight', [qRank]);
    add('attention', 'attn_q_b.weight', [qRank, heads * (nope + rope)]);
  } else {
    add('attention', 'attn_q.weight', [hidden, heads * (nope + rope)]);
  }
  add('attention', 'attn_kv_a_mqa.weight', [hidden, kvRank + rope]);
  add('norm', 'attn_kv_a_norm.weight', [kvRank]);
  if (mla.joinedKvB) {
    add('attention', 'attn_kv_b.weight', [kvRank, heads * (nope + v)]);
  } else {
    add('attention', 'attn_k_b.weight', [nope, kvRank, heads]);
    add('attention', 'attn_v_b.weight', [kvRank, v, heads]);
  }
  add('attention', 'attn_output.weight', [heads * v, hidden]);
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
    add('attention', `${name}.weight`, [hidden, width]);
    if (biases !== 'none') add('attention', `${name}.bias`, [width]);
  }
  if (gqa.qkNorm) {
    add('norm', 'attn_q_norm.weight', [gqa.qkNorm === 'head' ? gqa.headDim : queries]);
    add('norm', 'attn_k_norm.weight', [gqa.qkNorm === 'head' ? gqa.headDim : keys]);
  }
  add('attention', 'attn_output.weight', [queries, hidden]);
  if (biases === 'all') add('attention', 'attn_output.bias', [hidden]);
  if (gqa.sinks) add('attention', 'attn_sinks.weight', [gqa.heads]);
}

function addLinear(linear: LinearDescription, hidden: number, add: AddTensor): void {
  const keys = linear.keyHeads * linear.keyDim;
  const values = linear.valueHeads * linear.valueDim;
  add('attention', 'attn_qkv.weight', [hidden, 2 * keys + values]);
  add('attention', 'ssm_conv1d.weight', [linear.convolution, 2 * keys + values]);
  add('attention', 'ssm_a', [linear.valueHeads]);
  if (linear.gateRank) {
    for (const [name, width] of [['f', keys] as const, ['g', values] as const]) {
      add('attention', `ssm_${name}_a.weight`, [hidden, linear.gateRank]);
      add('attention', `ssm_${name}_b.weight`, [linear.gateRank, width]);
    }
    add('attention', 'ssm_dt.bias', [keys]);
    add('attention', 'ssm_beta.weight', [hidden, linear.valueHeads]);
  } else {
    add('attention', 'attn_gate.weight', [hidden, values]);
    add('attention', 'ssm_ba.weight', [hidden, 2 * linear.valueHeads]);
    add('attention', 'ssm_dt.bias', [linear.valueHeads]);
  }
  add('norm', 'ssm_norm.weight', [linear.valueDim]);
  add('attention', 'ssm_out.weight', [values, hidden]);
}

/** Compressed attention: low-rank queries, one latent, a compressor, and grouped low-rank output. */
function addCompressed(attention: CompressedDescription, hidden: number, add: AddTensor): void {
  const { heads, dim, qRank, outputGroups, outputRank, ratio, indexer } = attention;
  const queries = heads * dim;
  if (qRank) {
    add('attention', 'attn_q_a.weight', [hidden, qRank]);
    add('norm', 'attn_q_a_norm.weight', [qRank]);
  }
  add('attention', 'attn_q_b.weight', [qRank ?? hidden, queries]);
  add('attention', 'attn_kv.weight', [hidden, dim]);
  add('norm', 'attn_kv_a_norm.weight', [dim]);
  add('attention', 'attn_sinks.weight', [heads]);
  if (outputGroups && outputRank) {
    add('attention', 'attn_output_a.weight', [queries / outputGroups, outputRank * outputGroups]);
    add('attention', 'attn_output_b.weight', [outputRank * outputGroups, hidden]);
  } else {
    add('attention', 'attn_output.weight', [queries, hidden]);
  }
  if (ratio) {
    add('attention', 'attn_compress_kv.weight', [hidden, dim]);
    add('attention', 'attn_compress_gate.weight', [hidden, dim]);
  }
  if (indexer) addIndexer(indexer, qRank ?? hidden, hidden, add);
}

/** Adds the tensors of `attention` for a hidden state of `hidden` values. */
export function addAttention(attention: AttentionDescription, hidden: number, add: AddTensor): void {
  if (attention.kind === 'mla') addMla(attention, hidden, add);
  else if (attention.kind === 'gqa') addGqa(attention, hidden, add);
  else if (attention.kind === 'linear') addLinear(attention, hidden, add);
  else addCompressed(attention, hidden, add);
}
