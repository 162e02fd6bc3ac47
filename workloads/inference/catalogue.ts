/**
 * The objects that a simulated program reads and caches: each routed expert (its gate, up and down slices together),
 * and, layer by layer, each part of the trunk that is not pinned. Objects have dense ids, so that policies can use
 * arrays: experts first, id = moe layer x experts + expert, then the unpinned parts.
 */
import type { Extent, Model, TensorRole } from '../models/index.ts';

/** The parts of the trunk that memory.pin can name. */
export const TRUNK_PARTS = ['attention', 'shared-experts', 'dense', 'embeddings'] as const;
export type TrunkPart = (typeof TRUNK_PARTS)[number];

/** Norms, routers and scales are small and read at every token: they go with the attention of their layer. */
const PART_OF_ROLE: Record<TensorRole, TrunkPart | undefined> = {
  attention: 'attention',
  norm: 'attention',
  router: 'attention',
  scales: 'attention',
  other: 'attention',
  'shared-expert': 'shared-experts',
  'dense-ffn': 'dense',
  embedding: 'embeddings',
  head: 'embeddings',
  'routed-experts': undefined,
};

export interface Catalogue {
  readonly objects: number;
  /** Routed experts of a layer, and of all; the objects from `expertObjects` on are parts of the trunk. */
  readonly experts: number;
  readonly expertObjects: number;
  /** Bytes of each object. */
  readonly bytes: Float64Array;
  /** Layer of each object, for per-layer policies; 0 for parts that belong to no layer. */
  readonly layerOf: Uint16Array;
  /** Extents of object i: extentStart[i] up to extentStart[i + 1] in extentOffset and extentBytes. */
  readonly extentStart: Uint32Array;
  readonly extentOffset: Float64Array;
  readonly extentBytes: Float64Array;
  /** Id of the unpinned part of a layer (-1: the head and embedding), or -1 when it is pinned or absent. */
  partOf(layer: number, part: TrunkPart): number;
  /** Such as `layer 12 expert 7` or `layer 3 attention`. */
  nameOf(id: number): string;
  /** Pinned extents, in file order, adjacent ones joined. */
  readonly pinned: readonly Extent[];
  readonly pinnedBytes: number;
  /** Extents of a part that is mapped, and all of them in file order. */
  mappedOf(layer: number, part: TrunkPart): readonly Extent[];
  readonly mapped: readonly Extent[];
}

interface PartEntry {
  layer: number;
  part: TrunkPart;
  extents: Extent[];
}

/** @param map parts that are neither kept nor cached by the program, but mapped */
export function buildCatalogue(
  model: Model,
  pin: readonly TrunkPart[],
  map: readonly TrunkPart[] = [],
): Catalogue {
  const pinned: Extent[] = [];
  const parts = new Map<string, PartEntry>();
  const mapped = new Map<string, PartEntry>();
  model.tensors.forEach((tensor, index) => {
    const part = PART_OF_ROLE[tensor.role];
    if (part === undefined || tensor.layer >= model.layers) return; // prediction layers take no part
    if (pin.includes(part)) {
      pinned.push(model.tensorExtent(index));
      return;
    }
    if (tensor.role === 'embedding' && !model.architecture.tiedEmbeddings) return; // one row is gathered per token: read around the cache
    const key = `${tensor.layer} ${part}`;
    const entries = map.includes(part) ? mapped : parts;
    const entry = entries.get(key) ?? { layer: tensor.layer, part, extents: [] };
    entry.extents.push(model.tensorExtent(index));
    entries.set(key, entry);
  });
  const unpinned = [...parts.values()].sort((a, b) => a.layer - b.layer);
  return assemble(model, unpinned, joined(pinned), mapped);
}

function assemble(
  model: Model,
  parts: PartEntry[],
  pinned: Extent[],
  mappedParts: ReadonlyMap<string, PartEntry>,
): Catalogue {
  const expertObjects = model.moeLayers.length * model.experts;
  const objects = expertObjects + parts.length;
  const bytes = new Float64Array(objects);
  const layerOf = new Uint16Array(objects);
  const extentStart = new Uint32Array(objects + 1);
  const offsets: number[] = [];
  const lengths: number[] = [];
  const add = (id: number, layer: number, extents: readonly Extent[]) => {
    layerOf[id] = Math.max(0, layer);
    for (const extent of extents) {
      offsets.push(extent.offset);
      lengths.push(extent.bytes);
      bytes[id] += extent.bytes;
    }
    extentStart[id + 1] = offsets.length;
  };
  let id = 0;
  for (const layer of model.moeLayers)
    for (let expert = 0; expert < model.experts; expert++)
      add(id++, layer, joined(model.expertExtents(layer, expert)));
  const partId = new Map<string, number>();
  for (const entry of parts) {
    partId.set(`${entry.layer} ${entry.part}`, id);
    add(id++, entry.layer, joined(entry.extents));
  }
  return {
    objects,
    experts: model.experts,
    expertObjects,
    bytes,
    layerOf,
    extentStart,
    extentOffset: Float64Array.from(offsets),
    extentBytes: Float64Array.from(lengths),
    nameOf: (object) =>
      object < expertObjects
        ? `layer ${layerOf[object]} expert ${object % model.experts}`
        : `layer ${layerOf[object]} ${parts[object - expertObjects].part}`,
    partOf: (layer, part) => partId.get(`${layer} ${part}`) ?? -1,
    pinned,
    pinnedBytes: pinned.reduce((sum, extent) => sum + extent.bytes, 0),
    mappedOf: (layer, part) => mappedParts.get(`${layer} ${part}`)?.extents ?? [],
    mapped: joined([...mappedParts.values()].flatMap(({ extents }) => extents)),
  };
}

/** Extents in order of offset, those that touch joined into one. */
function joined(extents: readonly Extent[]): Extent[] {
  const result: { offset: number; bytes: number }[] = [];
  for (const extent of [...extents].sort((a, b) => a.offset - b.offset)) {
    const last = result[result.length - 1];
    if (last && last.offset + last.bytes === extent.offset) last.bytes += extent.bytes;
    else result.push({ offset: extent.offset, bytes: extent.bytes });
  }
  return result;
}
