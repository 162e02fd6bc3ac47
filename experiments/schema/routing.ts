/** A generator of routing as a file describes it: a preset for any shape, or one fitted to a recording of one shape. */
import { z } from 'zod';

const share = () => z.number().min(0).max(1);
const shares = () => z.strictObject({ static: share(), context: share(), token: share() });

const generator = {
  description: z.string().optional().describe('What it is, in a sentence.'),
  order: z.enum(['ranked', 'ascending']).describe('Order of the experts of a token: by rank, or by id.'),
  groups: z
    .strictObject({ count: z.int().min(1), chosen: z.int().min(1) })
    .optional()
    .describe('Group-limited choice.'),
  rank: z.int().min(1).max(1024).describe('Dimensions of the features of tokens and context.'),
  skew: z.number().min(-2).max(2).describe('Skew of log popularity.'),
  tokenCorrelation: z.array(z.number().gt(-1).lt(1)).describe('Autocorrelation at lags 1, 2, ...'),
  context: z
    .array(z.strictObject({ tokens: z.number().gt(0), share: z.number().min(0) }))
    .describe('Time constants and their shares.'),
};

export const routingPresetSchema = z.strictObject({
  ...generator,
  layerShares: z
    .strictObject({ first: z.array(shares()), others: shares() })
    .describe('Of the variance of a layer’s logits: the first layers, then all others.'),
});

export const routingModelSchema = z.strictObject({
  ...generator,
  layers: z.int().min(1).describe('MoE layers.'),
  experts: z.int().min(1).describe('Routed experts of a layer.'),
  topK: z.int().min(1).describe('Experts of a token.'),
  layerShares: z.array(shares()).describe('Of the variance of each layer’s logits.'),
});
