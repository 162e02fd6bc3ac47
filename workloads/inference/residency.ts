/** Which layers' experts the cache holds, over tokens: a share by layer, sampled at most a bounded number of times. */
import type { Catalogue } from './catalogue.ts';

/** Tokens that are sampled at most. */
const SAMPLES = 100;

export class Residency {
  /** Tokens after which a sample was taken. */
  readonly tokens: number[] = [];
  /** By sample and MoE layer: share of its experts that are resident. */
  readonly shares: Float64Array[] = [];
  private readonly every: number;
  private readonly layers: number;
  private readonly experts: number;

  constructor({ experts }: Catalogue, layers: number, tokens: number) {
    this.every = Math.ceil(tokens / SAMPLES);
    this.layers = layers;
    this.experts = experts;
  }

  /** @param holds whether the object is in the cache */
  sample(token: number, holds: (id: number) => boolean): void {
    if (token % this.every !== 0) return;
    const share = new Float64Array(this.layers);
    for (let layer = 0; layer < this.layers; layer++) {
      let held = 0;
      for (let e = 0; e < this.experts; e++) if (holds(layer * this.experts + e)) held++;
      share[layer] = held / this.experts;
    }
    this.tokens.push(token);
    this.shares.push(share);
  }
}
