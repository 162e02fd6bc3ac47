/**
 * A model from its own GGUF files: each tensor with the type, size and place that the headers give, experts as slices of
 * the three-dimensional tensors. Nothing is taken from a library architecture.
 */
import { givenLayout } from '../layout/extents.ts';
import type { Architecture } from '../models/architecture.ts';
import type { GgmlType } from '../models/ggml-types.ts';
import { assembleModel, type Model } from '../models/model.ts';
import type { Tensor } from '../models/quantisation.ts';
import { layerOf, roleOf } from '../models/roles.ts';
import { elementsOf } from '../models/tensors.ts';
import type { GgufHeader } from './gguf.ts';
import { ggufArchitecture } from './gguf-architecture.ts';

/** The type that holds most bytes stands for the file's quantisation. */
function mainType(tensors: readonly Tensor[]): GgmlType {
  const bytes = new Map<GgmlType, number>();
  for (const tensor of tensors) bytes.set(tensor.type, (bytes.get(tensor.type) ?? 0) + tensor.bytes);
  return [...bytes].reduce((most, entry) => (entry[1] > most[1] ? entry : most))[0];
}

/** Builds the model of these headers (one file, or all parts in order: their addresses follow one another). */
export const ggufModel = (headers: readonly GgufHeader[]): Model =>
  modelOfFiles(ggufArchitecture(headers), headers);

/** What a model needs to know of one of its files. */
export type ModelFile = Pick<GgufHeader, 'tensors' | 'fileBytes'>;

/** The same for an architecture that the files do not tell. */
export function modelOfFiles(architecture: Architecture, headers: readonly ModelFile[]): Model {
  const starts: number[] = [];
  let end = 0;
  for (const { fileBytes } of headers) {
    starts.push(end);
    end += fileBytes;
  }
  const placed = headers.flatMap((header, part) =>
    header.tensors.map(({ name, shape, type, offset, bytes }) => ({
      tensor: {
        name,
        role: roleOf(name),
        layer: layerOf(name),
        shape,
        type,
        elements: elementsOf(shape),
        bytes,
      },
      extent: { offset: starts[part] + offset, bytes },
    })),
  );
  const tensors = placed.map(({ tensor }) => tensor);
  const files = headers.map(({ fileBytes }, part) => ({ offset: starts[part], bytes: fileBytes }));
  const layout = givenLayout(
    tensors,
    placed.map(({ extent }) => extent),
    files,
  );
  return assembleModel(architecture, mainType(tensors), tensors, layout);
}
