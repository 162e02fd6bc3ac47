/** Typed arrays that have become too short: columns of records, and rings. */

/** A longer copy of a typed array, zeros behind the old contents. */
export function grown<T extends Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array>(
  array: T,
  length: number,
): T {
  const longer = new (array.constructor as new (length: number) => T)(length);
  longer.set(array);
  return longer;
}

/** A ring of records of `width` elements in twice the room, its first record, at `head`, moved to index 0. */
export function turned<T extends Float64Array | Int32Array>(ring: T, head: number, width: number): T {
  const longer = grown(ring, 2 * ring.length);
  longer.set(ring.subarray(head * width), 0);
  longer.set(ring.subarray(0, head * width), ring.length - head * width);
  return longer;
}
