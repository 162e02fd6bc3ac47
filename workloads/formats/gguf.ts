/**
 * Reads the header of a GGUF file, version 2 or 3, in either byte order: metadata, tensors, their absolute places.
 *
 * Format: ggml docs/gguf.md. Nothing beyond the header is read (but the rest of a 64 KiB window), and a header that cannot
 * be true ends in an error in bounded time and memory: counts beyond the file, unknown types, rows that are no whole
 * blocks, tensors that overlap, are misaligned, come twice or lie outside the file.
 *
 * Why our own: @huggingface/gguf 0.4.6 pads its buffer with zeros past the end of the file and so reads a truncated header
 * as zeros, checks neither overlap nor places nor block sizes, keeps every vocabulary as JavaScript arrays, does not know
 * split files, and is asynchronous.
 */
import { blockElements, bytesOf, type GgmlType, ggmlTypeOf } from '../models/ggml-types.ts';
import { elementsOf } from '../models/tensors.ts';
import { GgufCursor, type GgufFile } from './gguf-cursor.ts';
import { type GgufMetadata, MemoryBudget, readMetadata } from './gguf-metadata.ts';

export interface GgufTensor {
  name: string;
  /** ggml's order: the contiguous dimension first. */
  shape: number[];
  type: GgmlType;
  /** From the start of the file. */
  offset: number;
  bytes: number;
}

export interface GgufHeader {
  name: string;
  version: number;
  littleEndian: boolean;
  metadata: GgufMetadata;
  tensors: GgufTensor[];
  alignment: number;
  /** Where tensor data begins: the header's length, aligned. */
  dataOffset: number;
  fileBytes: number;
}

const MAGIC = 'GGUF';
const DEFAULT_ALIGNMENT = 32;
const LARGEST_ALIGNMENT = 2 ** 24;
const MOST_DIMENSIONS = 4;
/** ggml's GGML_MAX_NAME is 64 by default; builds may raise it. */
const LONGEST_NAME = 512;
/** A key-value pair and a tensor info take at least this many bytes. */
const LEAST_PAIR = 13;
const LEAST_TENSOR = 32;
const TENSOR_COST = 256;
export const HEADER_MEMORY = 48 * 2 ** 20;

function readVersion(cursor: GgufCursor): number {
  const magic = String.fromCharCode(...[0, 1, 2, 3].map(() => cursor.u8('the magic number')));
  if (magic !== MAGIC)
    cursor.fail(`not a GGUF file: it begins with ${JSON.stringify(magic)}, expected "GGUF"`);
  const version = cursor.u32('the version');
  if (version === 2 || version === 3) return version;
  // A version 3 file of a big-endian machine.
  cursor.littleEndian = false;
  cursor.position -= 4;
  if (cursor.u32('the version') === 3) return 3;
  return cursor.fail(
    `GGUF version ${version} is not supported: 2 and 3 are; convert the file with a newer llama.cpp`,
  );
}

function readAlignment(cursor: GgufCursor, metadata: GgufMetadata): number {
  const alignment = metadata.get('general.alignment') ?? DEFAULT_ALIGNMENT;
  const isPowerOfTwo = typeof alignment === 'number' && Number.isInteger(Math.log2(alignment));
  if (isPowerOfTwo && alignment >= 1 && alignment <= LARGEST_ALIGNMENT) return alignment;
  return cursor.fail(
    `general.alignment is ${alignment}: a power of two up to ${LARGEST_ALIGNMENT} is allowed`,
  );
}

function readShape(cursor: GgufCursor, name: string): number[] {
  const dimensions = cursor.u32(`dimensions of '${name}'`);
  if (dimensions < 1 || dimensions > MOST_DIMENSIONS) {
    cursor.fail(`'${name}' has ${dimensions} dimensions: 1 to ${MOST_DIMENSIONS} are allowed`);
  }
  const shape = Array.from({ length: dimensions }, () => cursor.size(`a dimension of '${name}'`));
  if (shape.includes(0) || elementsOf(shape) > Number.MAX_SAFE_INTEGER) {
    cursor.fail(`'${name}' has the shape [${shape}]: not possible`);
  }
  return shape;
}

/** One tensor info; `offset` still counts from the start of the data. */
function readTensor(cursor: GgufCursor, index: number, budget: MemoryBudget): GgufTensor {
  const name = cursor.string(`the name of tensor ${index}`, LONGEST_NAME);
  budget.spend(TENSOR_COST + 2 * name.length, cursor);
  const shape = readShape(cursor, name);
  const id = cursor.u32(`the type of '${name}'`);
  const type = ggmlTypeOf(id);
  if (!type) return cursor.fail(`'${name}' has type ${id}, which is no type of ggml`);
  if (shape[0] % blockElements(type) !== 0) {
    cursor.fail(
      `'${name}' has rows of ${shape[0]}, no whole number of ${type} blocks of ${blockElements(type)}`,
    );
  }
  const offset = cursor.size(`the offset of '${name}'`);
  return { name, shape, type, offset, bytes: bytesOf(type, elementsOf(shape)) };
}

/** Names are unique, and tensors lie aligned, inside the file and apart. */
function checkPlaces(cursor: GgufCursor, tensors: readonly GgufTensor[], alignment: number): void {
  const names = new Set<string>();
  for (const { name, offset, bytes } of tensors) {
    if (names.has(name)) cursor.fail(`tensor '${name}' comes twice`);
    names.add(name);
    if (offset % alignment !== 0)
      cursor.fail(`'${name}' lies at byte ${offset}, no multiple of ${alignment}`);
    if (offset + bytes > cursor.file.bytes) {
      cursor.fail(
        `'${name}' (${bytes} bytes from byte ${offset}) ends after the file's ${cursor.file.bytes} bytes: ` +
          'truncated or damaged, fetch it again',
      );
    }
  }
  const placed = [...tensors].sort((a, b) => a.offset - b.offset);
  for (let i = 1; i < placed.length; i++) {
    const before = placed[i - 1];
    if (before.offset + before.bytes > placed[i].offset) {
      cursor.fail(`tensors '${before.name}' and '${placed[i].name}' overlap`);
    }
  }
}

/** Reads one file's header; `budget` is shared by the parts of a split model. */
export function readGgufHeader(file: GgufFile, budget = new MemoryBudget(HEADER_MEMORY)): GgufHeader {
  const cursor = new GgufCursor(file);
  const version = readVersion(cursor);
  const tensorCount = cursor.count('the number of tensors', LEAST_TENSOR);
  const pairs = cursor.count('the number of keys', LEAST_PAIR);
  const metadata = readMetadata(cursor, pairs, budget);
  const alignment = readAlignment(cursor, metadata);
  const tensors: GgufTensor[] = [];
  for (let i = 0; i < tensorCount; i++) tensors.push(readTensor(cursor, i, budget));
  const dataOffset = Math.ceil(cursor.position / alignment) * alignment;
  for (const tensor of tensors) tensor.offset += dataOffset;
  checkPlaces(cursor, tensors, alignment);
  const { littleEndian } = cursor;
  return {
    name: file.name,
    version,
    littleEndian,
    metadata,
    tensors,
    alignment,
    dataOffset,
    fileBytes: file.bytes,
  };
}
