/**
 * Hugging Face `config.json` to architecture. Keys are those of transformers' configuration classes
 * (src/transformers/models/<model_type>/configuration_<model_type>.py, 008e574); what a class fixes without a key (query-key
 * norms, biases, attention sinks) is in FAMILIES.
 */
import type {
  Architecture,
  AttentionDescription,
  ExpertsDescription,
  GqaDescription,
} from '../models/architecture.ts';
import { checkArchitecture } from '../models/check-architecture.ts';
import { ConfigKeys } from './config-keys.ts';

interface Family {
  gguf: string;
  attention?: Partial<GqaDescription>;
  experts?: Partial<ExpertsDescription>;
}

const FAMILIES: Record<string, Family> = {
  deepseek_v2: { gguf: 'deepseek2' },
  deepseek_v3: { gguf: 'deepseek2', experts: { gating: 'sigmoid', selectionBias: true } },
  deepseek_v32: { gguf: 'deepseek2', experts: { gating: 'sigmoid', selectionBias: true } },
  deepseek_v4: { gguf: 'deepseek4', experts: { gating: 'sqrtsoftplus', selectionBias: true } },
  kimi_k2: { gguf: 'deepseek2', experts: { gating: 'sigmoid', selectionBias: true } },
  glm4_moe: { gguf: 'glm4moe', experts: { gating: 'sigmoid', selectionBias: true } },
  glm4_moe_lite: { gguf: 'deepseek2', experts: { gating: 'sigmoid', selectionBias: true } },
  glm_moe_dsa: { gguf: 'glm-dsa', experts: { gating: 'sigmoid', selectionBias: true } },
  qwen3: { gguf: 'qwen3', attention: { qkNorm: 'head' } },
  qwen3_moe: { gguf: 'qwen3moe', attention: { qkNorm: 'head' } },
  qwen3_next: {
    gguf: 'qwen3next',
    attention: { qkNorm: 'head', outputGate: true },
    experts: { sharedGate: true },
  },
  qwen3_5_moe: {
    gguf: 'qwen35moe',
    attention: { qkNorm: 'head', outputGate: true },
    experts: { sharedGate: true },
  },
  qwen3_5_moe_text: {
    gguf: 'qwen35moe',
    attention: { qkNorm: 'head', outputGate: true },
    experts: { sharedGate: true },
  },
  gpt_oss: { gguf: 'gpt-oss', attention: { biases: 'all', sinks: true }, experts: { biases: true } },
  minimax_m2: {
    gguf: 'minimax-m2',
    attention: { qkNorm: 'full' },
    experts: { gating: 'sigmoid', selectionBias: true },
  },
  mixtral: { gguf: 'llama' },
  olmoe: { gguf: 'olmoe', attention: { qkNorm: 'full' } },
  llama: { gguf: 'llama' },
  mistral: { gguf: 'llama' },
};

function expertsOf(keys: ConfigKeys, family: Family): ExpertsDescription | undefined {
  const names = ['n_routed_experts', 'num_local_experts', 'num_experts'];
  if (!names.some(keys.has)) return undefined;
  for (const key of ['moe_layer_freq', 'decoder_sparse_step']) {
    if (keys.countOr(1, key) !== 1)
      keys.fail(key, '1: other spacings of the expert layers are not supported');
  }
  const shared = keys.countOr(undefined, 'n_shared_experts', 'num_shared_experts');
  const sharedWidth = keys.countOr(undefined, 'shared_expert_intermediate_size');
  const scoring = keys.config.scoring_func as ExpertsDescription['gating'] | undefined;
  return {
    gating: scoring ?? 'softmax',
    ...family.experts,
    count: keys.count(...names),
    topK: keys.count('num_experts_per_tok', 'num_experts_per_token'),
    width: keys.count('moe_intermediate_size', 'intermediate_size'),
    shared: shared ?? (sharedWidth ? 1 : undefined),
    sharedWidth,
    groups: keys.countOr(undefined, 'n_group'),
    topGroups: keys.countOr(undefined, 'topk_group'),
    scale: keys.number('routed_scaling_factor'),
    hashLayers: keys.countOr(undefined, 'num_hash_layers'),
  };
}

function indexerOf(keys: ConfigKeys) {
  if (!keys.has('index_topk')) return undefined;
  return {
    heads: keys.count('index_n_heads'),
    dim: keys.count('index_head_dim'),
    topK: keys.count('index_topk'),
  };
}

const mlaOf = (keys: ConfigKeys): AttentionDescription => ({
  kind: 'mla',
  heads: keys.count('num_attention_heads'),
  qRank: keys.countOr(undefined, 'q_lora_rank'),
  kvRank: keys.count('kv_lora_rank'),
  nope: keys.count('qk_nope_head_dim'),
  rope: keys.count('qk_rope_head_dim'),
  v: keys.count('v_head_dim'),
  indexer: indexerOf(keys),
});

function gqaOf(keys: ConfigKeys, family: Family): GqaDescription {
  const heads = keys.count('num_attention_heads');
  return {
    biases: keys.flag('attention_bias') ? 'qkv' : 'none',
    ...(keys.flag('use_qk_norm') ? { qkNorm: 'head' as const } : {}),
    ...family.attention,
    kind: 'gqa',
    heads,
    kvHeads: keys.countOr(heads, 'num_key_value_heads'),
    headDim: keys.countOr(keys.count('hidden_size') / heads, 'head_dim'),
  };
}

const linearOf = (keys: ConfigKeys): AttentionDescription => ({
  kind: 'linear',
  keyHeads: keys.count('linear_num_key_heads'),
  valueHeads: keys.count('linear_num_value_heads'),
  keyDim: keys.count('linear_key_head_dim'),
  valueDim: keys.count('linear_value_head_dim'),
  convolution: keys.count('linear_conv_kernel_dim'),
});

type Attentions = Pick<Architecture, 'attention' | 'attentionPattern'>;

/** DeepSeek-V4: the ratio of each layer; 0 keeps the window alone, 4 has an indexer over overlapping windows. */
function compressedOf(keys: ConfigKeys, layers: number): Attentions {
  const base = {
    kind: 'compressed' as const,
    heads: keys.count('num_attention_heads'),
    dim: keys.count('head_dim'),
    qRank: keys.count('q_lora_rank'),
    outputGroups: keys.count('o_groups'),
    outputRank: keys.count('o_lora_rank'),
    window: keys.count('sliding_window'),
  };
  const ratios =
    keys.list('compress_ratios', layers) ?? keys.fail('compress_ratios', `a list of ${layers} ratios`);
  return {
    attention: {
      ratio0: base,
      ratio4: { ...base, ratio: 4, overlap: true, indexer: indexerOf(keys) },
      ratio128: { ...base, ratio: 128 },
    },
    attentionPattern: ratios.slice(0, layers).map((ratio) => `ratio${ratio}`),
  };
}

function attentionsOf(keys: ConfigKeys, family: Family, type: string, layers: number): Attentions {
  if (type === 'deepseek_v4') return compressedOf(keys, layers);
  if (keys.has('kv_lora_rank')) return { attention: { mla: mlaOf(keys) } };
  const full = gqaOf(keys, family);
  if (keys.has('linear_num_key_heads')) {
    const interval = keys.countOr(4, 'full_attention_interval');
    const types = keys.list('layer_types', layers);
    const pattern = Array.from(
      { length: layers },
      (_, layer) => types?.[layer] ?? ((layer + 1) % interval ? 'linear_attention' : 'full_attention'),
    );
    return {
      attention: { linear_attention: linearOf(keys), full_attention: full },
      attentionPattern: pattern as string[],
    };
  }
  const types = keys.list('layer_types', layers);
  const windowed = types?.includes('sliding_attention') || (keys.has('sliding_window') && type === 'gpt_oss');
  if (!windowed) return { attention: { full_attention: full } };
  return {
    attention: { sliding_attention: { ...full, window: keys.count('sliding_window') }, full_attention: full },
    attentionPattern: (types?.slice(0, layers) as string[]) ?? ['sliding_attention', 'full_attention'],
  };
}

/** A parsed `config.json` (multimodal ones: their text part) as architecture; `where` names it in errors. */
export function readHfConfig(value: unknown, where: string): Architecture {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(
      `${where}: not a config.json: expected an object with model_type, hidden_size, num_hidden_layers, ...`,
    );
  }
  const outer = value as Record<string, unknown>;
  const inner = outer.text_config;
  const config = typeof inner === 'object' && inner !== null ? { ...outer, ...inner } : outer;
  const keys = new ConfigKeys(config as Record<string, unknown>, where);
  const type = String(keys.config.model_type);
  if (!Object.hasOwn(FAMILIES, type)) keys.fail('model_type', `one of ${Object.keys(FAMILIES).join(', ')}`);
  const family = FAMILIES[type];
  const layers = keys.count('num_hidden_layers');
  const experts = expertsOf(keys, family);
  const denseLayers = experts ? keys.countOr(0, 'first_k_dense_replace') : undefined;
  const described: Architecture = {
    name: type,
    source: where,
    gguf: family.gguf,
    layers,
    denseLayers,
    hidden: keys.count('hidden_size'),
    vocabulary: keys.count('vocab_size'),
    tiedEmbeddings: keys.flag('tie_word_embeddings'),
    denseWidth: experts && !denseLayers ? undefined : keys.count('intermediate_size'),
    experts,
    ...attentionsOf(keys, family, type, layers),
    mtp:
      keys.has('num_nextn_predict_layers') && keys.config.num_nextn_predict_layers !== 0
        ? { layers: keys.count('num_nextn_predict_layers'), sharedCopies: type.startsWith('deepseek_v3') }
        : undefined,
  };
  return checkArchitecture(described, where);
}

/** The same from the file's text; a file that is cut off or is no JSON is an error naming it. */
export function parseHfConfig(text: string, where: string): Architecture {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${where}: not valid JSON (${(error as Error).message}); is the file complete?`);
  }
  return readHfConfig(value, where);
}
