/**
 * Walks the routing in the order in which it becomes known, for prefetchers that learn: the prompt first (one pass,
 * layer after layer, so all of it before the first token), then layer by layer up to the one just routed.
 */
import type { RoutedTruth } from './prefetcher.ts';

export class SeenRouting {
  private readonly truth: RoutedTruth;
  private readonly learn: (token: number, layer: number) => void;
  private token: number;
  private layer = 0;

  /** @param learn is told each (token, layer) once */
  constructor(truth: RoutedTruth, learn: (token: number, layer: number) => void) {
    this.truth = truth;
    this.learn = learn;
    this.token = -truth.prompt;
  }

  /** All up to and with `layer` of `token` is known now. */
  upTo(token: number, layer: number): void {
    while (this.token < token || (this.token === token && this.layer <= layer)) {
      this.learn(this.token, this.layer);
      if (++this.layer < this.truth.layers) continue;
      this.layer = 0;
      this.token++;
    }
  }
}
