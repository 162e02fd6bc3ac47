/** config.json of Hugging Face against the library's architectures of the same models, and its errors. */
import { describe, expect, it } from 'vitest';
import { parseHfConfig, readHfConfig } from '../../../workloads/formats/hf-config.ts';
import { tensorShapes } from '../../../workloads/models/tensors.ts';
import { libraryModel } from '../models/library.ts';

const deepseekV3 = {
  architectures: ['DeepseekV3ForCausalLM'],
  model_type: 'deepseek_v3',
  first_k_dense_replace: 3,
  hidden_size: 7168,
  intermediate_size: 18432,
  kv_lora_rank: 512,
  moe_intermediate_size: 2048,
  moe_layer_freq: 1,
  n_group: 8,
  n_routed_experts: 256,
  n_shared_experts: 1,
  num_attention_heads: 128,
  num_experts_per_tok: 8,
  num_hidden_layers: 61,
  num_key_value_heads: 128,
  num_nextn_predict_layers: 1,
  q_lora_rank: 1536,
  qk_nope_head_dim: 128,
  qk_rope_head_dim: 64,
  routed_scaling_factor: 2.5,
  scoring_func: 'sigmoid',
  tie_word_embeddings: false,
  topk_group: 4,
  v_head_dim: 128,
  vocab_size: 129280,
};

const gptOss = {
  model_type: 'gpt_oss',
  attention_bias: true,
  head_dim: 64,
  hidden_size: 2880,
  intermediate_size: 2880,
  num_attention_heads: 64,
  num_experts_per_tok: 4,
  num_hidden_layers: 24,
  num_key_value_heads: 8,
  num_local_experts: 32,
  sliding_window: 128,
  vocab_size: 201088,
  layer_types: Array.from({ length: 24 }, (_, layer) => (layer % 2 ? 'full_attention' : 'sliding_attention')),
};

const qwenNext = {
  model_type: 'qwen3_next',
  decoder_sparse_step: 1,
  full_attention_interval: 4,
  head_dim: 256,
  hidden_size: 2048,
  intermediate_size: 5120,
  linear_conv_kernel_dim: 4,
  linear_key_head_dim: 128,
  linear_num_key_heads: 16,
  linear_num_value_heads: 32,
  linear_value_head_dim: 128,
  moe_intermediate_size: 512,
  num_attention_heads: 16,
  num_experts: 512,
  num_experts_per_tok: 10,
  num_hidden_layers: 48,
  num_key_value_heads: 2,
  shared_expert_intermediate_size: 512,
  vocab_size: 151936,
};

const llama = {
  model_type: 'llama',
  hidden_size: 4096,
  intermediate_size: 11008,
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 32,
  vocab_size: 32000,
};

const glm = {
  model_type: 'glm4_moe',
  attention_bias: true,
  use_qk_norm: true,
  first_k_dense_replace: 3,
  head_dim: 128,
  hidden_size: 5120,
  intermediate_size: 12288,
  moe_intermediate_size: 1536,
  n_group: 1,
  n_routed_experts: 160,
  n_shared_experts: 1,
  num_attention_heads: 96,
  num_experts_per_tok: 8,
  num_hidden_layers: 92,
  num_key_value_heads: 8,
  num_nextn_predict_layers: 1,
  topk_group: 1,
  vocab_size: 151552,
};

const v4Flash = {
  model_type: 'deepseek_v4',
  compress_ratios: [0, 0, ...Array.from({ length: 41 }, (_, i) => (i % 2 ? 128 : 4))],
  head_dim: 512,
  hidden_size: 4096,
  index_head_dim: 128,
  index_n_heads: 64,
  index_topk: 512,
  moe_intermediate_size: 2048,
  n_routed_experts: 256,
  n_shared_experts: 1,
  num_attention_heads: 64,
  num_experts_per_tok: 6,
  num_hash_layers: 3,
  num_hidden_layers: 43,
  num_nextn_predict_layers: 1,
  o_groups: 8,
  o_lora_rank: 1024,
  q_lora_rank: 1024,
  sliding_window: 128,
  vocab_size: 129280,
};

describe('config.json', () => {
  it.each([
    ['deepseek-v3', deepseekV3],
    ['gpt-oss-20b', gptOss],
    ['qwen3-next-80b', qwenNext],
    ['qwen3-next-80b', { model_type: 'x', text_config: qwenNext }],
    ['llama-2-7b', llama],
    ['glm-4.5', glm],
    ['deepseek-v4-flash', v4Flash],
  ])('of %s gives the tensors of the library', (name, config) => {
    const options = { mtp: true };
    expect(tensorShapes(readHfConfig(config, 'config.json'), options)).toEqual(
      tensorShapes(libraryModel(name), options),
    );
  });

  it('keeps what routing needs', () => {
    expect(readHfConfig(deepseekV3, 'config.json').experts).toMatchObject({
      groups: 8,
      topGroups: 4,
      gating: 'sigmoid',
      selectionBias: true,
      scale: 2.5,
    });
  });

  it.each([
    [
      { hidden_size: undefined },
      /dir\/config\.json: 'hidden_size' is missing, expected a positive whole number/,
    ],
    [{ hidden_size: '7168' }, /'hidden_size' is "7168"/],
    [{ num_hidden_layers: -61 }, /'num_hidden_layers' is -61/],
    [{ num_hidden_layers: 6.5 }, /'num_hidden_layers' is 6\.5/],
    [{ model_type: 'bert' }, /'model_type' is "bert", expected one of deepseek_v2, deepseek_v3/],
    [{ model_type: undefined }, /'model_type' is missing/],
    [{ model_type: 'constructor' }, /'model_type' is "constructor"/],
    [{ kv_lora_rank: null, num_key_value_heads: {} }, /'num_key_value_heads' is \{\}/],
    [{ num_experts_per_tok: 300 }, /topK: found 300, expected at most the 256/],
    [{ moe_layer_freq: 2 }, /'moe_layer_freq' is 2, expected 1/],
    [{ scoring_func: 'tanh', model_type: 'deepseek_v2' }, /gating: found "tanh"/],
  ])('with %j is refused', (change, message) => {
    expect(() => readHfConfig({ ...deepseekV3, ...change }, 'dir/config.json')).toThrow(message);
  });

  it('names the file that is cut off or no object', () => {
    expect(() => parseHfConfig(JSON.stringify(deepseekV3).slice(0, -30), 'a.json')).toThrow(
      /a\.json: not valid JSON .*complete/,
    );
    expect(() => parseHfConfig('[1]', 'a.json')).toThrow(/a\.json: not a config\.json/);
    expect(parseHfConfig(JSON.stringify(llama), 'a.json').layers).toBe(32);
  });
});
