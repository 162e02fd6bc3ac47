/** A RoutingModel that fits any number of layers and experts: presets/*.yaml, read by the experiments. */
import type { RoutingShape } from './routed-tokens.ts';
import { checkRoutingModel, type LayerShares, type RoutingModel } from './routing-model.ts';

export interface RoutingPreset extends Omit<RoutingModel, keyof RoutingShape | 'layerShares'> {
  readonly layerShares: {
    /** The first MoE layers, one entry each. */
    readonly first: readonly LayerShares[];
    readonly others: LayerShares;
  };
}

/** The preset for a model's shape; groups are left out where its experts do not divide into them. @throws RangeError */
export function presetModel(preset: RoutingPreset, shape: RoutingShape): RoutingModel {
  const { groups, layerShares, ...rest } = preset;
  const { layers, topK, experts } = shape;
  const grouped =
    groups !== undefined && experts % groups.count === 0 && (experts / groups.count) * groups.chosen >= topK;
  const model: RoutingModel = {
    ...rest,
    layers,
    topK,
    experts,
    ...(grouped ? { groups } : {}),
    layerShares: Array.from({ length: layers }, (_, l) => layerShares.first[l] ?? layerShares.others),
  };
  checkRoutingModel(model);
  return model;
}
