/**
 * Everything a run will ask of its cache, in order, known before the run: routing does not depend on timing. One batch
 * is what one step needs at the same time (a layer's experts; an unpinned part of the trunk). The simulated program
 * walks the batches; clairvoyant policies, bounds and the regret are computed from the same sequence, so that all speak
 * of the same requests.
 *
 * Prefill: one pass over the layers with the union of the experts that the prompt's tokens chose, in ascending id, in
 * waves of at most `wave` experts where the cache is smaller than the union (wave prefill: llama.cpp #25294 uses
 * (slots - top-k) / 2). `rows` counts the tokens that an object serves.
 */
import type { Model } from '../models/index.ts';
import type { RoutedTokens } from '../routing/index.ts';
import type { Catalogue, TrunkPart } from './catalogue.ts';

export interface DemandSequence {
  readonly ids: Uint32Array;
  /** Tokens that use the object in this step. */
  readonly rows: Uint32Array;
  /** Batch b is ids[batchStart[b]] up to ids[batchStart[b + 1]]. */
  readonly batchStart: Uint32Array;
  /** Batches of the prefill; the decode's follow. */
  readonly prefillBatches: number;
  /** Batches of one decode token. */
  readonly batchesPerToken: number;
}

export interface DemandOptions {
  readonly model: Model;
  readonly catalogue: Catalogue;
  /** Prompt tokens first, then the generated ones. */
  readonly routing: RoutedTokens;
  readonly promptTokens: number;
  /** 1 for each expert's object that is asked for as the first of a choice only (a lossy option); absent: none. */
  readonly dropped?: Uint8Array;
  /** Most experts of one prefill batch. */
  readonly wave: number;
}

/**
 * Experts of one prefill wave for a cache of so many bytes: half of what fits, after one token's experts; with one cache
 * a layer, half of what fits the layer's.
 */
export function waveExperts(model: Model, cacheBytes: number, scope: 'global' | 'layer' = 'global'): number {
  if (model.moeLayers.length === 0) return 1;
  if (scope === 'layer') return waveExperts(model, cacheBytes / model.moeLayers.length);
  const largest = Math.max(...Array.from(model.moeLayers, (layer) => model.expertBytes(layer)));
  const slots = Math.floor(cacheBytes / largest);
  return Math.max(model.topK, Math.floor((slots - model.topK) / 2));
}

export function demandSequence(options: DemandOptions): DemandSequence {
  const builder = new SequenceBuilder(options);
  if (options.promptTokens > 0) builder.pass(0, options.promptTokens);
  const prefillBatches = builder.batchStart.length - 1;
  for (let token = options.promptTokens; token < options.routing.tokens; token++)
    builder.pass(token, token + 1);
  const generated = options.routing.tokens - options.promptTokens;
  return {
    ids: Uint32Array.from(builder.ids),
    rows: Uint32Array.from(builder.rows),
    batchStart: Uint32Array.from(builder.batchStart),
    prefillBatches,
    batchesPerToken: generated > 0 ? (builder.batchStart.length - 1 - prefillBatches) / generated : 0,
  };
}

class SequenceBuilder {
  readonly ids: number[] = [];
  readonly rows: number[] = [];
  readonly batchStart: number[] = [0];
  private readonly options: DemandOptions;
  private readonly union: Uint32Array;
  private readonly moeIndex: Int32Array;

  constructor(options: DemandOptions) {
    this.options = options;
    this.union = new Uint32Array(options.model.experts);
    this.moeIndex = new Int32Array(options.model.layers).fill(-1);
    options.model.moeLayers.forEach((layer, index) => {
      this.moeIndex[layer] = index;
    });
  }

  /** One pass over the layers for tokens [from, to): the prompt at once, or one decode token. */
  pass(from: number, to: number): void {
    const { layers } = this.options.model;
    const tokens = to - from;
    for (let layer = 0; layer < layers; layer++) {
      this.part(layer, 'attention', tokens);
      this.part(layer, 'dense', tokens);
      if (this.moeIndex[layer] >= 0) {
        this.part(layer, 'shared-experts', tokens);
        if (tokens === 1) this.routed(layer, from);
        else this.unionOf(layer, from, to);
      }
    }
    this.part(-1, 'embeddings', 1);
  }

  private part(layer: number, part: TrunkPart, tokens: number): void {
    const id = this.options.catalogue.partOf(layer, part);
    if (id < 0) return;
    this.add(id, tokens);
    this.endBatch();
  }

  private routed(layer: number, token: number): void {
    const { routing, model } = this.options;
    const moe = this.moeIndex[layer];
    const at = (token * routing.layers + moe) * routing.topK;
    for (let k = 0; k < routing.topK; k++) {
      const id = moe * model.experts + routing.ids[at + k];
      if (this.isServed(id, k)) this.add(id, 1);
    }
    this.endBatch();
  }

  private unionOf(layer: number, from: number, to: number): void {
    const { routing, model, wave } = this.options;
    const moe = this.moeIndex[layer];
    this.union.fill(0);
    for (let token = from; token < to; token++) {
      const at = (token * routing.layers + moe) * routing.topK;
      for (let k = 0; k < routing.topK; k++) {
        const expert = routing.ids[at + k];
        if (this.isServed(moe * model.experts + expert, k)) this.union[expert]++;
      }
    }
    let inWave = 0;
    for (let expert = 0; expert < model.experts; expert++) {
      if (this.union[expert] === 0) continue;
      if (inWave === wave) {
        this.endBatch();
        inWave = 0;
      }
      this.add(moe * model.experts + expert, this.union[expert]);
      inWave++;
    }
    this.endBatch();
  }

  private isServed(id: number, rank: number): boolean {
    const { dropped } = this.options;
    return rank === 0 || dropped === undefined || dropped[id] === 0;
  }

  private add(id: number, rows: number): void {
    this.ids.push(id);
    this.rows.push(rows);
  }

  private endBatch(): void {
    this.batchStart.push(this.ids.length);
  }
}
