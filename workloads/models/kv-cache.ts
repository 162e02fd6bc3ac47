/**
 * What a token leaves in the KV cache, and what attention reads of it at a given context length.
 *
 * - `naive`: keys and values of every head (MLA decompressed: llama.cpp before #12801);
 * - `mla`: the latent and the rotary key, kvRank + rope values a layer (arXiv:2405.04434, section 2.1.4);
 * - `mla-with-v`: the same and a second copy of the latent, transposed, as value cache (ik_llama.cpp -mla 1).
 * Layers of other kinds cost the same under every choice. A window bounds what is kept and read; linear attention keeps
 * a state of fixed size and nothing per token; compressed attention keeps one latent per `ratio` tokens beside the window.
 */
import { type Architecture, type AttentionDescription, attentionOf } from './architecture.ts';
import { bytesOf, type GgmlType } from './ggml-types.ts';

export type KvChoice = 'naive' | 'mla-with-v' | 'mla';
export const KV_CHOICES: readonly KvChoice[] = ['naive', 'mla-with-v', 'mla'];

/** Values that a token adds to one layer's cache while the context grows without bound (of a window: while it fills). */
export function kvValues(attention: AttentionDescription, choice: KvChoice): number {
  switch (attention.kind) {
    case 'gqa':
      return 2 * attention.kvHeads * attention.headDim;
    case 'linear':
      return 0;
    case 'compressed':
      return attention.ratio && !attention.sharedCache ? attention.dim / attention.ratio : 0;
    case 'mla': {
      const { heads, kvRank, nope, rope, v } = attention;
      if (choice === 'naive') return heads * (nope + rope + v);
      return kvRank + rope + (choice === 'mla-with-v' ? kvRank : 0);
    }
  }
}

/** Key values that the sparse-attention indexer adds per token. */
export function indexerValues(attention: AttentionDescription): number {
  if (attention.kind === 'mla') return attention.indexer?.dim ?? 0;
  if (attention.kind === 'compressed' && !attention.sharedCache) {
    return (attention.indexer?.dim ?? 0) / (attention.ratio ?? 1);
  }
  return 0;
}

/** Bytes of `values` at a cache type, quantised ones in proportion. */
export function kvBytes(values: number, type: GgmlType): number {
  return values === 0 ? 0 : values * (bytesOf(type, 256) / 256);
}

/** Bytes of fixed state of one layer, whatever the context: linear attention's, in F32, with its convolution's taps. */
export function stateBytes(attention: AttentionDescription): number {
  if (attention.kind !== 'linear') return 0;
  const { keyHeads, valueHeads, keyDim, valueDim, convolution } = attention;
  const taps = (convolution - 1) * (2 * keyHeads * keyDim + valueHeads * valueDim);
  return 4 * (valueHeads * keyDim * valueDim + taps);
}

/** Bytes of one layer's cache at a context of `tokens`. */
export function cacheBytes(
  attention: AttentionDescription,
  tokens: number,
  choice: KvChoice,
  type: GgmlType,
): number {
  const perToken = kvBytes(kvValues(attention, choice), type);
  const indexer = kvBytes(indexerValues(attention), type);
  if (attention.kind === 'gqa') return perToken * Math.min(tokens, attention.window ?? tokens);
  if (attention.kind === 'compressed') {
    return kvBytes(attention.dim, type) * Math.min(tokens, attention.window) + (perToken + indexer) * tokens;
  }
  return (perToken + indexer) * tokens + stateBytes(attention);
}

/** Entries that attention weighs at a context of `tokens`: all, those in the window, or those that the indexer chose. */
export function entriesRead(attention: AttentionDescription, tokens: number): number {
  switch (attention.kind) {
    case 'gqa':
      return Math.min(tokens, attention.window ?? tokens);
    case 'mla':
      return Math.min(tokens, attention.indexer?.topK ?? tokens);
    case 'linear':
      return 0;
    case 'compressed': {
      const compressed = attention.ratio ? tokens / attention.ratio : 0;
      return Math.min(tokens, attention.window) + Math.min(compressed, attention.indexer?.topK ?? compressed);
    }
  }
}

const layersOf = (architecture: Architecture) =>
  Array.from({ length: architecture.layers }, (_, layer) => attentionOf(architecture, layer));

/** Bytes of all layers' caches at a context of `tokens`, fixed states included. */
export function kvCacheBytes(
  architecture: Architecture,
  tokens: number,
  choice: KvChoice,
  type: GgmlType = 'F16',
): number {
  return layersOf(architecture).reduce((sum, layer) => sum + cacheBytes(layer, tokens, choice, type), 0);
}

/** Bytes that one more token adds to a long context, where windows are full; fixed states do not grow. */
export function kvBytesPerToken(
  architecture: Architecture,
  choice: KvChoice,
  type: GgmlType = 'F16',
): number {
  const windowed = (layer: AttentionDescription) => layer.kind === 'gqa' && layer.window !== undefined;
  return layersOf(architecture)
    .filter((layer) => !windowed(layer))
    .reduce((sum, layer) => sum + kvBytes(kvValues(layer, choice) + indexerValues(layer), type), 0);
}
