/**
 * How a trace uses a model file: requests and bytes by component, how often each expert slice is read, what is never
 * read, and the tokens found by the periodicity of the layers.
 */
import { layerOf, roleOf, TENSOR_ROLES, type TensorRole } from '../models/roles.ts';
import type { BlockTrace } from './block-trace.ts';
import type { TensorMap } from './tensor-extents.ts';
import { tokenStarts } from './token-periods.ts';

export interface ModelUse {
  /** By role of the tensors: requests by their first byte, all bytes, and how many times over its size it was read. */
  components: Record<TensorRole, { requests: number; share: number; bytes: number; timesOver: number }>;
  /** Requests and bytes that touch no tensor (header, padding, another file). */
  outside: { requests: number; bytes: number };
  /** The slices read most often for their size. */
  hot: { tensor: string; expert: number; bytes: number; timesOver: number }[];
  /** Bytes of slices that no request touched. */
  coldBytes: number;
  coldSlices: number;
  tokens: { count: number; secondsMean: number; bytesMean: number; starts: number[] };
}

const SHOWN = 20;

/** @param trace offsets in the model file, in issue order */
export function modelUse(trace: BlockTrace, map: TensorMap): ModelUse {
  const { slices } = map;
  const read = new Float64Array(slices.length);
  const requests = new Map<TensorRole, number>(TENSOR_ROLES.map((name) => [name, 0]));
  const components = slices.map((slice) => roleOf(slice.tensor));
  const layers = Int32Array.from(slices, (slice) => layerOf(slice.tensor));
  const layerOfRow = new Int32Array(trace.length).fill(-1);
  const outside = { requests: 0, bytes: 0 };
  for (let row = 0; row < trace.length; row++) {
    const first = map.at(trace.offsetOf(row));
    if (first < 0) outside.requests++;
    else {
      requests.set(components[first], requests.get(components[first])! + 1);
      layerOfRow[row] = layers[first];
    }
    map.pieces(trace.offsetOf(row), trace.bytesOf(row), (slice, bytes) => {
      if (slice < 0) outside.bytes += bytes;
      else read[slice] += bytes;
    });
  }
  const times = Float64Array.from({ length: trace.length }, (_, row) => trace.timeOf(row));
  const layerCount = layers.reduce((most, layer) => Math.max(most, layer + 1), 0);
  const cold = slices.filter((_, slice) => read[slice] === 0);
  return {
    components: byComponent(map, components, read, requests, trace.length),
    outside,
    hot: hottest(map, read),
    coldBytes: cold.reduce((sum, slice) => sum + slice.end - slice.start, 0),
    coldSlices: cold.length,
    tokens: tokensOf(trace, tokenStarts(layerOfRow, times, layerCount)),
  };
}

function byComponent(
  map: TensorMap,
  components: readonly TensorRole[],
  read: Float64Array,
  requests: ReadonlyMap<TensorRole, number>,
  total: number,
): ModelUse['components'] {
  const entries = TENSOR_ROLES.map((name) => {
    let bytes = 0;
    let size = 0;
    for (const [slice, component] of components.entries()) {
      if (component !== name) continue;
      bytes += read[slice];
      size += map.slices[slice].end - map.slices[slice].start;
    }
    const count = requests.get(name)!;
    return [name, { requests: count, share: count / total, bytes, timesOver: size > 0 ? bytes / size : 0 }];
  });
  return Object.fromEntries(entries) as ModelUse['components'];
}

function hottest(map: TensorMap, read: Float64Array): ModelUse['hot'] {
  return map.slices
    .map(({ tensor, expert, start, end }, slice) => ({
      tensor,
      expert,
      bytes: read[slice],
      timesOver: read[slice] / (end - start),
    }))
    .filter((slice) => slice.bytes > 0)
    .sort((a, b) => b.timesOver - a.timesOver || b.bytes - a.bytes)
    .slice(0, SHOWN);
}

/** Means over the whole tokens: the last one may be cut off. */
function tokensOf(trace: BlockTrace, starts: readonly number[]): ModelUse['tokens'] {
  const whole = starts.length - 1;
  const [begin, end] = [starts[0], starts[whole]];
  let bytes = 0;
  for (let row = 0; row < trace.length; row++) {
    const time = trace.timeOf(row);
    if (time >= begin && time < end) bytes += trace.bytesOf(row);
  }
  return {
    count: starts.length,
    secondsMean: whole > 0 ? (end - begin) / whole / 1e12 : NaN,
    bytesMean: whole > 0 ? bytes / whole : NaN,
    starts: starts.map((time) => time / 1e12),
  };
}
