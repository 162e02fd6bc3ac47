/** Files that describe models: Hugging Face's config.json and GGUF headers. */
export * from './hf-config.ts';
