/**
 * Traces of bare object requests, as cache simulators keep them: little-endian u32 ids (`.u32`), and libCacheSim's
 * oracleGeneral, packed 24-byte records {u32 clock time in s, u64 object id, u32 size in bytes, i64 next access (the
 * request's vector time, -1 or 2^63-1 for none)} (github.com/1a1a11a/libCacheSim, traceReader/customizedReader/oracle).
 */
import { type Chunks, gunzipped, TraceError } from './lines.ts';

export interface ObjectRequests {
  ids: Uint32Array;
  /** Bytes by request, where the format has them. */
  sizes?: Uint32Array;
}

/** Blocks of ids in order. @throws TraceError where the file does not end on a whole id */
export async function* readU32(chunks: Chunks, file: string): AsyncGenerator<ObjectRequests> {
  for await (const view of records(chunks, file, 4)) {
    const ids = new Uint32Array(view.byteLength / 4);
    for (let i = 0; i < ids.length; i++) ids[i] = view.getUint32(4 * i, true);
    yield { ids };
  }
}

const ORACLE_BYTES = 24;

/**
 * Blocks of requests in order; object ids are numbered anew from 0 in order of first appearance (they are 64-bit hashes
 * in most published traces), so that memory grows with the number of distinct objects.
 */
export async function* readOracleGeneral(chunks: Chunks, file: string): AsyncGenerator<ObjectRequests> {
  const dense = new Map<bigint, number>();
  for await (const view of records(chunks, file, ORACLE_BYTES)) {
    const count = view.byteLength / ORACLE_BYTES;
    const ids = new Uint32Array(count);
    const sizes = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      const object = view.getBigUint64(ORACLE_BYTES * i + 4, true);
      let id = dense.get(object);
      if (id === undefined) {
        id = dense.size;
        dense.set(object, id);
      }
      ids[i] = id;
      sizes[i] = view.getUint32(ORACLE_BYTES * i + 12, true);
    }
    yield { ids, sizes };
  }
}

/** Little-endian u32, whatever the machine's order. */
export function writeU32(ids: Uint32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * ids.length));
  ids.forEach((id, i) => {
    view.setUint32(4 * i, id, true);
  });
  return new Uint8Array(view.buffer);
}

/** oracleGeneral records; the clock is the request number (in s), the next access is worked out here. */
export function writeOracleGeneral({ ids, sizes }: ObjectRequests): Uint8Array {
  const view = new DataView(new ArrayBuffer(ORACLE_BYTES * ids.length));
  const next = new Map<number, number>();
  for (let i = ids.length - 1; i >= 0; i--) {
    const at = ORACLE_BYTES * i;
    view.setUint32(at, i, true);
    view.setBigUint64(at + 4, BigInt(ids[i]), true);
    view.setUint32(at + 12, sizes?.[i] ?? 1, true);
    view.setBigInt64(at + 16, BigInt(next.get(ids[i]) ?? -1), true);
    next.set(ids[i], i);
  }
  return new Uint8Array(view.buffer);
}

/** Chunks recut so that each holds whole records. */
async function* records(chunks: Chunks, file: string, bytes: number): AsyncGenerator<DataView> {
  let tail = new Uint8Array(0);
  let total = 0;
  for await (const chunk of gunzipped(chunks, file)) {
    total += chunk.length;
    const all = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
    const whole = all.length - (all.length % bytes);
    if (whole > 0) yield new DataView(all.buffer, all.byteOffset, whole);
    tail = Uint8Array.from(all.subarray(whole));
  }
  if (tail.length > 0) {
    const record = Math.floor(total / bytes) + 1;
    throw new TraceError(file, `record ${record}`, `${tail.length} bytes`, `records of ${bytes} bytes`);
  }
}
