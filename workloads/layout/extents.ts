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
  /** One file a drive instead, placed by a placement policy; an array with stripes of `bytes` maps them to its drives. */
  drives?: DriveSplit;
}

export interface DriveSplit {
  count: number;
  /** Address space of each drive: drive d has the addresses from d * bytes on. */
  bytes: number;
  /** Drive of a tensor (`expert` -1) or, in the expert-contiguous order, of one expert of a layer. */
  driveOf(layer: number, expert: number, name: string): number;
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

/** A file being laid out: `end` is the first free address. */
interface OpenFile {
  start: number;
  end: number;
}

/** Says in which file the next unit goes, from first to last unit. */
type ChooseFile = (unit: Unit, start: (file: OpenFile) => number) => OpenFile;

function byDrive(
  tensors: readonly Placeable[],
  drives: DriveSplit,
  header: number,
  files: OpenFile[],
): ChooseFile {
  for (let drive = 0; drive < drives.count; drive++) {
    files.push({ start: drive * drives.bytes, end: drive * drives.bytes + header });
  }
  return (unit, start) => {
    const { layer, name } = tensors[unit.tensors[0]];
    const drive = drives.driveOf(layer, unit.expert, name);
    const file = files[drive];
    if (!file)
      throw new Error(`'${name}' is placed on drive ${drive}: there are ${drives.count}, counted from 0`);
    if (start(file) + unit.bytes > file.start + drives.bytes) {
      throw new Error(`'${name}' does not fit on drive ${drive} of ${drives.bytes} bytes`);
    }
    return file;
  };
}

function bySize(splitBytes: number, header: number, files: OpenFile[]): ChooseFile {
  files.push({ start: 0, end: header });
  return (unit, start) => {
    const file = files.at(-1)!;
    const fits = start(file) + unit.bytes - file.start <= splitBytes;
    if (fits || file.end === file.start + header) return file;
    const next = { start: file.end, end: file.end + header };
    files.push(next);
    return next;
  };
}

/** Lays the tensors out; sizes and addresses in bytes. */
export function layOut(tensors: readonly Placeable[], options: LayoutOptions): Layout {
  const { order, alignment = GGUF_ALIGNMENT, splitBytes = Number.POSITIVE_INFINITY, drives } = options;
  const header = alignUp(options.headerBytes ?? headerSize(tensors), alignment);
  const extents: (Extent | undefined)[] = new Array(tensors.length);
  const starts = new Map<number, Float64Array>();
  const files: OpenFile[] = [];
  const choose = drives ? byDrive(tensors, drives, header, files) : bySize(splitBytes, header, files);
  const startIn = (file: OpenFile) => file.start + alignUp(file.end - file.start, alignment);
  for (const unit of units(tensors, order)) {
    const file = choose(unit, startIn);
    file.end = startIn(file);
    for (const index of unit.tensors) {
      const { bytes, shape } = tensors[index];
      if (unit.expert < 0) {
        extents[index] = { offset: file.end, bytes };
      } else {
        if (!starts.has(index)) starts.set(index, new Float64Array(shape[2]));
        starts.get(index)![unit.expert] = file.end;
      }
      file.end += unit.expert < 0 ? bytes : bytes / shape[2];
    }
  }
  const placed = files.map(({ start, end }) => ({ offset: start, bytes: end - start }));
  return { tensors: extents, slice: slicer(tensors, extents, starts), files: placed };
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

/** The extents in order of address, those that touch joined into one. */
export function joinExtents(extents: readonly Extent[]): Extent[] {
  const joined: Extent[] = [];
  for (const { offset, bytes } of [...extents].sort((a, b) => a.offset - b.offset)) {
    const last = joined.at(-1);
    if (last && last.offset + last.bytes === offset) last.bytes += bytes;
    else joined.push({ offset, bytes });
  }
  return joined;
}
