/** Architectures, quantisation, tensors, KV cache and the cost of a token. */
export type { Extent } from '../layout/extents.ts';
export * from './architecture.ts';
export * from './check-architecture.ts';
export * from './costs.ts';
export * from './ggml-types.ts';
export * from './kv-cache.ts';
export * from './model.ts';
export * from './quantisation.ts';
export * from './roles.ts';
export * from './summary.ts';
export { type TensorShape, tensorShapes } from './tensors.ts';
