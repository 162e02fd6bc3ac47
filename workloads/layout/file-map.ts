/**
 * What lies where in a model's files, as a short list to draw or print: neighbours of one layer and role are one region.
 */
import type { Model } from '../models/model.ts';
import type { TensorRole } from '../models/roles.ts';
import { type Extent, routedByLayer } from './extents.ts';

export interface FileRegion extends Extent {
  layer: number;
  role: TensorRole;
}

/** Regions in order of address. A gap of less than a page (padding) does not part two regions; a new file does. */
export function fileMap(model: Model): FileRegion[] {
  const regions: FileRegion[] = [];
  for (const [index, { layer, role }] of model.tensors.entries()) {
    if (role !== 'routed-experts') regions.push({ ...model.tensorExtent(index), layer, role });
  }
  for (const layer of routedByLayer(model.tensors).keys()) {
    for (let expert = 0; expert < model.experts; expert++) {
      for (const extent of model.expertExtents(layer, expert))
        regions.push({ ...extent, layer, role: 'routed-experts' });
    }
  }
  return joinRegions(
    regions.sort((a, b) => a.offset - b.offset),
    new Set(model.files.map((file) => file.offset)),
  );
}

const PAGE = 4096;

function joinRegions(regions: readonly FileRegion[], fileStarts: ReadonlySet<number>): FileRegion[] {
  const joined: FileRegion[] = [];
  for (const region of regions) {
    const last = joined.at(-1);
    const gap = last ? region.offset - last.offset - last.bytes : 0;
    const same = last && last.layer === region.layer && last.role === region.role && gap < PAGE;
    if (same && !fileStarts.has(last.offset + last.bytes)) last.bytes += gap + region.bytes;
    else joined.push({ ...region });
  }
  return joined;
}
