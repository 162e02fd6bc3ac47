/**
 * Writes GGUF headers (ggml docs/gguf.md), independently of the reader: a byte list, explicit types and offsets, and no
 * check at all, so that damaged headers can be written too.
 */
export type GgufValueType =
  | 'u8'
  | 'i8'
  | 'u16'
  | 'i16'
  | 'u32'
  | 'i32'
  | 'f32'
  | 'bool'
  | 'string'
  | 'u64'
  | 'i64'
  | 'f64';

export interface WrittenValue {
  type: GgufValueType | 'array';
  value: unknown;
  /** Of an array's items. */
  items?: GgufValueType;
}

export interface WrittenTensor {
  name: string;
  shape: (number | bigint)[];
  /** ggml's type id. */
  type: number;
  /** From the start of the data. */
  offset: number | bigint;
}

export interface WrittenHeader {
  version?: number;
  bigEndian?: boolean;
  magic?: string;
  metadata: Record<string, WrittenValue>;
  tensors: WrittenTensor[];
  tensorCount?: bigint;
  pairCount?: bigint;
  alignment?: number;
}

const TYPE_IDS: Record<string, number> = {
  u8: 0,
  i8: 1,
  u16: 2,
  i16: 3,
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  string: 8,
  array: 9,
  u64: 10,
  i64: 11,
  f64: 12,
};

const SETTERS: Record<string, [number, (view: DataView, value: never, little: boolean) => void]> = {
  u8: [1, (view, value) => view.setUint8(0, value)],
  i8: [1, (view, value) => view.setInt8(0, value)],
  bool: [1, (view, value) => view.setUint8(0, value ? 1 : 0)],
  u16: [2, (view, value, little) => view.setUint16(0, value, little)],
  i16: [2, (view, value, little) => view.setInt16(0, value, little)],
  u32: [4, (view, value, little) => view.setUint32(0, value, little)],
  i32: [4, (view, value, little) => view.setInt32(0, value, little)],
  f32: [4, (view, value, little) => view.setFloat32(0, value, little)],
  u64: [8, (view, value, little) => view.setBigUint64(0, BigInt(value), little)],
  i64: [8, (view, value, little) => view.setBigInt64(0, BigInt(value), little)],
  f64: [8, (view, value, little) => view.setFloat64(0, value, little)],
};

/** The header's bytes, padded to the alignment (default 32): tensor data would follow. */
export function writeGguf(header: WrittenHeader): Uint8Array {
  const chunks: Uint8Array[] = [];
  const little = !header.bigEndian;
  const put = (type: string, value: unknown) => {
    if (type === 'string') {
      const text = new TextEncoder().encode(value as string);
      put('u64', text.length);
      chunks.push(text);
      return;
    }
    const [bytes, set] = SETTERS[type];
    const chunk = new Uint8Array(bytes);
    set(new DataView(chunk.buffer), value as never, little);
    chunks.push(chunk);
  };
  chunks.push(new TextEncoder().encode(header.magic ?? 'GGUF'));
  put('u32', header.version ?? 3);
  put('u64', header.tensorCount ?? header.tensors.length);
  put('u64', header.pairCount ?? Object.keys(header.metadata).length);
  for (const [key, { type, value, items }] of Object.entries(header.metadata)) {
    put('string', key);
    put('u32', TYPE_IDS[type]);
    if (type !== 'array') {
      put(type, value);
      continue;
    }
    put('u32', TYPE_IDS[items!]);
    put('u64', (value as unknown[]).length);
    for (const item of value as unknown[]) put(items!, item);
  }
  for (const { name, shape, type, offset } of header.tensors) {
    put('string', name);
    put('u32', shape.length);
    for (const dimension of shape) put('u64', dimension);
    put('u32', type);
    put('u64', offset);
  }
  return join(chunks, header.alignment ?? 32);
}

function join(chunks: readonly Uint8Array[], alignment: number): Uint8Array {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const joined = new Uint8Array(Math.ceil(length / alignment) * alignment);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

/** Places tensors of these sizes one after another. */
export function placeTensors(
  tensors: readonly { name: string; shape: number[]; type: number; bytes: number }[],
  alignment = 32,
): { tensors: WrittenTensor[]; dataBytes: number } {
  let offset = 0;
  let dataBytes = 0;
  const placed = tensors.map(({ name, shape, type, bytes }) => {
    const tensor = { name, shape, type, offset };
    dataBytes = offset + bytes;
    offset = Math.ceil(dataBytes / alignment) * alignment;
    return tensor;
  });
  return { tensors: placed, dataBytes };
}
