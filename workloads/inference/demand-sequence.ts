/**
 * Everything a run asks of its cache, in order. One batch is what one step needs at the same time (a layer's experts; an
 * unpinned part of the trunk). The simulated program walks the batches; clairvoyant policies, bounds and the regret are
 * computed from the same sequence, so that all speak of the same requests.
 *
 * It is known before the run, as routing does not depend on timing, unless requests arrive while it runs: which of them
 * share a pass then depends on how long passes take, and the sequence grows with the run.
 *
 * A pass of several rows (a prompt, a batch, drafts) asks for the union of the experts that its rows chose, in ascending
 * id, in waves of at most `wave` experts where the cache is smaller than the union (wave prefill: llama.cpp #25294 uses
 * (slots - top-k) / 2). With N rows that route uniformly, an expert is in it with probability 1 - (1 - k/E)^N. `rows`
 * counts the rows that an object serves.
 */
import { grown } from '../../sim/grown.ts';
import type { Model } from '../models/index.ts';
import type { RoutedTokens } from '../routing/index.ts';
import type { Catalogue, TrunkPart } from './catalogue.ts';
import type { Pass, Rows } from './scheduler.ts';

export interface DemandSequence {
  readonly ids: Uint32Array;
  /** Rows that use the object in this step. */
  readonly rows: Uint32Array;
  /** Batch b is ids[batchStart[b]] up to ids[batchStart[b + 1]]. */
  readonly batchStart: Uint32Array;
  /** Batches of the passes before the first with generated tokens (or measured), and before the first measured one. */
  readonly prefillBatches: number;
  readonly measuredBatch: number;
}

export interface DemandOptions {
  readonly model: Model;
  readonly catalogue: Catalogue;
  /** The tokens of all requests. */
  readonly routing: RoutedTokens;
  /** 1 for each expert's object that is asked for as the first of a choice only (a lossy option); absent: none. */
  readonly dropped?: Uint8Array;
  /** Most experts of one batch of a pass of several rows. */
  readonly wave: number;
}

/**
 * Experts of one wave for a cache of so many bytes: half of what fits, after one token's experts; with one cache
 * a layer, half of what fits the layer's.
 */
export function waveExperts(model: Model, cacheBytes: number, scope: 'global' | 'layer' = 'global'): number {
  if (model.moeLayers.length === 0) return 1;
  if (scope === 'layer') return waveExperts(model, cacheBytes / model.moeLayers.length);
  const largest = Math.max(...Array.from(model.moeLayers, (layer) => model.expertBytes(layer)));
  const slots = Math.floor(cacheBytes / largest);
  return Math.max(model.topK, Math.floor((slots - model.topK) / 2));
}

/** The sequence of passes known beforehand. */
export function demandSequence(options: DemandOptions, passes: Iterable<Pass>): DemandSequence {
  const demand = new Demand(options);
  for (const pass of passes) demand.append(pass);
  return demand.sequence();
}

/** A sequence that grows pass by pass. */
export class Demand {
  ids = new Uint32Array(1024);
  rows = new Uint32Array(1024);
  readonly batchStart: number[] = [0];
  /** Batches up to the end of each pass. */
  readonly passEnds: number[] = [];
  private requests = 0;
  private prefillBatches = -1;
  private measuredBatch = -1;
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

  get batches(): number {
    return this.batchStart.length - 1;
  }

  /** As it is now. */
  sequence(): DemandSequence {
    const { batches, prefillBatches, measuredBatch } = this;
    return {
      ids: this.ids.slice(0, this.requests),
      rows: this.rows.slice(0, this.requests),
      batchStart: Uint32Array.from(this.batchStart),
      prefillBatches: prefillBatches < 0 ? batches : prefillBatches,
      measuredBatch: measuredBatch < 0 ? batches : measuredBatch,
    };
  }

  /** One pass over the layers. */
  append(pass: Pass): void {
    if ((pass.decodes || pass.warm) && this.prefillBatches < 0) this.prefillBatches = this.batches;
    if (pass.warm && this.measuredBatch < 0) this.measuredBatch = this.batches;
    const { layers } = this.options.model;
    for (let layer = 0; layer < layers; layer++) {
      this.part(layer, 'attention', pass.rows);
      this.part(layer, 'dense', pass.rows);
      if (this.moeIndex[layer] < 0) continue;
      this.part(layer, 'shared-experts', pass.rows);
      if (pass.rows === 1) this.routed(layer, pass.groups[0].from);
      else this.unionOf(layer, pass.groups);
    }
    if (pass.heads > 0) this.part(-1, 'embeddings', pass.heads);
    this.passEnds.push(this.batches);
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

  private unionOf(layer: number, groups: readonly Rows[]): void {
    const { routing, model, wave } = this.options;
    const moe = this.moeIndex[layer];
    this.union.fill(0);
    for (const { from, count } of groups) {
      for (let token = from; token < from + count; token++) {
        const at = (token * routing.layers + moe) * routing.topK;
        for (let k = 0; k < routing.topK; k++) {
          const expert = routing.ids[at + k];
          if (this.isServed(moe * model.experts + expert, k)) this.union[expert]++;
        }
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
    if (this.requests === this.ids.length) {
      this.ids = grown(this.ids, 2 * this.requests);
      this.rows = grown(this.rows, 2 * this.requests);
    }
    this.ids[this.requests] = id;
    this.rows[this.requests++] = rows;
  }

  private endBatch(): void {
    this.batchStart.push(this.requests);
  }
}
