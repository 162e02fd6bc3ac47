/**
 * The shape of a transformer language model, as far as it decides which bytes exist and which are read for a token:
 * layers, attention kinds, dense and routed feed-forward networks. Names of fields follow the papers (top-k, rank, rope);
 * tensor names that follow from them are llama.cpp's (tensors.ts).
 *
 * Files of `library/` hold one description each, with the source of its figures.
 */

/** Multi-head latent attention (DeepSeek-V2, arXiv:2405.04434, section 2.1). */
export interface MlaDescription {
  kind: 'mla';
  heads: number;
  /** Rank of the query's low-rank projection; absent: one full matrix (V2-Lite). */
  qRank?: number;
  kvRank: number;
  /** Per-head dimensions without and with rotary position, and of the value. */
  nope: number;
  rope: number;
  v: number;
  /** One `attn_kv_b` (files before llama.cpp #12801) instead of `attn_k_b` and `attn_v_b`. */
  joinedKvB?: boolean;
  /** DeepSeek sparse attention's lightning indexer: attention sees `topK` tokens chosen by it. */
  indexer?: IndexerDescription;
}

export interface IndexerDescription {
  heads: number;
  dim: number;
  topK: number;
}

/** Multi-head (kvHeads = heads), grouped-query and multi-query (kvHeads = 1) attention, with or without a window. */
export interface GqaDescription {
  kind: 'gqa';
  heads: number;
  kvHeads: number;
  headDim: number;
  /** Norms of queries and keys: one per head dimension, or over all heads together (OLMoE). */
  qkNorm?: 'head' | 'full';
  biases?: 'none' | 'qkv' | 'all';
  /** One learned sink logit a head (gpt-oss). */
  sinks?: boolean;
  /** The query projection carries an output gate of the same width (Qwen3-Next). */
  outputGate?: boolean;
  /** Tokens seen; absent: all. */
  window?: number;
}

/** Linear attention with a fixed-size state per layer: gated delta rule (GDN) and its kin (KDA). */
export interface LinearDescription {
  kind: 'linear';
  keyHeads: number;
  valueHeads: number;
  keyDim: number;
  valueDim: number;
  /** Taps of the short convolution over queries, keys and values. */
  convolution: number;
  /** Decay per key channel through a low-rank pair of this rank (KDA); absent: one decay a head (GDN). */
  gateRank?: number;
}

/**
 * Multi-query attention over a window of recent tokens and over older tokens compressed `ratio` to one (DeepSeek-V4).
 * One latent of `dim` values serves as key and value.
 */
export interface CompressedDescription {
  kind: 'compressed';
  heads: number;
  dim: number;
  qRank?: number;
  /** Heads are joined in `outputGroups` groups, each projected to `outputRank`, before the output matrix. */
  outputGroups?: number;
  outputRank?: number;
  window: number;
  /** Tokens per stored latent; absent: the window alone is kept. */
  ratio?: number;
  /** Overlapping windows: the compressor's projections are twice as wide. */
  overlap?: boolean;
  /** Reads the cache of an earlier layer and keeps none. */
  sharedCache?: boolean;
  /** Chooses `topK` of the compressed entries; its keys are cached too. */
  indexer?: IndexerDescription;
}

export type AttentionDescription =
  | MlaDescription
  | GqaDescription
  | LinearDescription
  | CompressedDescription;

export interface ExpertsDescription {
  count: number;
  topK: number;
  /** Inner width of one expert. */
  width: number;
  /** Shared experts, used for every token, and the width of each (default: a routed expert's). */
  shared?: number;
  sharedWidth?: number;
  /** A sigmoid gate on the shared expert (Qwen). */
  sharedGate?: boolean;
  /** Experts work on a projection of the hidden state to this width (Kimi-K3). */
  latent?: number;
  /** Group-limited routing: `topGroups` of `groups` groups may be chosen from. */
  groups?: number;
  topGroups?: number;
  gating?: 'softmax' | 'sigmoid' | 'sqrtsoftplus';
  /** A bias per expert that takes part in the choice only (`exp_probs_b`). */
  selectionBias?: boolean;
  scale?: number;
  /** Biases on the router and on each expert's matrices (gpt-oss). */
  biases?: boolean;
  /** This many first MoE layers choose experts by token id through a table instead of a router. */
  hashLayers?: number;
}

export interface ArchitectureDescription {
  name: string;
  /** Where the figures come from. */
  source: string;
  /** Fields whose values are recalled or derived, not read from the source. */
  unverified?: string[];
  /** `general.architecture` of its GGUF files. */
  gguf?: string;
  layers: number;
  /** Leading layers whose feed-forward network is dense; default 0 with experts, else all. */
  denseLayers?: number;
  hidden: number;
  vocabulary: number;
  /** The head is the embedding matrix. */
  tiedEmbeddings?: boolean;
  /** Inner width of the dense layers' feed-forward network. */
  denseWidth?: number;
  experts?: ExpertsDescription;
  /** Kinds of attention by name; `attentionPattern` lists names, repeated over the layers. */
  attention: Record<string, AttentionDescription>;
  attentionPattern?: string[];
  /** Multi-token prediction layers; `sharedCopies`: the file repeats embedding and head for them. */
  mtp?: { layers: number; sharedCopies?: boolean };
  /** Lookup tables (n-grams) of which a token reads some rows: bytes as stored, whatever the quantisation. */
  tables?: { name: string; rows: number; rowBytes: number; rowsPerToken: number }[];
}

export type Architecture = ArchitectureDescription;

/** The kind of attention of `layer`; multi-token prediction layers take the last layer's. */
export function attentionOf(architecture: Architecture, layer: number): AttentionDescription {
  const pattern = architecture.attentionPattern ?? Object.keys(architecture.attention);
  return architecture.attention[pattern[Math.min(layer, architecture.layers - 1) % pattern.length]];
}

/** Leading dense layers. */
export const denseLayersOf = (architecture: Architecture): number =>
  architecture.experts ? (architecture.denseLayers ?? 0) : architecture.layers;

/** True where `layer` has routed experts. */
export const isMoeLayer = (architecture: Architecture, layer: number): boolean =>
  layer >= denseLayersOf(architecture) && architecture.experts !== undefined;
