/**
 * A trace as a cache sees it: object ids in the order of the file, where batches and phases begin, and bytes and layer of
 * each object where the trace knows them. An expert is the object layer x experts + expert. All arrays are shared
 * memory, so that worker threads read one copy.
 */
import { createReadStream, statSync } from 'node:fs';
import {
  type Chunks,
  loadRouting,
  type RecordedRouting,
  ROUTING_FORMATS,
  type RoutingBlock,
  readOracleGeneral,
  readU32,
} from '../../workloads/routing/formats/index.ts';
import { gunzipped, peek } from '../../workloads/routing/formats/lines.ts';
import { isObjectCsv, readObjectCsv } from '../../workloads/routing/formats/object-csv.ts';
import { NOT_RECORDED, type RoutedTokens, rowOf } from '../../workloads/routing/index.ts';
import { InputError, messageOf, suggestion } from '../errors.ts';
import { unreadable } from '../load/text.ts';

/** Requests of one phase in a row, positions [from, to). */
export interface Segment {
  readonly phase: 'prefill' | 'decode';
  readonly from: number;
  readonly to: number;
}

export interface CacheRequests {
  readonly ids: Uint32Array;
  /** Ids run from 0 to objects - 1. */
  readonly objects: number;
  /** Objects that are requested at least once. */
  readonly distinct: number;
  /** Bytes of each object. */
  readonly sizes?: Float64Array;
  /** Layer of each object. */
  readonly layers?: Uint16Array;
  /** Where the batches of --batch layer start. */
  readonly batches?: Uint32Array;
  /** Absent where the trace tells no phases. */
  readonly segments?: readonly Segment[];
}

/** Formats of bare object requests. */
const OBJECT_READERS = { u32: readU32, oracle: readOracleGeneral, 'object-csv': readObjectCsv };
type ObjectFormat = keyof typeof OBJECT_READERS;
export const CACHE_FORMATS: readonly string[] = [
  ...Object.keys(OBJECT_READERS),
  ...ROUTING_FORMATS.map(({ name }) => name),
];

/** @param format absent: `.u32` and `.oracleGeneral` by the file's name, the rest by content. @throws InputError */
export async function readRequests(file: string, format?: string): Promise<CacheRequests> {
  if (format !== undefined && !CACHE_FORMATS.includes(format)) {
    throw new InputError(
      `--format ${format}: allowed are ${CACHE_FORMATS.join(', ')}${suggestion(format, CACHE_FORMATS)}`,
    );
  }
  try {
    if (file !== '-') statSync(file);
    const source: Chunks = file === '-' ? process.stdin : createReadStream(file);
    const { head, rest: chunks } = await peek(gunzipped(source, file), HEAD);
    const chosen =
      format ?? formatByName(file) ?? (isObjectCsv(head.toString('latin1')) ? 'object-csv' : undefined);
    if (isObjectFormat(chosen)) return await objectRequests(chunks, file, chosen);
    return routedRequests(await loadRouting(chunks, { file, format: chosen }));
  } catch (error) {
    const why = unreadable(file, 'a trace', error);
    throw why instanceof InputError ? why : new InputError(messageOf(why));
  }
}

/** Bytes by which a format is recognised. */
const HEAD = 64 * 1024;

const isObjectFormat = (format: string | undefined): format is ObjectFormat =>
  format !== undefined && format in OBJECT_READERS;

function formatByName(file: string): ObjectFormat | undefined {
  if (/\.u32(\.gz)?$/.test(file)) return 'u32';
  return /\.oracleGeneral(\.bin)?(\.gz)?$/.test(file) ? 'oracle' : undefined;
}

async function objectRequests(chunks: Chunks, file: string, format: ObjectFormat): Promise<CacheRequests> {
  const parts: Uint32Array[] = [];
  const sizeOf = new Map<number, number>();
  for await (const { ids, sizes } of OBJECT_READERS[format](chunks, file)) {
    parts.push(ids);
    sizes?.forEach((size, i) => {
      sizeOf.set(ids[i], size);
    });
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length === 0) throw new InputError(`${file}: found no request; allowed is a trace with at least one`);
  const ids = sharedIds(length);
  let at = 0;
  for (const part of parts) {
    ids.set(part, at);
    at += part.length;
  }
  const objects = numbered(ids, sizeOf);
  const sizes = sizeOf.size > 0 ? shared(objects) : undefined;
  for (const [id, size] of sizeOf) if (sizes) sizes[id] = size;
  return { ids, objects, distinct: distinctOf(ids, objects), sizes };
}

/** Numbers sparse ids anew, in order of appearance, so that arrays over them stay small. @returns one above the highest */
function numbered(ids: Uint32Array, sizeOf: ReadonlyMap<number, number>): number {
  let highest = 0;
  for (const id of ids) if (id > highest) highest = id;
  if (sizeOf.size > 0 || highest < 4 * ids.length) return highest + 1;
  const place = new Map<number, number>();
  for (let i = 0; i < ids.length; i++) {
    let id = place.get(ids[i]);
    if (id === undefined) {
      id = place.size;
      place.set(ids[i], id);
    }
    ids[i] = id;
  }
  return place.size;
}

function routedRequests(recorded: RecordedRouting): CacheRequests {
  const { experts, layers, header } = recorded;
  const order = new RequestOrder(recorded);
  for (const block of recorded.blocks) order.add(block);
  const ids = order.ids.subarray(0, order.count);
  const objects = layers * experts;
  const layerOf = (id: number) => Math.floor(id / experts);
  const bytes = header.expertBytes;
  return {
    ids,
    objects,
    distinct: distinctOf(ids, objects),
    sizes: bytes && fill(shared(objects), (id) => bytes[layerOf(id)]),
    layers: fill(new Uint16Array(new SharedArrayBuffer(2 * objects)), layerOf),
    batches: Uint32Array.from(order.starts.filter((start) => start < order.count)),
    segments: order.segments,
  };
}

/** Requests in the order in which engines make them: a prompt layer by layer, generated tokens one by one. */
class RequestOrder {
  readonly ids: Uint32Array;
  count = 0;
  /** Where batches start. */
  readonly starts: number[] = [];
  readonly segments: { phase: Segment['phase']; from: number; to: number }[] = [];

  constructor({ ids }: RoutedTokens) {
    this.ids = sharedIds(ids.length);
  }

  add(block: RoutingBlock): void {
    const from = this.count;
    if (block.phase === 'prefill') this.addPrompt(block);
    else this.addTokens(block);
    const last = this.segments.at(-1);
    if (last?.phase === block.phase) last.to = this.count;
    else this.segments.push({ phase: block.phase, from, to: this.count });
  }

  private addPrompt(block: RoutingBlock): void {
    for (let layer = 0; layer < block.layers; layer++) {
      this.beginBatch();
      for (let token = 0; token < block.tokens; token++) this.addRow(block, token, layer);
    }
  }

  private addTokens(block: RoutingBlock): void {
    for (let token = 0; token < block.tokens; token++) {
      for (let layer = 0; layer < block.layers; layer++) {
        this.beginBatch();
        this.addRow(block, token, layer);
      }
    }
  }

  private beginBatch(): void {
    if (this.starts.at(-1) !== this.count) this.starts.push(this.count);
  }

  private addRow(block: RoutingBlock, token: number, layer: number): void {
    const at = rowOf(block, token, layer);
    if (block.ids[at] === NOT_RECORDED) return;
    for (let k = 0; k < block.topK; k++) this.ids[this.count++] = layer * block.experts + block.ids[at + k];
  }
}

const sharedIds = (length: number) => new Uint32Array(new SharedArrayBuffer(4 * length));
const shared = (length: number) => new Float64Array(new SharedArrayBuffer(8 * length));

function fill<T extends Float64Array | Uint16Array>(array: T, value: (index: number) => number): T {
  for (let i = 0; i < array.length; i++) array[i] = value(i);
  return array;
}

function distinctOf(ids: Uint32Array, objects: number): number {
  const seen = new Uint8Array(objects);
  let distinct = 0;
  for (const id of ids) {
    if (seen[id] === 0) distinct++;
    seen[id] = 1;
  }
  return distinct;
}
