/**
 * Tokens in a trace of a model file: a decoder visits its layers in order, so a token begins where the layer number
 * falls back by a third of the layers or more, after at least a quarter of them was visited. The layer is the median of
 * five accesses, so that a stray read-ahead is not taken for a token. (A token need not reach the last layers: what is
 * in the cache is not read.)
 */
import type { Picoseconds } from '../../sim/time.ts';

const WINDOW = 5;
const FALL = 1 / 3;
const VISITED = 1 / 4;

/**
 * @param layers layer of each access in order of time, -1 = none
 * @param times ps
 * @param layerCount layers of the model
 * @returns when each token begins, ps; the first is the first access to a layer
 */
export function tokenStarts(layers: Int32Array, times: Float64Array, layerCount: number): Picoseconds[] {
  const rows = Array.from(layers.keys()).filter((row) => layers[row] >= 0);
  const starts: Picoseconds[] = [];
  const visited = new Set<number>();
  let highest = 0;
  rows.forEach((row, i) => {
    const layer = medianAround(layers, rows, i);
    const falls = highest - layer >= FALL * layerCount && visited.size >= VISITED * layerCount;
    if (starts.length === 0 || falls) {
      starts.push(times[row]);
      visited.clear();
      highest = layer;
    }
    visited.add(layer);
    highest = Math.max(highest, layer);
  });
  return starts;
}

function medianAround(layers: Int32Array, rows: readonly number[], i: number): number {
  const from = Math.max(0, i - (WINDOW >> 1));
  const near = rows.slice(from, from + WINDOW).map((row) => layers[row]);
  return near.sort((a, b) => a - b)[near.length >> 1];
}
