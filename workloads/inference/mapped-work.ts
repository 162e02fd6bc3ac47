/**
 * Core time of the mapped program's operations, for each byte of weights that is in memory. A kernel of `threads` threads
 * takes max(FLOP / (threads x rate), bytes / bandwidth) (roofline), so each of its threads is busy for
 *
 *   max( FLOP per byte / rate, threads / bandwidth )   core-seconds a byte,
 *
 * FLOP for all rows (tokens) of the pass, bytes once. Attention over the context is done with the last matrix of its layer.
 */
import {
  contextCost,
  type GgmlType,
  headCost,
  type KvChoice,
  type Model,
  type Tensor,
  type TensorRole,
} from '../models/index.ts';
import { type ExpertOrder, type GraphTensor, llamaGraph, type Operation } from './llamacpp-graph.ts';
import type { Kernel } from './token-steps.ts';

export interface MappedWorkOptions {
  readonly model: Model;
  readonly kv: { readonly choice: KvChoice; readonly type: GgmlType };
  readonly threads: number;
  /** FLOP/s of one core in a kernel class. */
  readonly coreRate: (kernel: Kernel) => number;
  /** B/s that all cores together read. */
  readonly bandwidth: number;
}

const KERNEL_OF_ROLE: Record<TensorRole, Kernel> = {
  attention: 'attention',
  norm: 'attention',
  scales: 'attention',
  other: 'attention',
  router: 'router',
  'shared-expert': 'shared-expert',
  'dense-ffn': 'dense',
  'routed-experts': 'expert',
  embedding: 'head',
  head: 'head',
};

/** The operations of a token. Throws where a tensor does not lie in one piece. */
export function mappedOperations(model: Model, order: ExpertOrder): Operation[] {
  const tied = !model.tensors.some(({ name }) => name === 'output.weight');
  const tensors = model.tensors.flatMap((tensor, index): GraphTensor[] => {
    const { name, layer, shape } = tensor;
    // Tables are looked up by row; prediction layers take no part.
    if (layer >= model.layers || name.includes('tid2eid')) return [];
    const { offset, bytes } = model.tensorExtent(index);
    const head = tied && name === 'token_embd.weight';
    return [
      { name: head ? 'output.weight' : name, offset, bytes, rows: shape[1] ?? 1, slices: shape[2] ?? 1 },
    ];
  });
  return llamaGraph(tensors, order);
}

/** @returns core-seconds a byte of an operation's weights for `rows` tokens, the last of `context` */
export function mappedWork(options: MappedWorkOptions, operations: readonly Operation[]) {
  const { model, kv, threads, coreRate, bandwidth } = options;
  const byName = new Map(model.tensors.map((tensor) => [tensor.name, tensor]));
  const head = headCost(model);
  /** Core-seconds of the arithmetic on a byte, for one row. */
  const perRow = new Map<Operation, number>();
  const lastOfAttention = new Map<number, Operation>();
  for (const operation of operations) {
    const tensor = byName.get(operation.tensor.name);
    const flopsPerByte = tensor ? flopsOf(tensor) / tensor.bytes : head.flops / head.bytes;
    perRow.set(operation, flopsPerByte / coreRate(KERNEL_OF_ROLE[tensor?.role ?? 'head']));
    if (tensor?.role === 'attention' && tensor.shape.length > 1) lastOfAttention.set(tensor.layer, operation);
  }
  const layerOf = new Map([...lastOfAttention].map(([layer, operation]) => [operation, layer]));
  const roofline = (arithmetic: number, bytes: number) => Math.max(arithmetic, (bytes * threads) / bandwidth);
  return (operation: Operation, rows: number, context: number): number => {
    const weights = roofline(perRow.get(operation)! * rows, 1);
    const layer = layerOf.get(operation);
    if (layer === undefined) return weights;
    const { flops, bytes } = contextCost(model, layer, context - (rows - 1) / 2, kv.choice, kv.type);
    const seen = roofline((flops * rows) / coreRate('attention'), bytes);
    return weights + seen / operation.tensor.bytes;
  };
}

const flopsOf = ({ shape, elements }: Tensor) => (shape.length > 1 ? 2 * elements : 0);
