/**
 * Columns of a trace: typed arrays that grow by copying, so that a row costs its bytes and nothing else.
 */
export type Column =
  | Float64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

/** The first `length` values of a column in a new one of `capacity`. */
export function resized<T extends Column>(column: T, length: number, capacity: number): T {
  const next = new (column.constructor as new (capacity: number) => T)(capacity);
  next.set(column.subarray(0, length));
  return next;
}
