/**
 * Which type each tensor is stored in.
 *
 * - a ggml type name (`Q4_K`, `Q8_0`, `F16`): every matrix in it (llama-quantize --pure);
 * - a mixed recipe of llama-quantize (`Q4_K_M`, ...): more bits for sensitive tensors of some layers, by the rule
 *   i < n/8 || i >= 7n/8 || (i - n/8) % 3 == 2 (integer divisions);
 * - `FP8`: DeepSeek's checkpoints: E4M3 weights with one F32 scale a 128 x 128 block, BF16 for the rest
 *   (DeepSeek-V3 README_WEIGHTS.md, section "FP8 weight documentation");
 * - bits per weight of another engine's format (`4.03 bpw`): every matrix in it;
 * - a type per tensor role.
 *
 * Vectors, norms and routers stay F32, and a row that is no whole number of blocks falls back to another type.
 * Source: llama.cpp src/llama-quant.cpp at 007dbbf (llama_tensor_get_type_impl, tensor_allows_quantization,
 * tensor_type_fallback).
 */
import type { Architecture } from './architecture.ts';
import { blockElements, bytesOf, GGML_TYPES, type GgmlType, isBitsType, isGgmlType } from './ggml-types.ts';
import type { TensorRole } from './roles.ts';
import { elementsOf, type TensorShape } from './tensors.ts';

export interface Tensor extends TensorShape {
  type: GgmlType;
  elements: number;
  bytes: number;
}

/** A type per role; roles not named take `default`. */
export interface QuantisationByRole {
  default: GgmlType;
  roles?: Partial<Record<TensorRole, GgmlType>>;
}

export type Quantisation = string | QuantisationByRole;

interface Recipe {
  base: GgmlType;
  /** Of layer i of n. */
  down?: (i: number, n: number) => GgmlType;
  /** Of the i-th of n value projections (attn_v, attn_kv_b). */
  value?: (i: number, n: number) => GgmlType;
  output?: GgmlType;
  qkv?: GgmlType;
  /** attn_output of models with eight experts. */
  outputOfEight?: GgmlType;
}

const eighth = (n: number, eighths = 1) => Math.floor((eighths * n) / 8);

/** llama-quantize's `use_more_bits`: 16 of 32 layers, 27 of DeepSeek-V3's 58 MoE layers. */
export const useMoreBits = (i: number, n: number): boolean =>
  i < eighth(n) || i >= eighth(n, 7) || (i - eighth(n)) % 3 === 2;

const moreBits = (more: GgmlType, base: GgmlType) => (i: number, n: number) =>
  useMoreBits(i, n) ? more : base;

const RECIPES: Record<string, Recipe> = {
  Q3_K_S: { base: 'Q3_K', outputOfEight: 'Q5_K' },
  Q3_K_M: {
    base: 'Q3_K',
    down: (i, n) => (i < Math.floor(n / 16) ? 'Q5_K' : 'Q4_K'),
    value: (i) => (i < 2 ? 'Q5_K' : 'Q4_K'),
    output: 'Q4_K',
    qkv: 'Q4_K',
    outputOfEight: 'Q5_K',
  },
  Q3_K_L: {
    base: 'Q3_K',
    down: () => 'Q5_K',
    value: () => 'Q5_K',
    output: 'Q5_K',
    qkv: 'Q4_K',
    outputOfEight: 'Q3_K',
  },
  Q4_K_S: {
    base: 'Q4_K',
    down: (i, n) => (i < eighth(n) ? 'Q5_K' : 'Q4_K'),
    value: (i) => (i < 4 ? 'Q5_K' : 'Q4_K'),
    outputOfEight: 'Q5_K',
  },
  Q4_K_M: {
    base: 'Q4_K',
    down: moreBits('Q6_K', 'Q4_K'),
    value: moreBits('Q6_K', 'Q4_K'),
    qkv: 'Q5_K',
    outputOfEight: 'Q5_K',
  },
  Q5_K_S: { base: 'Q5_K' },
  Q5_K_M: { base: 'Q5_K', down: moreBits('Q6_K', 'Q5_K'), value: moreBits('Q6_K', 'Q5_K'), qkv: 'Q6_K' },
};

const UNQUANTISED_TYPES = new Set<GgmlType>(['F32', 'F16', 'BF16', 'F64']);
const FALLBACK: Partial<Record<GgmlType, GgmlType>> = {
  Q2_K: 'Q4_0',
  Q3_K: 'Q4_0',
  TQ1_0: 'Q4_0',
  TQ2_0: 'Q4_0',
  Q4_K: 'Q5_0',
  Q5_K: 'Q5_1',
  Q6_K: 'Q8_0',
};

/** What `quantisation` may be named. */
export const QUANTISATIONS = [
  ...Object.keys(RECIPES),
  'FP8',
  'MXFP4_MOE',
  ...GGML_TYPES.filter((type) => !/^(I\d|F64|F8|Q8_K|Q8_1)/.test(type)),
];

const isMatrix = (tensor: TensorShape) => tensor.shape.length > 1;

/** llama-quantize leaves these as they are: in F32 where they are small and decide much. */
function stays(tensor: TensorShape): boolean {
  return (
    !isMatrix(tensor) ||
    !tensor.name.endsWith('.weight') ||
    /_norm\.weight$|ffn_gate_inp\.weight$|ssm_conv1d/.test(tensor.name)
  );
}

/** `type`, or what llama-quantize takes where rows of `columns` are no whole number of its blocks. */
function fallback(type: GgmlType, columns: number): GgmlType {
  if (columns % blockElements(type) === 0) return type;
  const other = FALLBACK[type] ?? (type.startsWith('IQ') ? 'IQ4_NL' : 'F16');
  return columns % blockElements(other) === 0 ? other : 'F16';
}

function mixedType(
  recipe: Recipe,
  tensor: TensorShape,
  architecture: Architecture,
  layers: number,
  values: string[],
) {
  const { name, layer } = tensor;
  const eight = architecture.experts?.count === 8;
  const tied = architecture.tiedEmbeddings && name === 'token_embd.weight';
  if (name === 'output.weight' || tied) {
    return tensor.shape[0] % blockElements(recipe.base) ? 'Q8_0' : 'Q6_K';
  }
  if (name.includes('attn_qkv.weight')) return recipe.qkv ?? recipe.base;
  if (values.includes(name))
    return eight ? 'Q8_0' : (recipe.value?.(values.indexOf(name), values.length) ?? recipe.base);
  if (eight && name.endsWith('attn_k.weight')) return 'Q8_0';
  if (name.includes('ffn_down')) return recipe.down?.(layer, layers) ?? recipe.base;
  if (name.endsWith('attn_output.weight'))
    return (eight ? recipe.outputOfEight : recipe.output) ?? recipe.base;
  return recipe.base;
}

/** The type-choosing function of a named quantisation. */
function chooser(quantisation: Quantisation, architecture: Architecture, shapes: readonly TensorShape[]) {
  if (typeof quantisation === 'object') {
    return (tensor: TensorShape): GgmlType => quantisation.roles?.[tensor.role] ?? quantisation.default;
  }
  const recipe = RECIPES[quantisation];
  if (recipe) {
    const values = shapes.filter((t) => /attn_v\.weight|attn_kv_b\.weight/.test(t.name)).map((t) => t.name);
    const layers = shapes.reduce((most, { layer }) => Math.max(most, layer), 0) + 1;
    return (tensor: TensorShape) => mixedType(recipe, tensor, architecture, layers, values);
  }
  if (quantisation === 'MXFP4_MOE') {
    return (tensor: TensorShape): GgmlType => (tensor.role === 'routed-experts' ? 'MXFP4' : 'Q8_0');
  }
  if (isBitsType(quantisation)) return (): GgmlType => quantisation;
  if (!QUANTISATIONS.includes(quantisation) || !isGgmlType(quantisation)) {
    throw new Error(
      `unknown quantisation '${quantisation}': allowed are ${QUANTISATIONS.join(', ')}, or bits per weight (4.03 bpw)`,
    );
  }
  return (): GgmlType => quantisation;
}

const typed = (shape: TensorShape, type: GgmlType): Tensor => {
  const elements = elementsOf(shape.shape);
  return { ...shape, type, elements, bytes: bytesOf(type, elements) };
};

const FP8_BLOCK = 128;

/** E4M3 for the projections inside layers, each followed by its scales; BF16 for everything else. */
function fp8(shape: TensorShape): Tensor[] {
  const projection =
    isMatrix(shape) && ['attention', 'shared-expert', 'dense-ffn', 'routed-experts'].includes(shape.role);
  if (!projection) return [typed(shape, shape.name.endsWith('exp_probs_b.bias') ? 'F32' : 'BF16')];
  const [columns, rows, ...rest] = shape.shape;
  const blocks = [Math.ceil(columns / FP8_BLOCK), Math.ceil(rows / FP8_BLOCK), ...rest];
  const name = shape.name.replace(/\.weight$/, '.weight_scale_inv');
  return [typed(shape, 'F8_E4M3'), typed({ ...shape, name, role: 'scales', shape: blocks }, 'F32')];
}

/** Gives every tensor its type and size; FP8 adds tensors of scales. Throws on an unknown name, listing those allowed. */
export function quantise(
  shapes: readonly TensorShape[],
  architecture: Architecture,
  quantisation: Quantisation,
): Tensor[] {
  if (quantisation === 'FP8') return shapes.flatMap(fp8);
  const choose = chooser(quantisation, architecture, shapes);
  return shapes.map((shape) => {
    if (shape.name.includes('tid2eid')) return typed(shape, 'I32');
    if (shape.name.endsWith('.table')) return typed(shape, 'I8');
    if (stays(shape)) return typed(shape, 'F32');
    const type = choose(shape);
    return typed(shape, UNQUANTISED_TYPES.has(type) ? type : fallback(type, shape.shape[0]));
  });
}
