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

const speculationSchema = z.strictObject({
  draft: quantity('count', { min: 1, max: 64 }).describe('Tokens drafted a step.'),
  acceptance: quantity('ratio', { min: 0, max: 1 }).describe(
    'Chance that a draft is accepted if those before it were.',
  ),
  cost: quantity('time', { min: '0 s', max: '10 s' })
    .prefault('0 s')
    .describe('To draft one token (for all requests of a batch together), on the program’s path.'),
  memory: quantity('bytes', { min: '0 B', max: '1 TiB' })
    .prefault('0 B')
    .describe('What the draft model takes of host memory: its weights, KV cache and buffers.'),
});

const sloTime = () => quantity('time', { min: '1 us', max: '1000 h' }).optional();
const arrivalsSchema = z.strictObject({
  rate: quantity('requestRate', { min: '1e-6 / s', max: '1e6 / s' }).describe(
    'Requests that arrive a second, on average: a Poisson process.',
  ),
  requests: quantity('count', { min: 1, max: 1e5 }).describe('Requests that arrive in all.'),
  maxBatch: quantity('count', { min: 1, max: 4096 })
    .prefault(8)
    .describe('Most requests that run at a time; the others wait, first come, first served.'),
  warmup: quantity('count', { min: 0, max: 1e5 })
    .prefault(0)
    .describe('Requests, from the first, that are not measured; in place of workload.warmup.'),
  slo: z
    .strictObject({
      ttft: sloTime().describe('Longest time to first token.'),
      tpot: sloTime().describe('Longest time per output token, the first left out.'),
    })
    .optional()
    .describe('What a request must meet to count as goodput; default: nothing is counted.'),
});

export const workloadSchema = z.strictObject({
  prompt: tokens(0, 1e6).prefault(128).describe('Tokens of the prompt.'),
  generate: tokens(1, 1e6).prefault(64).describe('Tokens generated.'),
  context: tokens(0, 1e7).prefault(0).describe('Tokens in the KV cache before the prompt.'),
  warmup: tokens(0, 1e6).prefault(16).describe('Generated tokens that are not measured.'),
  batch: quantity('count', { min: 1, max: 4096 })
    .prefault(1)
    .describe(
      'Requests decoded together, each with its own prompt: a pass reads the union of their experts.',
    ),
  chunk: tokens(1, 1e6).optional().describe('Most prompt tokens of one pass; default: all.'),
  arrivals: arrivalsSchema
    .optional()
    .describe(
      'Requests that arrive while others run, and join their passes (continuous batching); default: all are there.',
    ),
  speculation: speculationSchema.optional().describe('Draft tokens that a pass verifies; default: none.'),
  routing: routingSchema.prefault({ kind: 'synthetic' }).describe('Which experts are chosen.'),
});

const share = () => quantity('ratio', { min: 0, max: 1 });

const distance = quantity('count', { min: 1, max: 1000 })
  .prefault(1)
  .describe('MoE layers ahead of the one that computes.');
const budget = quantity('count', { min: 1 })
  .prefault('.inf')
  .describe('Most experts read ahead per layer; `.inf`: all named.');
const widen = quantity('ratio', { min: 1, max: 1000 })
  .prefault(1)
  .describe('Experts named per layer, as a multiple of top-k.');
const cpuCost = quantity('time', { min: '0 s', max: '10 s' })
  .prefault('0 s')
  .describe('Processor time of one prediction, on the program’s path.');

/** What every prefetcher can be told of when to read. */
const rules = {
  idleOnly: z.boolean().default(false).describe('Start a read ahead only while no step waits for a read.'),
  byteBudget: quantity('bytes', { min: '0 B' })
    .prefault('.inf')
    .describe('Most bytes being read ahead at a time; `.inf`: no limit.'),
  cancel: z
    .boolean()
    .default(true)
    .describe('Give up a read ahead when its layer is reached and does not want it.'),
  style: z
    .enum(['read', 'hint'])
    .default('read')
    .describe(
      'read: into the program’s cache. hint: WILLNEED, into the page cache, where a read with O_DIRECT does not find it: the same bytes are read twice.',
    ),
};

const prefetcher = <Name extends string, Shape extends z.core.$ZodShape>(
  name: Name,
  shape: Shape,
  description: string,
) => z.strictObject({ policy: z.literal(name), ...shape, ...rules }).describe(description);

export const prefetchSchema = z.discriminatedUnion('policy', [
  z.strictObject({ policy: z.literal('none') }).describe('Reads follow demand.'),
  prefetcher(
    'next-layer',
    {},
    'The next layer’s parts that are not pinned are read while this layer computes; all that follow do so, too.',
  ),
  prefetcher(
    'previous-token',
    { distance, budget, cpuCost },
    'What the layer ahead chose for the token before.',
  ),
  prefetcher(
    'popularity',
    { distance, widen, budget, cpuCost },
    'The experts of the layer ahead that were chosen most often so far.',
  ),
  prefetcher(
    'markov',
    { distance, widen, budget, cpuCost },
    'The experts that most often followed those chosen now, learned from the routing so far.',
  ),
  prefetcher(
    'gate-lookahead',
    {
      recall: z
        .union([share(), z.array(share()).min(1).max(64)], {
          error: allowing('a share from 0 to 1, or a list of them by rank'),
        })
        .describe('Share of the routed experts among those named; or one value for each rank of the top-k.'),
      distance,
      widen,
      budget,
      cpuCost,
    },
    'The router of a later layer applied early.',
  ),
  prefetcher(
    'certain',
    {
      layers: quantity('count', { min: 1, max: 1000 })
        .optional()
        .describe('MoE layers, from the first, that route by the token’s id; default: the model’s.'),
    },
    'The experts of layers that route by the token’s id, as soon as it is known.',
  ),
  prefetcher(
    'oracle',
    { distance, budget },
    'Knows the routing: the upper bound of what prefetching can give.',
  ),
]);
