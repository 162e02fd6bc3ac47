/**
 * What one step of a pass costs the processor: floating-point operations, and bytes of weights and of KV cache that
 * cross the memory bus. A step takes max(FLOP / rate, bytes / bandwidth) on an idle host (roofline), longer when I/O
 * shares its cores or its memory.
 *
 * Weights are read once for all rows (tokens) of a pass, and multiplied with each. Attention adds its products with the
 * context, per row; a request's KV cache is read once for all of its rows, whose mean context is used.
 */
import {
  type Cost,
  contextCost,
  type GgmlType,
  headCost,
  type KvChoice,
  type LayerCosts,
  layerCosts,
  type Model,
} from '../models/index.ts';
import type { Rows } from './scheduler.ts';

/** Kernel classes for which a host may give a rate of its own. */
export type Kernel = 'attention' | 'router' | 'dense' | 'shared-expert' | 'expert' | 'head';

/** One computing step: its kernel class, also its name in the timeline, and what it costs. */
export interface Step extends Cost {
  readonly name: Kernel;
}

export interface StepCosts {
  /** Attention with the layer's norms, for the `count` last of `context` tokens of each group. */
  attention(layer: number, groups: readonly Pick<Rows, 'count' | 'context'>[]): Step;
  router(layer: number, rows: number): Step;
  dense(layer: number, rows: number): Step;
  shared(layer: number, rows: number): Step;
  /** One routed expert used by `rows` tokens. */
  expert(layer: number, rows: number): Step;
  /** The output matrix, for `rows` tokens. */
  head(rows: number): Step;
}

export function stepCosts(model: Model, kv: { choice: KvChoice; type: GgmlType }): StepCosts {
  const layers: LayerCosts[] = Array.from({ length: model.layers }, (_, layer) => layerCosts(model, layer));
  const head = headCost(model);
  const experts = layers.map((costs): Step => ({ name: 'expert', ...costs.expert }));
  const step = (name: Kernel, cost: Cost, rows: number): Step => ({
    name,
    flops: cost.flops * rows,
    bytes: cost.bytes,
  });
  return {
    attention(layer, groups) {
      const { attention } = layers[layer];
      const step: Step = { name: 'attention', flops: 0, bytes: attention.bytes };
      for (const { count, context } of groups) {
        const seen = contextCost(model, layer, context - (count - 1) / 2, kv.choice, kv.type);
        step.flops += (attention.flops + seen.flops) * count;
        step.bytes += seen.bytes;
      }
      return step;
    },
    router: (layer, rows) => step('router', layers[layer].router, rows),
    dense: (layer, rows) => step('dense', layers[layer].dense, rows),
    shared: (layer, rows) => step('shared-expert', layers[layer].shared, rows),
    expert: (layer, rows) => (rows === 1 ? experts[layer] : step('expert', layers[layer].expert, rows)),
    head: (rows) => step('head', head, rows),
  };
}
