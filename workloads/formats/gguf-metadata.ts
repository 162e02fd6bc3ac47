/**
 * The key-value part of a GGUF header (ggml docs/gguf.md, "Header"). Kept are numbers, truth values, strings up to 1 KiB and
 * lists of up to 1,024 numbers; vocabularies, merges and templates are passed over, so that memory stays small.
 */
import type { GgufCursor } from './gguf-cursor.ts';

export type GgufScalar = number | bigint | string | boolean;
export type GgufMetadata = Map<string, GgufScalar | GgufScalar[]>;

const STRING = 8;
const ARRAY = 9;
const KEPT_STRING = 1024;
const KEPT_ITEMS = 1024;
const LONGEST_KEY = 65_535;
const DEEPEST = 8;

/** Bytes by value type; ids as in gguf_metadata_value_type. */
const SCALARS: Record<number, { bytes: number; read: (cursor: GgufCursor, what: string) => GgufScalar }> = {
  0: { bytes: 1, read: (cursor, what) => cursor.u8(what) },
  1: { bytes: 1, read: (cursor, what) => cursor.i8(what) },
  2: { bytes: 2, read: (cursor, what) => cursor.u16(what) },
  3: { bytes: 2, read: (cursor, what) => cursor.i16(what) },
  4: { bytes: 4, read: (cursor, what) => cursor.u32(what) },
  5: { bytes: 4, read: (cursor, what) => cursor.i32(what) },
  6: { bytes: 4, read: (cursor, what) => cursor.f32(what) },
  7: { bytes: 1, read: (cursor, what) => cursor.u8(what) !== 0 },
  10: { bytes: 8, read: (cursor, what) => safe(cursor.u64(what)) },
  11: { bytes: 8, read: (cursor, what) => safe(cursor.i64(what)) },
  12: { bytes: 8, read: (cursor, what) => cursor.f64(what) },
};

const safe = (value: bigint) => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

/** Memory that the kept part of all headers of a model may take. */
export class MemoryBudget {
  private left: number;

  constructor(bytes: number) {
    this.left = bytes;
  }

  spend(bytes: number, cursor: GgufCursor): void {
    this.left -= bytes;
    if (this.left < 0) cursor.fail('the header holds more keys and tensors than any real model');
  }
}

function skipArray(cursor: GgufCursor, type: number, length: number, what: string, depth: number): void {
  const scalar = SCALARS[type];
  if (scalar) cursor.skip(length * scalar.bytes, what);
  else for (let i = 0; i < length; i++) skipValue(cursor, type, what, depth);
}

/** Passes over a string or a list. */
function skipValue(cursor: GgufCursor, type: number, what: string, depth: number): void {
  if (type === STRING) {
    cursor.skip(cursor.size(`length of ${what}`), what);
    return;
  }
  if (type !== ARRAY) cursor.fail(`${what} has unknown value type ${type}`);
  if (depth >= DEEPEST) cursor.fail(`${what}: lists nested more than ${DEEPEST} deep`);
  const items = cursor.u32(what);
  skipArray(cursor, items, cursor.count(`length of ${what}`, 1), what, depth + 1);
}

/** The value where it is kept, undefined where it was passed over. */
function readValue(
  cursor: GgufCursor,
  what: string,
  budget: MemoryBudget,
): GgufScalar | GgufScalar[] | undefined {
  const type = cursor.u32(`type of ${what}`);
  if (SCALARS[type]) return SCALARS[type].read(cursor, what);
  if (type === STRING) {
    const length = cursor.size(`length of ${what}`);
    if (length > KEPT_STRING) {
      cursor.skip(length, what);
      return undefined;
    }
    cursor.position -= 8;
    budget.spend(2 * length, cursor);
    return cursor.string(what, KEPT_STRING);
  }
  if (type !== ARRAY) return cursor.fail(`${what} has unknown value type ${type}`);
  const items = cursor.u32(`type of ${what}`);
  const length = cursor.count(`length of ${what}`, 1);
  const scalar = SCALARS[items];
  if (!scalar || length > KEPT_ITEMS) {
    skipArray(cursor, items, length, what, 1);
    return undefined;
  }
  budget.spend(16 * length, cursor);
  return Array.from({ length }, () => scalar.read(cursor, what));
}

/** Reads `count` pairs; a key that comes twice is an error. */
export function readMetadata(cursor: GgufCursor, count: number, budget: MemoryBudget): GgufMetadata {
  const metadata: GgufMetadata = new Map();
  const seen = new Set<string>();
  for (let i = 0; i < count; i++) {
    const key = cursor.string(`key ${i}`, LONGEST_KEY);
    budget.spend(128 + 2 * key.length, cursor);
    if (seen.has(key)) cursor.fail(`key '${key}' comes twice`);
    seen.add(key);
    const value = readValue(cursor, `'${key}'`, budget);
    if (value !== undefined) metadata.set(key, value);
  }
  return metadata;
}
