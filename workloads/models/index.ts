/** Architectures, quantisation, tensors, KV cache and the cost of a token. */
export * from './architecture.ts';
export * from './costs.ts';
export * from './ggml-types.ts';
export * from './kv-cache.ts';
export * from './model.ts';
export * from './quantisation.ts';
export { type TensorRole, type TensorShape, tensorShapes } from './tensors.ts';
