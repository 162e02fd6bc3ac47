/**
 * Object requests as text, one a line: with a header that names the columns (an id, optionally a size in bytes, and
 * others that are not used), or without one `id` or `id,size`. Ids may be any text; they are numbered anew from 0 in order
 * of first appearance. Lines that begin with # are comments.
 */
import { type Chunks, gunzipped, linesOf, TraceError } from './lines.ts';
import type { ObjectRequests } from './object-requests.ts';

const ID = /^(id|obj|obj_?id|object|object_?id|key)$/i;
const SIZE = /^(size|obj_?size|object_?size|bytes)$/i;
const EXPECTED = 'an id, or id,size, or a header with a column id or obj_id';

const fieldsOf = (line: string) => line.split(',').map((field) => field.trim());
const isHeader = (fields: readonly string[]) => fields.some((field) => ID.test(field));

/** Whether a trace that begins so is one of these. */
export function isObjectCsv(head: string): boolean {
  const first = head.split(/\r?\n/).find((line) => line !== '' && !line.startsWith('#')) ?? '';
  return /^\d+(,\d+)?$/.test(first) || isHeader(fieldsOf(first));
}

/** Blocks of requests in order. @throws TraceError naming the line */
export async function* readObjectCsv(chunks: Chunks, file: string): AsyncGenerator<ObjectRequests> {
  const dense = new Map<string, number>();
  let columns: { id: number; size: number } | undefined;
  let number = 0;
  for await (const lines of linesOf(gunzipped(chunks, file), file)) {
    const ids: number[] = [];
    const sizes: number[] = [];
    for (const line of lines) {
      number++;
      if (line.trim() === '' || line.startsWith('#')) continue;
      const fields = fieldsOf(line);
      if (columns === undefined) {
        const named = isHeader(fields);
        columns = named
          ? { id: fields.findIndex((f) => ID.test(f)), size: fields.findIndex((f) => SIZE.test(f)) }
          : { id: 0, size: fields.length === 2 ? 1 : -1 };
        if (named) continue;
      }
      const key = fields[columns.id];
      const size = columns.size < 0 ? 0 : Number(fields[columns.size] || Number.NaN);
      if (!key || !(Number.isInteger(size) && size >= 0)) throw new TraceError(file, number, line, EXPECTED);
      let id = dense.get(key);
      if (id === undefined) {
        id = dense.size;
        dense.set(key, id);
      }
      ids.push(id);
      sizes.push(size);
    }
    if (ids.length > 0)
      yield {
        ids: Uint32Array.from(ids),
        ...(columns && columns.size >= 0 ? { sizes: Uint32Array.from(sizes) } : {}),
      };
  }
}
