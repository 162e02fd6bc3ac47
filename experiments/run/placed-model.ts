/** The model with each expert on the drive where storage.placement puts it. */
import { placements } from '../../policies/index.ts';
import type { DriveSplit } from '../../workloads/layout/index.ts';
import { buildModel, type Model } from '../../workloads/models/index.ts';
import type { RoutedTokens } from '../../workloads/routing/index.ts';
import { popularityOf } from '../../workloads/routing/popularity.ts';
import { weightsOf } from '../drive-limits.ts';
import { driveSpace } from '../drives.ts';
import { asInputError, InputError } from '../errors.ts';
import type { Experiment } from '../experiment.ts';

/** @throws InputError where experts do not lie in one piece, or do not fit */
export function placedModel(
  { storage, model: wanted }: Experiment,
  model: Model,
  routing: RoutedTokens,
): Model {
  const { placement } = storage;
  const weights = weightsOf(storage);
  const count = weights.length;
  if (placement === 'stripe' || count === 1) return model;
  const layout = typeof wanted.layout === 'string' ? { order: wanted.layout } : wanted.layout;
  if (wanted.headers || layout.order !== 'expert-contiguous') {
    const found = wanted.headers ? 'the layout of a given file' : `model.layout ${layout.order}`;
    throw new InputError(
      `found ${placement} with ${found}; whole experts need model.layout expert-contiguous, or use stripe`,
      ['storage', 'placement'],
    );
  }
  const drives = placements[placement]({
    drives: count,
    weights,
    layers: model.moeLayers.length,
    experts: model.experts,
    // Of this run: what the best profile would say.
    popularity: popularityOf(routing),
  });
  const moeIndex = new Map(Array.from(model.moeLayers, (layer, index) => [layer, index]));
  let others = 0;
  const split: DriveSplit = {
    count,
    bytes: driveSpace(storage),
    driveOf(layer, expert) {
      const moe = moeIndex.get(layer);
      return expert < 0 || moe === undefined ? others++ % count : drives[moe * model.experts + expert];
    },
  };
  return asInputError(['storage', 'placement'], () =>
    buildModel(wanted.architecture, wanted.quantisation, { ...layout, drives: split }),
  );
}
