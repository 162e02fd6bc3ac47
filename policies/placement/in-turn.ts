/**
 * Whole experts dealt round the drives in turn, blind to their use: of n experts a drive of weight w among W gets n w / W,
 * evenly spread (the next goes to the drive that is furthest behind its share).
 */
import { type Placement, type PlacementOptions, weightsOf } from './placement.ts';

export function inTurn(options: PlacementOptions): Placement {
  const weights = weightsOf(options);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const credit = weights.map(() => 0);
  return new Uint16Array(options.layers * options.experts).map(() => {
    weights.forEach((weight, drive) => {
      credit[drive] += weight;
    });
    const drive = credit.indexOf(Math.max(...credit));
    credit[drive] -= total;
    return drive;
  });
}
