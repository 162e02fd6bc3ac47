/**
 * What one token costs in each part of a layer: bytes of weights read and floating-point operations.
 *
 * A matrix costs 2 FLOP per weight that takes part (one multiply, one add); vectors (norms, biases) are read but their
 * arithmetic is neglected. Attention over a context of n entries costs, beside its matrices, per layer:
 *   GQA:          2 n H d (scores) + 2 n H d (values)                       H heads of d
 *   MLA absorbed: 2 n H (kvRank + rope) + 2 n H kvRank                      works on the latent
 *   MLA naive:    2 n H (nope + rope) + 2 n H v
 *   indexer:      2 N h d for all N tokens, before it chooses n
 *   linear:       8 H dk dv: decay, key read-out, rank-1 update, query read-out (arXiv:2412.06464, eq. 10); state read
 *                 and written once
 *   compressed:   4 n H d, key and value being one latent
 * with n bounded by window, indexer or compression (kv-cache.ts).
 */
import { attentionOf, type IndexerDescription } from './architecture.ts';
import type { GgmlType } from './ggml-types.ts';
import { entriesRead, indexerValues, type KvChoice, kvBytes, kvValues, stateBytes } from './kv-cache.ts';
import type { Model } from './model.ts';
import type { Tensor } from './quantisation.ts';
import type { TensorRole } from './roles.ts';

export interface Cost {
  bytes: number;
  flops: number;
}

/** Cost of one token in one layer, weights only. `expert` is one routed expert; parts that a layer lacks cost 0. */
export interface LayerCosts {
  /** Projections and the layer's norms. */
  attention: Cost;
  router: Cost;
  shared: Cost;
  dense: Cost;
  expert: Cost;
}

const flopsOf = ({ shape, elements }: Tensor) => (shape.length > 1 ? 2 * elements : 0);

function sum(tensors: readonly Tensor[], share = 1): Cost {
  let bytes = 0;
  let flops = 0;
  for (const tensor of tensors) {
    bytes += tensor.bytes * share;
    flops += flopsOf(tensor) * share;
  }
  return { bytes, flops };
}

/** Costs of `layer` (prediction layers too). */
export function layerCosts(model: Model, layer: number): LayerCosts {
  const tensors = model.tensors.filter((tensor) => tensor.layer === layer);
  const of = (...roles: TensorRole[]) => sum(tensors.filter((tensor) => roles.includes(tensor.role)));
  const routed = tensors.filter((tensor) => tensor.role === 'routed-experts');
  return {
    attention: of('attention', 'norm'),
    // A token-to-expert table is looked up, one row a token, not multiplied.
    router: sum(tensors.filter((tensor) => tensor.role === 'router' && !tensor.name.includes('tid2eid'))),
    shared: of('shared-expert'),
    dense: of('dense-ffn'),
    expert: sum(routed, 1 / (model.experts || 1)),
  };
}

/** The output matrix (the embedding's, where tied) and its norm. */
export function headCost(model: Model): Cost {
  const matrix = model.architecture.tiedEmbeddings ? 'token_embd.weight' : 'output.weight';
  return sum(model.tensors.filter(({ name }) => name === matrix || name === 'output_norm.weight'));
}

/** One row of the embedding, and of each table its rows a token. */
export function embeddingCost(model: Model): Cost {
  let bytes = 0;
  for (const { name, shape, bytes: all } of model.tensors) {
    const table = model.architecture.tables?.find((candidate) => `${candidate.name}.table` === name);
    if (name === 'token_embd.weight') bytes += all / shape[1];
    else if (table) bytes += (all / shape[1]) * table.rowsPerToken;
  }
  return { bytes, flops: 0 };
}

/** KV cache bytes read and FLOPs of attention in `layer` for one token that sees `context` tokens. */
export function contextCost(
  model: Model,
  layer: number,
  context: number,
  choice: KvChoice = 'mla',
  type: GgmlType = 'F16',
): Cost {
  const attention = attentionOf(model.architecture, layer);
  const entries = entriesRead(attention, context);
  switch (attention.kind) {
    case 'linear': {
      const state = attention.valueHeads * attention.keyDim * attention.valueDim;
      return { bytes: 2 * stateBytes(attention), flops: 8 * state };
    }
    case 'gqa':
      return {
        bytes: entries * kvBytes(kvValues(attention, choice), type),
        flops: 4 * entries * attention.heads * attention.headDim,
      };
    case 'compressed': {
      const indexed = context / (attention.ratio ?? 1);
      return {
        bytes: entries * kvBytes(attention.dim, type) + context * kvBytes(indexerValues(attention), type),
        flops: 4 * entries * attention.heads * attention.dim + indexerFlops(attention.indexer, indexed),
      };
    }
    case 'mla': {
      const { heads, kvRank, nope, rope, v } = attention;
      const width = choice === 'naive' ? nope + rope + v : 2 * kvRank + rope;
      return {
        bytes:
          entries * kvBytes(kvValues(attention, choice), type) +
          context * kvBytes(indexerValues(attention), type),
        flops: 2 * entries * heads * width + indexerFlops(attention.indexer, context),
      };
    }
  }
}

const indexerFlops = (indexer: IndexerDescription | undefined, tokens: number) =>
  indexer ? 2 * tokens * indexer.heads * indexer.dim : 0;
