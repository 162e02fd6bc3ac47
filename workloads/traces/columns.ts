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

/** One value per row. (Float64Array.from with a function goes through an iterator, ten times slower.) */
export function gather(rows: Uint32Array, read: (row: number) => number): Float64Array {
  const values = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) values[i] = read(rows[i]);
  return values;
}

/** The rows 0 to length - 1 that are wanted. */
export function rowsWhere(length: number, wanted: (row: number) => boolean): Uint32Array {
  const rows = new Uint32Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) if (wanted(row)) rows[count++] = row;
  return rows.subarray(0, count);
}
