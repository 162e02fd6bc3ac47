/**
 * A KV cache on the drives, beside the weights. Before a layer's attention, each request's cache of that layer is read as
 * one piece: what the pass's attention weighs of the tokens before it (kv-cache.ts), so the prompt's at every step and each
 * generated token's from the next step on. After it, the cache of the new rows is written, in whole 4 KiB blocks; nobody
 * waits for the writes.
 *
 *   read  = sum over groups of min(tokens before, window or choice) x bytes a token       written = rows x bytes a token
 *
 * Memory holds one layer's caches, as buffers. Each request of a batch has a region a layer, as long as its longest.
 */
import { type DeviceArray, type IoInterface, WRITE } from '../../devices/index.ts';
import type { HandlerId, Simulation, Wait } from '../../sim/index.ts';
import {
  attentionOf,
  cacheBytes,
  contextCost,
  type GgmlType,
  indexerValues,
  type KvChoice,
  kvBytes,
  kvValues,
  type Model,
  stateBytes,
} from '../models/index.ts';
import type { Rows } from './scheduler.ts';

const BLOCK = 4096;
const blocks = (bytes: number) => Math.ceil(bytes / BLOCK) * BLOCK;

export interface Kv {
  readonly choice: KvChoice;
  readonly type: GgmlType;
}

/** Bytes of a layer's cache that are read for rows of a request, before any of them is computed. */
export function kvRead(model: Model, layer: number, kv: Kv, rows: Pick<Rows, 'context' | 'count'>): number {
  const before = rows.context - rows.count;
  if (before === 0) return 0;
  const attention = attentionOf(model.architecture, layer);
  if (attention.kind === 'linear') return stateBytes(attention);
  return contextCost(model, layer, before, kv.choice, kv.type).bytes;
}

/** Bytes that so many new tokens add to a layer's cache or replace in it. */
export function kvWritten(model: Model, layer: number, kv: Kv, count: number): number {
  const attention = attentionOf(model.architecture, layer);
  const window = attention.kind === 'compressed' ? attention.dim : 0;
  const values = kvValues(attention, kv.choice) + indexerValues(attention) + window;
  return count * kvBytes(values, kv.type) + stateBytes(attention);
}

/** Bytes of the largest layer's cache of a request at its longest. */
export function largestLayer(model: Model, kv: Kv, tokens: number): number {
  let most = 0;
  for (let layer = 0; layer < model.layers; layer++)
    most = Math.max(most, cacheBytes(attentionOf(model.architecture, layer), tokens, kv.choice, kv.type));
  return blocks(most) + BLOCK;
}

export interface KvStoreOptions {
  readonly model: Model;
  readonly kv: Kv;
  readonly array: DeviceArray;
  /** Requests that run at a time, and the most tokens of one. */
  readonly requests: number;
  readonly tokens: number;
}

/** Bytes that the caches take on the drives. */
export const storeBytes = ({ model, kv, requests, tokens }: Omit<KvStoreOptions, 'array'>): number =>
  requests * model.layers * largestLayer(model, kv, tokens);

export class KvStore {
  /** Bytes asked for, and written, so far. */
  readonly counts = { read: 0, written: 0 };
  private readonly options: KvStoreOptions;
  private readonly region: number;
  private readonly landed: HandlerId;
  private readonly written: HandlerId;
  private left = 0;
  private onAll = () => {};

  constructor(sim: Simulation, io: IoInterface, options: KvStoreOptions) {
    this.options = options;
    this.region = largestLayer(options.model, options.kv, options.tokens);
    this.landed = sim.register(() => {
      if (--this.left === 0) this.onAll();
    });
    this.written = sim.register(() => {});
    this.begin = (layer, groups) => (done, a, b) => {
      this.onAll = () => sim.call(done, a, b);
      this.left = 1;
      for (const group of groups) {
        const bytes = kvRead(options.model, layer, options.kv, group);
        if (bytes === 0) continue;
        this.left++;
        this.counts.read += bytes;
        io.read(this.placeOf(layer, group.request), Math.ceil(bytes), 0, this.landed, 0);
      }
      sim.after(0, this.landed, 0, 0);
    };
  }

  /** Reads what the layer's attention needs of the groups' caches. */
  readonly begin: (layer: number, groups: readonly Rows[]) => Wait;

  /** Writes the caches of the groups' new rows. */
  end(layer: number, groups: readonly Rows[]): void {
    const { model, kv, array } = this.options;
    for (const { request, context, count } of groups) {
      const bytes = kvWritten(model, layer, kv, count);
      this.counts.written += bytes;
      const length = Math.min(this.region, blocks(bytes));
      const full = ((context - count) / this.options.tokens) * this.region;
      const at = Math.min(Math.floor(full / BLOCK) * BLOCK, this.region - length);
      array.submit(WRITE, this.placeOf(layer, request) + at, length, 0, this.written, 0);
    }
  }

  private placeOf(layer: number, request: number): number {
    const { model, requests } = this.options;
    return blocks(model.fileBytes) + ((request % requests) * model.layers + layer) * this.region;
  }
}
