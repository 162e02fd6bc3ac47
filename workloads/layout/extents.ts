/**
 * Where each tensor and each expert's slice lies.
 *
 * Addresses run through all files laid one after another. Each file starts with its header; each tensor (in the
 * expert-contiguous order each expert) starts at a multiple of the alignment; no tensor crosses from one file to the next.
 * Expert e of a tensor [n, m, experts] is the slice [e * bytes / experts, (e + 1) * bytes / experts): ggml's nb[2].
 * GGUF: ggml docs/gguf.md (alignment 32 by default); splits: gguf-split, whole tensors per file.
 */
import { fileOrder, type LayoutOrder } from './order.ts';

/** A run of bytes in the storage's address space. */
export interface Extent {
  offset: number;
  bytes: number;
}

export interface LayoutOptions {
  order: LayoutOrder;
  /** Tensors start at multiples of this many bytes (default 32, GGUF's); 4096 makes O_DIRECT reads exact. */
  alignment?: number;
  /** Header bytes before the first tensor of each file; default: the tensor infos alone, without metadata. */
  headerBytes?: number;
  /** A new file is begun before the tensor that would make one larger than this (default: one file). */
  splitBytes?: number;
}

/** What the layout needs to know of a tensor. */
export interface Placeable {
  name: string;
  layer: number;
  shape: number[];
  bytes: number;
  role: string;
}

export interface Layout {
  /** By tensor; in the expert-contiguous order a routed tensor's extent is undefined, for it lies in slices. */
  tensors: (Extent | undefined)[];
  /** One expert's slice of a routed tensor. */
  slice(tensor: number, expert: number): Extent;
  /** The files in address order. */
  files: Extent[];
}

const GGUF_ALIGNMENT = 32;
const alignUp = (offset: number, alignment: number) => Math.ceil(offset / alignment) * alignment;

/** Bytes of a GGUF header that holds these tensors and no metadata. */
const headerSize = (tensors: readonly Placeable[]) =>
  24 + tensors.reduce((sum, { name, shape }) => sum + 8 + name.length + 4 + 8 * shape.length + 4 + 8, 0);

/** A run of slices that stay together: one tensor, or an expert's matrices. */
interface Unit {
  tensors: number[];
  expert: number;
  bytes: number;
}

/** Indices of the routed-expert tensors of each layer, in the order of `indices` (default: as listed). */
export function routedByLayer(
  tensors: readonly { role: string; layer: number }[],
  indices: Iterable<number> = tensors.keys(),
): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const index of indices) {
    const { role, layer } = tensors[index];
    if (role !== 'routed-experts') continue;
    if (!groups.has(layer)) groups.set(layer, []);
    groups.get(layer)!.push(index);
  }
  return groups;
}

function units(tensors: readonly Placeable[], order: LayoutOrder): Unit[] {
  const listed = fileOrder(tensors, order);
  const whole = (index: number): Unit => ({ tensors: [index], expert: -1, bytes: tensors[index].bytes });
  if (order !== 'expert-contiguous') return listed.map(whole);
  const routed = routedByLayer(tensors, listed);
  return listed.flatMap((index) => {
    const { role, layer } = tensors[index];
    if (role !== 'routed-experts') return [whole(index)];
    const group = routed.get(layer)!;
    if (group[0] !== index) return [];
    const experts = tensors[index].shape[2];
    const bytes = group.reduce((sum, member) => sum + tensors[member].bytes / experts, 0);
    return Array.from({ length: experts }, (_, expert) => ({ tensors: group, expert, bytes }));
  });
}

/** Lays the tensors out; sizes and addresses in bytes. */
export function layOut(tensors: readonly Placeable[], options: LayoutOptions): Layout {
  const { order, alignment = GGUF_ALIGNMENT, splitBytes = Number.POSITIVE_INFINITY } = options;
  const header = alignUp(options.headerBytes ?? headerSize(tensors), alignment);
  const extents: (Extent | undefined)[] = new Array(tensors.length);
  const starts = new Map<number, Float64Array>();
  const files: Extent[] = [];
  let fileStart = 0;
  let end = header;
  for (const unit of units(tensors, order)) {
    let start = alignUp(end - fileStart, alignment) + fileStart;
    if (start + unit.bytes - fileStart > splitBytes && end > fileStart + header) {
      files.push({ offset: fileStart, bytes: end - fileStart });
      fileStart = end;
      start = fileStart + header;
    }
    end = start;
    for (const index of unit.tensors) {
      const tensor = tensors[index];
      if (unit.expert < 0) {
        extents[index] = { offset: end, bytes: tensor.bytes };
        end += tensor.bytes;
        continue;
      }
      if (!starts.has(index)) starts.set(index, new Float64Array(tensor.shape[2]));
      starts.get(index)![unit.expert] = end;
      end += tensor.bytes / tensor.shape[2];
    }
  }
  files.push({ offset: fileStart, bytes: end - fileStart });
  return { tensors: extents, slice: slicer(tensors, extents, starts), files };
}

function slicer(
  tensors: readonly Placeable[],
  extents: readonly (Extent | undefined)[],
  starts: ReadonlyMap<number, Float64Array>,
) {
  return (index: number, expert: number): Extent => {
    const { shape, bytes: all } = tensors[index];
    const bytes = all / shape[2];
    const offset = starts.get(index)?.[expert] ?? extents[index]!.offset + expert * bytes;
    return { offset, bytes };
  };
}

/** A layout whose tensors lie where a file's header says. */
export function givenLayout(
  tensors: readonly Placeable[],
  extents: readonly Extent[],
  files: Extent[],
): Layout {
  return { tensors: [...extents], slice: slicer(tensors, extents, new Map()), files };
}

/** Joins extents that touch, keeping their order. */
export function joinExtents(extents: readonly Extent[]): Extent[] {
  const joined: Extent[] = [];
  for (const { offset, bytes } of extents) {
    const last = joined.at(-1);
    if (last && last.offset + last.bytes === offset) last.bytes += bytes;
    else joined.push({ offset, bytes });
  }
  return joined;
}
