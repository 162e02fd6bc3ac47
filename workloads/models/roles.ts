/** What a tensor is for, told by its name in llama.cpp's scheme (c392e50, gguf-py/gguf/constants.py). */
export const TENSOR_ROLES = [
  'embedding',
  'head',
  'norm',
  'attention',
  'router',
  'shared-expert',
  'dense-ffn',
  'routed-experts',
  /** Scales that lie beside the weights as tensors of their own (FP8): no parameters of the model. */
  'scales',
  'other',
] as const;
export type TensorRole = (typeof TENSOR_ROLES)[number];

/** First match decides. Biases of experts are F32 vectors that every engine keeps in memory, so not `routed-experts`. */
const RULES: [RegExp, TensorRole][] = [
  [/_scale(_inv)?$|\.scale$/, 'scales'],
  [/^token_embd\.weight$|embed_tokens\.weight$|\.table$/, 'embedding'],
  [/^output\.weight$|shared_head_head\.weight$/, 'head'],
  [/_exps\.weight$/, 'routed-experts'],
  [/_exps\.bias$/, 'other'],
  [/_shexp\./, 'shared-expert'],
  [/ffn_gate_inp|exp_probs_b|ffn_gate_tid2eid|ffn_latent_/, 'router'],
  [/norm/, 'norm'],
  [/ffn_(gate|up|down|gate_up)\./, 'dense-ffn'],
  [/\.(attn_|indexer|ssm_)/, 'attention'],
];

/** The role of the tensor called `name`; `other` where no rule knows it. */
export const roleOf = (name: string): TensorRole =>
  RULES.find(([pattern]) => pattern.test(name))?.[1] ?? 'other';

/** The layer in `blk.N.…`, -1 where the tensor belongs to none. */
export const layerOf = (name: string): number => Number(/^blk\.(\d{1,6})\./.exec(name)?.[1] ?? -1);
