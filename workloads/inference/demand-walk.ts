/** A program's way along its demand: asks for a batch, waits for it, gives it back. */
import type { Wait } from '../../sim/index.ts';
import type { BufferManager } from './buffer-manager.ts';
import { HIT } from './cache-counts.ts';
import type { Catalogue } from './catalogue.ts';
import type { Demand } from './demand-sequence.ts';
import type { VramTier } from './vram-tier.ts';

/** A part of a process. */
export type Steps = Generator<Wait, void, void>;

export class DemandWalk {
  private readonly demand: Demand;
  private readonly buffers: BufferManager;
  private readonly catalogue: Catalogue;
  private readonly vram?: VramTier;
  /** Next batch; passes begun, and where the present one ends. */
  private cursor = 0;
  private passes = 0;
  private passEnd = 0;
  private bypass = false;

  /** @param vram GPU memory over the cache */
  constructor(demand: Demand, buffers: BufferManager, catalogue: Catalogue, vram?: VramTier) {
    this.demand = demand;
    this.buffers = buffers;
    this.catalogue = catalogue;
    this.vram = vram;
  }

  /** @param bypass the pass reads its misses around the cache */
  beginPass(bypass: boolean): void {
    this.passEnd = this.demand.passEnds[this.passes++];
    this.bypass = bypass;
  }

  /** Asks for the next batch. @returns the batch */
  next(): number {
    const batch = this.cursor++;
    this.buffers.request(this.demand.ids, this.from(batch), this.to(batch), this.bypass);
    this.vram?.request(this.demand.ids, this.from(batch), this.to(batch));
    return batch;
  }

  release(batch: number): void {
    this.vram?.release(this.demand.ids, this.from(batch), this.to(batch));
    this.buffers.release(this.demand.ids, this.from(batch), this.to(batch));
  }

  /** The batch is requests from .. to of the demand. */
  from(batch: number): number {
    return this.demand.batchStart[batch];
  }

  to(batch: number): number {
    return this.demand.batchStart[batch + 1];
  }

  /** Rows that the request's object serves. */
  rowsOf(request: number): number {
    return this.demand.rows[request];
  }

  isReady(request: number): boolean {
    return (this.vram ?? this.buffers).ready(this.demand.ids[request]);
  }

  /** Bytes of the request's object where it was not resident when asked for; else 0. */
  bytesTaken(request: number): number {
    return this.buffers.outcomeOf(request) === HIT ? 0 : this.catalogue.bytes[this.demand.ids[request]];
  }

  /** Batches of the pass, from the next one on, that belong to the same MoE layer. */
  wavesLeft(moe: number): number {
    let waves = 0;
    for (let batch = this.cursor; batch < this.passEnd; batch++, waves++) {
      const id = this.demand.ids[this.from(batch)];
      if (Math.floor(id / this.catalogue.experts) !== moe) break;
    }
    return waves;
  }
}
