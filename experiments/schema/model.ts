/** The `model` key: which model, how it is quantised, and how its file is laid out. */
import { z } from 'zod';
import { LAYOUT_ORDERS } from '../../workloads/layout/index.ts';
import {
  GGML_TYPES,
  type GgmlType,
  isBitsType,
  KV_CHOICES,
  QUANTISATIONS,
} from '../../workloads/models/index.ts';
import { TENSOR_ROLES } from '../../workloads/models/roles.ts';
import { quantity } from './leaf.ts';
import { allowing } from './problem.ts';

const named = z.enum(GGML_TYPES as [(typeof GGML_TYPES)[number], ...typeof GGML_TYPES]);
const bits = z.string().refine(isBitsType, { abort: true }) as unknown as z.ZodType<GgmlType, GgmlType>;
const type = () =>
  z.union([named, bits], { error: allowing('a ggml type (Q4_K, F16 ...) or bits per weight (4.03 bpw)') });
const order = () => z.enum(LAYOUT_ORDERS);

export const modelSchema = z.strictObject({
  architecture: z
    .string()
    .min(1)
    .optional()
    .describe('A name of the library (`nvmoe list models`) or a path to a YAML file.'),
  config: z.string().min(1).optional().describe('Path to a Hugging Face config.json.'),
  gguf: z
    .string()
    .min(1)
    .optional()
    .describe('Path to a GGUF file (of a split model the first); it gives types and places itself.'),
  tensors: z
    .string()
    .min(1)
    .optional()
    .describe(
      'With architecture: path to a csv of the file’s tensors (name, type, ne0, ne1, ne2, file_offset, bytes) in place of quantisation and layout.',
    ),
  quantisation: z
    .union(
      [
        z.enum(QUANTISATIONS as [string, ...string[]]),
        bits,
        z.strictObject({
          default: type().describe('For roles that are not named.'),
          roles: z.partialRecord(z.enum(TENSOR_ROLES), type()).optional().describe('By tensor role.'),
        }),
      ],
      {
        error: allowing(
          'a name such as Q4_K_M, bits per weight (4.03 bpw), or {default: TYPE, roles: {ROLE: TYPE}}',
        ),
      },
    )
    .default('Q4_K_M')
    .describe(
      'A ggml type, a recipe of llama-quantize, FP8, bits per weight of another format, or a type by tensor role.',
    ),
  layout: z
    .union(
      [
        order(),
        z.strictObject({
          order: order().describe('Order of the tensors.'),
          alignment: quantity('bytes', { min: '1 B', max: '1 GiB' })
            .optional()
            .describe('Tensors start at multiples of it.'),
          splitBytes: quantity('bytes', { min: '1 MiB' })
            .optional()
            .describe('Largest file; a new one is begun.'),
        }),
      ],
      { error: allowing(`one of ${LAYOUT_ORDERS.join(', ')}, or {order, alignment, splitBytes}`) },
    )
    .default('layer-order')
    .describe('Order of the tensors in the file; alignment and split sizes in bytes.'),
  kv: z
    .enum(KV_CHOICES as readonly ['naive', 'mla-with-v', 'mla'])
    .default('mla')
    .describe('What the KV cache holds under MLA; other attention is not affected.'),
  kvType: type().default('F16').describe('Type of the KV cache.'),
});
