/**
 * Tensor types with their block sizes: `block` elements are stored in `bytes` bytes, and a row (ne0 elements) is a whole
 * number of blocks, so row bytes = ne0 / block * bytes.
 *
 * Source: ggml, gguf-py/gguf/constants.py (GGMLQuantizationType, GGML_QUANT_SIZES) at c392e50, at b10451 for ids 40 to
 * 42; `id` is the number that stands in a GGUF header. F8_E4M3 is the type of FP8 checkpoints on Hugging Face; ggml has no
 * such type, so no id.
 *
 * Engines with formats of their own (int4 with a scale a row, codebooks, MLX's affine groups) are described by their bits
 * per weight, scales included: `4.03 bpw` stores 256 elements in round(32 x 4.03) bytes, and rows of any multiple of 32.
 */
const TYPES = {
  F32: { id: 0, block: 1, bytes: 4 },
  F16: { id: 1, block: 1, bytes: 2 },
  Q4_0: { id: 2, block: 32, bytes: 18 },
  Q4_1: { id: 3, block: 32, bytes: 20 },
  Q5_0: { id: 6, block: 32, bytes: 22 },
  Q5_1: { id: 7, block: 32, bytes: 24 },
  Q8_0: { id: 8, block: 32, bytes: 34 },
  Q8_1: { id: 9, block: 32, bytes: 40 },
  Q2_K: { id: 10, block: 256, bytes: 84 },
  Q3_K: { id: 11, block: 256, bytes: 110 },
  Q4_K: { id: 12, block: 256, bytes: 144 },
  Q5_K: { id: 13, block: 256, bytes: 176 },
  Q6_K: { id: 14, block: 256, bytes: 210 },
  Q8_K: { id: 15, block: 256, bytes: 292 },
  IQ2_XXS: { id: 16, block: 256, bytes: 66 },
  IQ2_XS: { id: 17, block: 256, bytes: 74 },
  IQ3_XXS: { id: 18, block: 256, bytes: 98 },
  IQ1_S: { id: 19, block: 256, bytes: 50 },
  IQ4_NL: { id: 20, block: 32, bytes: 18 },
  IQ3_S: { id: 21, block: 256, bytes: 110 },
  IQ2_S: { id: 22, block: 256, bytes: 82 },
  IQ4_XS: { id: 23, block: 256, bytes: 136 },
  I8: { id: 24, block: 1, bytes: 1 },
  I16: { id: 25, block: 1, bytes: 2 },
  I32: { id: 26, block: 1, bytes: 4 },
  I64: { id: 27, block: 1, bytes: 8 },
  F64: { id: 28, block: 1, bytes: 8 },
  IQ1_M: { id: 29, block: 256, bytes: 56 },
  BF16: { id: 30, block: 1, bytes: 2 },
  TQ1_0: { id: 34, block: 256, bytes: 54 },
  TQ2_0: { id: 35, block: 256, bytes: 66 },
  MXFP4: { id: 39, block: 32, bytes: 17 },
  NVFP4: { id: 40, block: 64, bytes: 36 },
  Q1_0: { id: 41, block: 128, bytes: 18 },
  Q2_0: { id: 42, block: 64, bytes: 18 },
  F8_E4M3: { id: -1, block: 1, bytes: 1 },
} as const;

type NamedType = keyof typeof TYPES;
export type GgmlType = NamedType | `${number} bpw`;

export const GGML_TYPES = Object.keys(TYPES) as NamedType[];

const BITS = /^(\d{1,2}(?:\.\d{1,4})?) bpw$/;
const BITS_BLOCK = 32;

/** True for `N bpw`, of 0.5 to 32 bits per weight. */
export function isBitsType(name: string): name is `${number} bpw` {
  const bits = Number(BITS.exec(name)?.[1]);
  return bits >= 0.5 && bits <= 32;
}

/** Elements of a block and the bytes that hold them. */
function blockOf(type: GgmlType): { block: number; bytes: number } {
  if (!isBitsType(type)) return TYPES[type];
  return { block: BITS_BLOCK, bytes: Math.round(BITS_BLOCK * Number.parseFloat(type)) / 8 };
}

const BY_ID = new Map(
  GGML_TYPES.filter((name) => TYPES[name].id >= 0).map((name) => [TYPES[name].id as number, name]),
);

export const isGgmlType = (name: string): name is NamedType => Object.hasOwn(TYPES, name);

/** The type that a GGUF header means by `id`; undefined for ids that ggml removed or never gave. */
export const ggmlTypeOf = (id: number): GgmlType | undefined => BY_ID.get(id);

/** The number of `type` in a GGUF header; -1 for types that ggml does not have. */
export const ggmlTypeId = (type: GgmlType): number => (isBitsType(type) ? -1 : TYPES[type].id);

/** Elements per block: the first dimension must be a multiple of it. */
export const blockElements = (type: GgmlType): number => blockOf(type).block;

/** Bytes of `elements` values whose rows are whole blocks; throws where they are not. */
export function bytesOf(type: GgmlType, elements: number): number {
  const { block, bytes } = blockOf(type);
  if (elements % block !== 0) {
    throw new Error(`${elements} elements are not a whole number of ${type} blocks of ${block}`);
  }
  return Math.ceil((elements / block) * bytes);
}
