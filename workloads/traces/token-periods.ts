/**
 * Tokens in a trace of a model file: a decoder visits its layers in order, so a token begins where the early layers
 * come again after the late ones. Thirds of the layer range are followed in turn (early, middle, late), so that a stray
 * read-ahead near the boundary does not count twice.
 */
import type { Picoseconds } from '../../sim/time.ts';

const THIRDS = 3;

/**
 * @param layers layer of each access in order of time, -1 = none
 * @param times ps
 * @param layerCount layers of the model
 * @returns when each token begins, ps; the first is the first access to a layer
 */
export function tokenStarts(layers: Int32Array, times: Float64Array, layerCount: number): Picoseconds[] {
  const starts: Picoseconds[] = [];
  let expected = -1;
  for (let i = 0; i < layers.length; i++) {
    if (layers[i] < 0) continue;
    const third = Math.min(THIRDS - 1, Math.floor((layers[i] * THIRDS) / layerCount));
    if (expected < 0) {
      starts.push(times[i]);
      expected = (third + 1) % THIRDS;
    } else if (third === expected) {
      if (third === 0) starts.push(times[i]);
      expected = (third + 1) % THIRDS;
    }
  }
  return starts;
}
