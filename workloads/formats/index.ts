/** Files that describe models: Hugging Face's config.json and GGUF headers. */
export { type GgufHeader, type GgufTensor, readGgufHeader } from './gguf.ts';
export { ggufArchitecture } from './gguf-architecture.ts';
export type { GgufFile } from './gguf-cursor.ts';
export { ggufOnDisk } from './gguf-disk.ts';
export { ggufModel, type ModelFile, modelOfFiles } from './gguf-model.ts';
export { partNames, readGguf } from './gguf-splits.ts';
export * from './hf-config.ts';
export { parseTensorTable } from './tensor-table.ts';
