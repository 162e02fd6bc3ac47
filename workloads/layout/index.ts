/** Where tensors and experts lie in files. */
export * from './extents.ts';
export * from './file-map.ts';
export * from './order.ts';
