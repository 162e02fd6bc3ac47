/**
 * A model split over GGUF files `NAME-00001-of-00003.gguf`, as llama.cpp's gguf-split writes them: whole tensors per file,
 * the model's metadata in the first, `split.no`, `split.count` and `split.tensors.count` in each.
 */

import { type GgufHeader, HEADER_MEMORY, readGgufHeader } from './gguf.ts';
import type { GgufFile } from './gguf-cursor.ts';
import { MemoryBudget } from './gguf-metadata.ts';

const PART = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/;

const fail = (name: string, message: string): never => {
  throw new Error(`${name}: ${message}`);
};

/** Names of all parts of the model of which `name` is one; `name` alone where it names no part. */
export function partNames(name: string, count: number): string[] {
  const match = PART.exec(name);
  if (!match || Number(match[3]) !== count) {
    return fail(
      name,
      `split.count says ${count} files: name them NAME-00001-of-${String(count).padStart(5, '0')}.gguf`,
    );
  }
  return Array.from(
    { length: count },
    (_, i) => `${match[1]}-${String(i + 1).padStart(5, '0')}-of-${match[3]}.gguf`,
  );
}

function openPart(name: string, part: string, open: (name: string) => GgufFile): GgufFile {
  try {
    return open(part);
  } catch (error) {
    return fail(name, `its part '${part}' cannot be opened: ${(error as Error).message}`);
  }
}

/** The headers of all files of the model of which `name` is one, in order. `open` is asked for each part by name. */
export function readGguf(name: string, open: (name: string) => GgufFile): GgufHeader[] {
  const file = open(name);
  const asked = readGgufHeader(file);
  const count = asked.metadata.get('split.count') ?? 1;
  if (typeof count !== 'number' || count < 0) return fail(name, `split.count is ${count}`);
  if (count <= 1) return [asked];
  const budget = new MemoryBudget(HEADER_MEMORY);
  const names = new Set<string>();
  const headers = partNames(name, count).map((part, index) => {
    const header = readGgufHeader(part === name ? file : openPart(name, part, open), budget);
    const no = header.metadata.get('split.no');
    if (no !== index) fail(part, `split.no is ${no}, expected ${index}: not this part of the model`);
    if (header.metadata.get('split.count') !== count) {
      fail(part, `split.count is ${header.metadata.get('split.count')}, the other parts say ${count}`);
    }
    for (const tensor of header.tensors) {
      if (names.has(tensor.name)) fail(part, `tensor '${tensor.name}' is in an earlier part too`);
      names.add(tensor.name);
    }
    return header;
  });
  const total = headers[0].metadata.get('split.tensors.count');
  if (total !== undefined && total !== names.size) {
    fail(name, `split.tensors.count says ${total} tensors, the parts hold ${names.size}`);
  }
  return headers;
}
