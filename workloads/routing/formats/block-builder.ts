/** One block of tokens under construction, rows set in any order. */
import { NOT_RECORDED } from '../routed-tokens.ts';
import type { RoutingBlock } from './format.ts';

export class BlockBuilder {
  tokens = 0;
  readonly turn: number;
  private readonly phase: RoutingBlock['phase'];
  private readonly layers: number;
  private readonly topK: number;
  private readonly room: number;
  private readonly ids: Uint16Array;
  private weights: Float32Array | undefined;
  private hits: Uint8Array | undefined;

  constructor(phase: RoutingBlock['phase'], turn: number, layers: number, topK: number, room: number) {
    this.phase = phase;
    this.turn = turn;
    this.layers = layers;
    this.topK = topK;
    this.room = room;
    this.ids = new Uint16Array(room * layers * topK).fill(NOT_RECORDED);
  }

  get full(): boolean {
    return this.tokens === this.room;
  }

  /** topK values of the columns from `from`; weights and hits are empty where the trace has none. */
  set(
    token: number,
    layer: number,
    from: number,
    experts: number[],
    weights: number[],
    hits: number[],
  ): void {
    const at = (token * this.layers + layer) * this.topK;
    for (let k = 0; k < this.topK; k++) this.ids[at + k] = experts[from + k];
    if (weights.length > 0) {
      this.weights ??= new Float32Array(this.ids.length).fill(Number.NaN);
      for (let k = 0; k < this.topK; k++) this.weights[at + k] = weights[from + k] ?? Number.NaN;
    }
    if (hits.length > 0) {
      this.hits ??= new Uint8Array(this.ids.length);
      for (let k = 0; k < this.topK; k++) this.hits[at + k] = hits[from + k];
    }
  }

  take(experts: number): RoutingBlock {
    const { tokens, layers, topK, turn } = this;
    const end = tokens * layers * topK;
    return {
      tokens,
      layers,
      topK,
      experts,
      phase: this.phase,
      turn,
      ids: this.ids.subarray(0, end),
      ...(this.weights ? { weights: this.weights.subarray(0, end) } : {}),
      ...(this.hits ? { hits: this.hits.subarray(0, end) } : {}),
    };
  }
}
