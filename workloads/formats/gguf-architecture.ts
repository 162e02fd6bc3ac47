/**
 * The architecture behind a GGUF file: widths and counts from the tensors' shapes, heads and routing from the metadata
 * (keys `ARCH.…`, llama.cpp gguf-py/gguf/constants.py, class Keys, c392e50).
 *
 * A layer's attention is latent where it has `attn_kv_a_mqa`, linear where it has `ssm_*`, else grouped-query. Layers with
 * `nextn` tensors are prediction layers.
 */
import type {
  Architecture,
  AttentionDescription,
  ExpertsDescription,
  IndexerDescription,
} from '../models/architecture.ts';
import { checkArchitecture } from '../models/check-architecture.ts';
import { layerOf } from '../models/roles.ts';
import type { GgufHeader, GgufTensor } from './gguf.ts';
import type { GgufMetadata } from './gguf-metadata.ts';

const GATINGS: Record<number, ExpertsDescription['gating']> = { 1: 'softmax', 2: 'sigmoid' };

/** Numbers of the metadata under the architecture's prefix, and tensors by name. */
class Facts {
  readonly prefix: string;
  readonly tensors: Map<string, GgufTensor>;
  private readonly metadata: GgufMetadata;
  private readonly where: string;

  constructor(headers: readonly GgufHeader[]) {
    this.where = headers[0].name;
    this.metadata = headers[0].metadata;
    this.tensors = new Map(
      headers.flatMap((header) => header.tensors.map((tensor) => [tensor.name, tensor])),
    );
    const name = this.metadata.get('general.architecture');
    if (typeof name !== 'string')
      this.fail("the key 'general.architecture' is missing: not a language model's file");
    this.prefix = name as string;
  }

  fail(message: string): never {
    throw new Error(`${this.where}: ${message}`);
  }

  /** A whole number, of a list the entry of `layer`; undefined where absent. */
  optional(key: string, layer = 0): number | undefined {
    const value = this.metadata.get(`${this.prefix}.${key}`);
    const number = Array.isArray(value) ? value[layer] : value;
    return typeof number === 'number' && number > 0 ? number : undefined;
  }

  required(key: string, layer = 0): number {
    return (
      this.optional(key, layer) ??
      this.fail(`the key '${this.prefix}.${key}' is missing or no positive number`)
    );
  }

  flags(key: string): unknown[] | undefined {
    const value = this.metadata.get(`${this.prefix}.${key}`);
    return Array.isArray(value) ? value : undefined;
  }

  shape(name: string, dimensions: number): number[] | undefined {
    const tensor = this.tensors.get(name);
    if (tensor && tensor.shape.length !== dimensions) {
      this.fail(`'${name}' has the shape [${tensor.shape}], expected ${dimensions} dimensions`);
    }
    return tensor?.shape;
  }
}

function mlaOf(facts: Facts, layer: number): AttentionDescription {
  const rope = facts.required('rope.dimension_count');
  const key = facts.optional('attention.key_length_mla') ?? facts.required('attention.key_length');
  if (key <= rope) facts.fail(`keys of ${key} values cannot hold ${rope} rotary ones`);
  return {
    kind: 'mla',
    heads: facts.required('attention.head_count', layer),
    qRank: facts.optional('attention.q_lora_rank'),
    kvRank: facts.required('attention.kv_lora_rank'),
    nope: key - rope,
    rope,
    v: facts.optional('attention.value_length_mla') ?? facts.required('attention.value_length'),
    joinedKvB: facts.tensors.has(`blk.${layer}.attn_kv_b.weight`) || undefined,
    indexer: indexerOf(facts),
  };
}

function indexerOf(facts: Facts): IndexerDescription | undefined {
  const heads = facts.optional('attention.indexer.head_count');
  if (!heads) return undefined;
  return {
    heads,
    dim: facts.required('attention.indexer.key_length'),
    topK: facts.required('attention.indexer.top_k'),
  };
}

function linearOf(facts: Facts): AttentionDescription {
  const valueHeads = facts.required('ssm.time_step_rank');
  return {
    kind: 'linear',
    keyHeads: facts.required('ssm.group_count'),
    valueHeads,
    keyDim: facts.required('ssm.state_size'),
    valueDim: Math.max(1, Math.floor(facts.required('ssm.inner_size') / valueHeads)),
    convolution: facts.required('ssm.conv_kernel'),
  };
}

/** Windows alternate in gpt-oss (even layers); others say so in a list of truth values. */
function windowOf(facts: Facts, layer: number): number | undefined {
  const pattern = facts.flags('attention.sliding_window_pattern');
  const windowed = pattern ? pattern[layer] === true : facts.prefix === 'gpt-oss' && layer % 2 === 0;
  return windowed ? facts.optional('attention.sliding_window') : undefined;
}

function gqaOf(facts: Facts, layer: number, hidden: number): AttentionDescription {
  const heads = facts.required('attention.head_count', layer);
  return {
    kind: 'gqa',
    heads,
    kvHeads: facts.optional('attention.head_count_kv', layer) ?? heads,
    headDim: facts.optional('attention.key_length') ?? Math.max(1, Math.floor(hidden / heads)),
    window: windowOf(facts, layer),
  };
}

function expertsOf(facts: Facts, layers: readonly number[]): ExpertsDescription | undefined {
  const [layer] = layers;
  if (layer === undefined) return undefined;
  const down =
    facts.shape(`blk.${layer}.ffn_down_exps.weight`, 3) ??
    facts.fail(`blk.${layer}.ffn_down_exps is missing`);
  const [width, inner, count] = down;
  for (const other of layers) {
    for (const matrix of ['gate', 'up', 'down', 'gate_up']) {
      const name = `blk.${other}.ffn_${matrix}_exps.weight`;
      const shape = facts.shape(name, 3);
      if (shape && shape[2] !== count) facts.fail(`'${name}' has ${shape[2]} experts, others have ${count}`);
    }
  }
  const sharedDown = facts.shape(`blk.${layer}.ffn_down_shexp.weight`, 2);
  const shared = sharedDown && (facts.optional('expert_shared_count') ?? 1);
  const router = facts.shape(`blk.${layer}.ffn_gate_inp.weight`, 2);
  return {
    count,
    topK: facts.required('expert_used_count'),
    width,
    shared,
    sharedWidth: sharedDown && Math.max(1, Math.floor(sharedDown[0] / shared!)),
    latent: router && router[0] !== inner ? inner : undefined,
    groups: facts.optional('expert_group_count'),
    topGroups: facts.optional('expert_group_used_count'),
    gating: GATINGS[facts.optional('expert_gating_func') ?? 1],
    selectionBias: facts.tensors.has(`blk.${layer}.exp_probs_b.bias`) || undefined,
    scale: facts.optional('expert_weights_scale'),
  };
}

/** The architecture of the model in these files (one, or the parts of a split model). */
export function ggufArchitecture(headers: readonly GgufHeader[]): Architecture {
  const facts = new Facts(headers);
  const names = [...facts.tensors.keys()];
  const single = names.find((name) => /ffn_(gate|up|down)\.\d+\.weight$/.test(name));
  if (single)
    facts.fail(
      `'${single}': one tensor per expert is llama.cpp's format before 2024, convert the file again`,
    );
  const layersWith = (pattern: RegExp) => new Set(names.filter((name) => pattern.test(name)).map(layerOf));
  const predicted = layersWith(/^blk\.\d+\.nextn\./);
  const latent = layersWith(/attn_kv_a_mqa\.weight$/);
  const linear = layersWith(/\.ssm_/);
  const embedding =
    facts.shape('token_embd.weight', 2) ?? facts.fail("'token_embd.weight' is missing: not a language model");
  const [hidden, vocabulary] = embedding;
  const layers = names.reduce((most, name) => Math.max(most, layerOf(name)), -1) + 1 - predicted.size;
  if (layers < 1 || layers > 10_000)
    facts.fail(`the tensors' names give ${layers} layers: 1 to 10000 are allowed`);
  const routed = [...layersWith(/_exps\.weight$/)].filter((layer) => layer < layers).sort((a, b) => a - b);
  const kinds = new Map<string, { name: string; described: AttentionDescription }>();
  const attentionPattern = Array.from({ length: layers }, (_, layer) => {
    const isLatent = latent.has(layer);
    const described = isLatent
      ? mlaOf(facts, layer)
      : linear.has(layer)
        ? linearOf(facts)
        : gqaOf(facts, layer, hidden);
    const key = JSON.stringify(described);
    if (!kinds.has(key)) kinds.set(key, { name: `${described.kind}-${kinds.size}`, described });
    return kinds.get(key)!.name;
  });
  const experts = expertsOf(facts, routed);
  return checkArchitecture(
    {
      name: facts.prefix,
      source: headers[0].name,
      gguf: facts.prefix,
      layers,
      denseLayers: experts && routed[0],
      hidden,
      vocabulary,
      tiedEmbeddings: !facts.tensors.has('output.weight') || undefined,
      denseWidth: facts.shape('blk.0.ffn_down.weight', 2)?.[0],
      experts,
      attention: Object.fromEntries([...kinds.values()].map(({ name, described }) => [name, described])),
      attentionPattern,
      mtp: predicted.size > 0 ? { layers: predicted.size } : undefined,
    },
    headers[0].name,
  );
}
