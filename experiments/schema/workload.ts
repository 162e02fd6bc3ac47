/** The keys `workload` and `prefetch`: what is generated, how it is routed, and what is read ahead. */
import { z } from 'zod';
import { ROUTING_FORMATS } from '../../workloads/routing/formats/index.ts';
import { quantity } from './leaf.ts';
import { allowing } from './problem.ts';

const tokens = (min: number, max: number) => quantity('tokens', { min, max });
const FORMATS = ROUTING_FORMATS.map(({ name }) => name) as [string, ...string[]];

const routingSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('uniform') })
    .describe('All sets of top-k experts equally likely; tokens and layers independent.'),
  z
    .strictObject({
      kind: z.literal('synthetic'),
      fit: z
        .string()
        .min(1)
        .default('deepseek-like')
        .describe('A preset (see nvmoe list routings), or the path of one or of a fitted model.'),
    })
    .describe('Generated with popularity, recency and correlated layers.'),
  z
    .strictObject({
      kind: z.literal('replay'),
      trace: z.string().min(1).describe('Path to a recorded routing trace.'),
      format: z.enum(FORMATS).optional().describe('Its format; absent: recognised by content.'),
      atEnd: z
        .enum(['repeat', 'refuse'])
        .default('refuse')
        .describe('What happens when more tokens are asked for than were recorded.'),
    })
    .describe('Recorded routing.'),
]);

export const workloadSchema = z.strictObject({
  prompt: tokens(0, 1e6).prefault(128).describe('Tokens of the prompt.'),
  generate: tokens(1, 1e6).prefault(64).describe('Tokens generated.'),
  context: tokens(0, 1e7).prefault(0).describe('Tokens in the KV cache before the prompt.'),
  warmup: tokens(0, 1e6).prefault(16).describe('Generated tokens that are not measured.'),
  routing: routingSchema.prefault({ kind: 'synthetic' }).describe('Which experts are chosen.'),
});

const distance = () =>
  quantity('count', { min: 1, max: 1000 }).prefault(1).describe('MoE layers ahead of the one that computes.');
const budget = () =>
  quantity('count', { min: 1 })
    .prefault('.inf')
    .describe('Most experts read ahead per layer; `.inf`: all named.');
const recall = () => quantity('ratio', { min: 0, max: 1 });

export const prefetchSchema = z.discriminatedUnion('policy', [
  z.strictObject({ policy: z.literal('none') }).describe('Reads follow demand.'),
  z
    .strictObject({ policy: z.literal('next-layer') })
    .describe('The next layer’s parts that are not pinned are read while this layer computes.'),
  z
    .strictObject({
      policy: z.literal('gate-lookahead'),
      recall: z
        .union([recall(), z.array(recall()).min(1).max(64)], {
          error: allowing('a share from 0 to 1, or a list of them by rank'),
        })
        .describe('Share of the routed experts among those named; or one value for each rank of the top-k.'),
      distance: distance(),
      widen: quantity('ratio', { min: 1, max: 1000 })
        .prefault(1)
        .describe('Experts named per layer, as a multiple of top-k.'),
      budget: budget(),
      cpuCost: quantity('time', { min: '0 s', max: '10 s' })
        .prefault('0 s')
        .describe('Processor time of one prediction, on the program’s path.'),
    })
    .describe('The router of a later layer applied early.'),
  z
    .strictObject({ policy: z.literal('oracle'), distance: distance(), budget: budget() })
    .describe('Knows the routing: the upper bound of what prefetching can give.'),
]);
