/**
 * A model as the inference program and the storage see it: every tensor with its type, size and place, the experts as
 * extents, and the KV cache's cost. Built from an architecture, a quantisation and a layout, or from a GGUF header
 * (formats/gguf-model.ts).
 */
import {
  type Extent,
  joinExtents,
  type Layout,
  type LayoutOptions,
  layOut,
  routedByLayer,
} from '../layout/extents.ts';
import type { LayoutOrder } from '../layout/order.ts';
import type { Architecture } from './architecture.ts';
import type { GgmlType } from './ggml-types.ts';
import { type KvChoice, kvBytesPerToken } from './kv-cache.ts';
import { type Quantisation, quantise, type Tensor } from './quantisation.ts';
import { tensorShapes } from './tensors.ts';

export interface Model {
  architecture: Architecture;
  quantisation: string;
  tensors: readonly Tensor[];
  /** Layers that every token passes; prediction (MTP) layers are not among them. */
  layers: number;
  /** Numbers of the layers with routed experts. */
  moeLayers: Int32Array;
  /** Prediction layers in the file, numbered from `layers` on. */
  mtpLayers: number;
  /** Routed experts a MoE layer, 0 in a dense model. */
  experts: number;
  topK: number;
  /** Bytes of one routed expert of `layer`. */
  expertBytes(layer: number): number;
  /** Its extents in file order of the matrices (ascending offset), touching ones joined. */
  expertExtents(layer: number, expert: number): Extent[];
  /** Where the tensor lies; undefined where it lies in slices. */
  placeOf(index: number): Extent | undefined;
  /** Throws where the tensor lies in slices (routed experts in the expert-contiguous order). */
  tensorExtent(index: number): Extent;
  /** Files in address order: the address space is theirs, one after another. */
  files: readonly Extent[];
  fileBytes: number;
  /** Bytes that one more token adds to a long context's cache, of type `type` (default F16). */
  kvBytesPerToken(choice: KvChoice, type?: GgmlType): number;
}

/** Builds the model; throws on an unknown quantisation or layout, listing those allowed. `mtp` adds prediction layers. */
export function buildModel(
  architecture: Architecture,
  quantisation: Quantisation,
  layout: LayoutOrder | LayoutOptions = 'layer-order',
  options: { mtp?: boolean } = {},
): Model {
  const tensors = quantise(tensorShapes(architecture, options), architecture, quantisation);
  const placed = layOut(tensors, typeof layout === 'string' ? { order: layout } : layout);
  const name = typeof quantisation === 'string' ? quantisation : describeRoles(quantisation);
  return assembleModel(architecture, name, tensors, placed);
}

const describeRoles = ({ default: base, roles = {} }: Exclude<Quantisation, string>) =>
  [base, ...Object.entries(roles).map(([role, type]) => `${role}=${type}`)].join(',');

/** Joins architecture, tensors and their places to a model. */
export function assembleModel(
  architecture: Architecture,
  quantisation: string,
  tensors: readonly Tensor[],
  layout: Layout,
): Model {
  const { layers, experts } = architecture;
  const last = layout.files.at(-1)!;
  const routed = routedByLayer(tensors);
  return {
    architecture,
    quantisation,
    tensors,
    layers,
    moeLayers: Int32Array.from(routed.keys())
      .filter((layer) => layer < layers)
      .sort(),
    mtpLayers: tensors.reduce((most, { layer }) => Math.max(most, layer), 0) + 1 - layers,
    experts: experts?.count ?? 0,
    topK: experts?.topK ?? 0,
    expertBytes: (layer) =>
      routedOf(routed, layer).reduce((sum, index) => sum + tensors[index].bytes / tensors[index].shape[2], 0),
    expertExtents(layer, expert) {
      return joinExtents(routedOf(routed, layer).map((index) => layout.slice(index, expert)));
    },
    placeOf: (index) => layout.tensors[index],
    tensorExtent(index) {
      const extent = layout.tensors[index];
      if (!extent) throw new Error(`${tensors[index].name} lies in slices: ask for expertExtents`);
      return extent;
    },
    files: layout.files,
    fileBytes: last.offset + last.bytes,
    kvBytesPerToken: (choice, type = 'F16') => kvBytesPerToken(architecture, choice, type),
  };
}

function routedOf(routed: ReadonlyMap<number, number[]>, layer: number): number[] {
  const found = routed.get(layer);
  if (!found) throw new Error(`layer ${layer} has no routed experts`);
  return found;
}
