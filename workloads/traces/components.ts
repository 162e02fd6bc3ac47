/**
 * What part of the model a tensor is, from its GGUF name (llama.cpp, src/llama-arch.cpp): the parts that differ in how
 * often a token reads them.
 */
export const COMPONENTS = [
  'routed-experts',
  'shared-experts',
  'router',
  'dense-ffn',
  'attention',
  'norm',
  'embedding',
  'output',
  'other',
] as const;
export type Component = (typeof COMPONENTS)[number];

const PATTERNS: [RegExp, Component][] = [
  [/_exps\b/, 'routed-experts'],
  [/_shexp\b/, 'shared-experts'],
  [/ffn_gate_inp|exp_probs/, 'router'],
  [/_norm\b/, 'norm'],
  [/\battn_|ssm_/, 'attention'],
  [/\bffn_/, 'dense-ffn'],
  [/^token_embd/, 'embedding'],
  [/^output\b/, 'output'],
];

export const componentOf = (tensor: string): Component =>
  PATTERNS.find(([pattern]) => pattern.test(tensor))?.[1] ?? 'other';

/** Number of the layer in a tensor's name (`blk.12.…`), or -1. */
export const layerOf = (tensor: string): number => Number(/^blk\.(\d+)\./.exec(tensor)?.[1] ?? -1);
