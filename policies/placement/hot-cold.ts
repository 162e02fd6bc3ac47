/**
 * Hot and cold experts mixed so that every drive serves its share of the requests. A layer's misses are read together, so
 * each layer is balanced by itself: its experts from the hottest to the coldest each go to the drive whose load, for its
 * weight, is the least (longest processing time first: Graham, SIAM Journal on Applied Mathematics 17(2), 1969). Loads
 * carry over from layer to layer, which settles ties and rounding.
 */
import { type Placement, type PlacementOptions, weightsOf } from './placement.ts';

export function hotCold(options: PlacementOptions): Placement {
  const { layers, experts, popularity } = options;
  const weights = weightsOf(options);
  const load = weights.map(() => 0);
  const drives = new Uint16Array(layers * experts);
  const heat = (id: number) => popularity?.[id] ?? 1;
  for (let layer = 0; layer < layers; layer++) {
    const inLayer = weights.map(() => 0);
    const ids = Array.from({ length: experts }, (_, e) => layer * experts + e);
    for (const id of ids.sort((a, b) => heat(b) - heat(a) || a - b)) {
      let best = 0;
      for (let drive = 1; drive < weights.length; drive++) {
        const gain =
          inLayer[best] / weights[best] - inLayer[drive] / weights[drive] ||
          load[best] / weights[best] - load[drive] / weights[drive];
        if (gain > 0) best = drive;
      }
      drives[id] = best;
      inLayer[best] += heat(id);
      load[best] += heat(id);
    }
  }
  return drives;
}
