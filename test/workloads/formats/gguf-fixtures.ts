/** GGUF files of library architectures, written by the independent writer; their data is never there, only its size. */

import type { GgufFile } from '../../../workloads/formats/gguf-cursor.ts';
import { type Architecture, attentionOf } from '../../../workloads/models/architecture.ts';
import { ggmlTypeId } from '../../../workloads/models/ggml-types.ts';
import { buildModel } from '../../../workloads/models/model.ts';
import type { Quantisation, Tensor } from '../../../workloads/models/quantisation.ts';
import { placeTensors, type WrittenHeader, type WrittenValue, writeGguf } from '../../oracles/gguf-writer.ts';

/** A file that begins with `header`; reads beyond it are an error of the reader. */
export function fileOf(name: string, header: Uint8Array, dataBytes: number): GgufFile & { furthest: number } {
  return {
    name,
    bytes: header.length + dataBytes,
    furthest: 0,
    read(offset, length) {
      if (offset + length > this.bytes) throw new Error(`read beyond the end of ${name}`);
      this.furthest = Math.max(this.furthest, offset + length);
      const bytes = new Uint8Array(length);
      bytes.set(header.subarray(offset, offset + length));
      return bytes;
    },
  };
}

/** The metadata that llama.cpp's converter would write, with a vocabulary of `tokens` strings. */
export function metadataOf(architecture: Architecture, tokens = 20): Record<string, WrittenValue> {
  const name = architecture.gguf ?? 'llama';
  const u32 = (value: number): WrittenValue => ({ type: 'u32', value });
  const metadata: Record<string, WrittenValue> = {
    'general.architecture': { type: 'string', value: name },
    'tokenizer.ggml.tokens': {
      type: 'array',
      items: 'string',
      value: Array.from({ length: tokens }, (_, i) => `t${i}`),
    },
    'tokenizer.ggml.scores': {
      type: 'array',
      items: 'f32',
      value: Array.from({ length: tokens }, (_, i) => -i),
    },
    'tokenizer.chat_template': { type: 'string', value: '{{ message }}'.repeat(100) },
    [`${name}.block_count`]: u32(architecture.layers),
    [`${name}.embedding_length`]: u32(architecture.hidden),
  };
  const add = (key: string, value: number | undefined) => {
    if (value) metadata[`${name}.${key}`] = u32(value);
  };
  const { experts } = architecture;
  add('expert_count', experts?.count);
  add('expert_used_count', experts?.topK);
  add('expert_shared_count', experts?.shared);
  add('expert_group_count', experts?.groups);
  add('expert_group_used_count', experts?.topGroups);
  add('expert_gating_func', experts && (experts.gating === 'sigmoid' ? 2 : 1));
  const attention = attentionOf(architecture, architecture.layers - 1);
  if (attention.kind === 'mla') {
    add('attention.head_count', attention.heads);
    add('attention.q_lora_rank', attention.qRank);
    add('attention.kv_lora_rank', attention.kvRank);
    add('attention.key_length_mla', attention.nope + attention.rope);
    add('attention.value_length_mla', attention.v);
    add('rope.dimension_count', attention.rope);
  } else if (attention.kind === 'gqa') {
    add('attention.head_count', attention.heads);
    add('attention.head_count_kv', attention.kvHeads);
    add('attention.key_length', attention.headDim);
  }
  for (const kind of Object.values(architecture.attention)) {
    if (kind.kind === 'gqa') add('attention.sliding_window', kind.window);
    if (kind.kind === 'linear') {
      add('ssm.time_step_rank', kind.valueHeads);
      add('ssm.group_count', kind.keyHeads);
      add('ssm.state_size', kind.keyDim);
      add('ssm.inner_size', kind.valueHeads * kind.valueDim);
      add('ssm.conv_kernel', kind.convolution);
    }
  }
  return metadata;
}

const writable = (tensors: readonly Tensor[]) =>
  tensors.map(({ name, shape, type, bytes }) => ({ name, shape, type: ggmlTypeId(type), bytes }));

/** The model's tensors in file order. */
export function orderedTensors(architecture: Architecture, quantisation: Quantisation): Tensor[] {
  const model = buildModel(architecture, quantisation);
  const order = model.tensors.map((_, index) => index);
  order.sort((a, b) => model.tensorExtent(a).offset - model.tensorExtent(b).offset);
  return order.map((index) => model.tensors[index]);
}

/** One file of the whole model. */
export function ggufOf(
  architecture: Architecture,
  quantisation: Quantisation,
  header: Partial<WrittenHeader> = {},
  tokens?: number,
) {
  const placed = placeTensors(writable(orderedTensors(architecture, quantisation)), header.alignment);
  const metadata = { ...metadataOf(architecture, tokens), ...header.metadata };
  if (header.alignment) metadata['general.alignment'] = { type: 'u32', value: header.alignment };
  const bytes = writeGguf({ ...header, metadata, tensors: header.tensors ?? placed.tensors });
  return { bytes, dataBytes: placed.dataBytes };
}

/** The model split over `parts` files, by name. */
export function splitGgufOf(architecture: Architecture, quantisation: Quantisation, parts: number) {
  const tensors = orderedTensors(architecture, quantisation);
  const each = Math.ceil(tensors.length / parts);
  const files = new Map<string, GgufFile>();
  for (let part = 0; part < parts; part++) {
    const placed = placeTensors(writable(tensors.slice(part * each, (part + 1) * each)));
    const metadata: Record<string, WrittenValue> = {
      ...(part === 0 ? metadataOf(architecture) : {}),
      'split.no': { type: 'u16', value: part },
      'split.count': { type: 'u16', value: parts },
      'split.tensors.count': { type: 'i32', value: tensors.length },
    };
    const two = (n: number) => String(n).padStart(5, '0');
    const name = `model-${two(part + 1)}-of-${two(parts)}.gguf`;
    files.set(name, fileOf(name, writeGguf({ metadata, tensors: placed.tensors }), placed.dataBytes));
  }
  return files;
}

/** A small model that has every kind of tensor role. */
export const smallMoe: Architecture = {
  name: 'small',
  source: 'made up for tests',
  gguf: 'deepseek2',
  layers: 4,
  denseLayers: 1,
  hidden: 256,
  vocabulary: 512,
  denseWidth: 512,
  attention: { mla: { kind: 'mla', heads: 4, qRank: 256, kvRank: 256, nope: 64, rope: 32, v: 64 } },
  experts: { count: 8, topK: 2, width: 256, shared: 1, gating: 'sigmoid', selectionBias: true },
};
