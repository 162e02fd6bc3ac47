/**
 * The result of one run, "nvmoe.result/1": what `--json` prints and `result.json` holds. Additions keep the number,
 * removals and changes of meaning raise it. It holds nothing of the machine that ran it (no wall-clock time, host
 * name, path or worker count), so that the same experiment and seed give the same bytes.
 *
 * Each field's `describe` text is its definition; docs/result.md is made from them.
 */
import { z } from 'zod';
import { cacheSchema, prefetchSchema } from './result/cache.ts';
import { boundSchema, breakdownSchema, memorySchema, pageCacheSchema, timeSchema } from './result/host.ts';
import { bytes, count, rate, seconds } from './result/quantities.ts';
import { seriesSchema } from './result/series.ts';
import { servingSchema, timesSchema } from './result/serving.ts';
import { storageSchema } from './result/storage.ts';

export { type Cache, HIT_RATIO_DEFINITION, type Prefetch } from './result/cache.ts';
export type { Bound, Memory, PageCache, Time, TimePart } from './result/host.ts';
export type { Series, Span, SpanKind } from './result/series.ts';
export type { Storage } from './result/storage.ts';

export const RESULT_SCHEMA = 'nvmoe.result/1';

const tokensPerSecond = () =>
  z.object({
    mean: rate().describe(
      'Tokens (of all requests) / time, with arrivals the time without a request included; for one request, the reciprocal of the mean token time.',
    ),
    ci95: z
      .tuple([rate(), rate()])
      .optional()
      .describe('[low, high] by batch means; absent when the run is too short for one.'),
  });

/** A phase other than decode repeats the same measures. */
const phase = () =>
  z.object({
    seconds: seconds().describe('Length of the phase, s.'),
    tokensPerSecond: tokensPerSecond().optional().describe('Prompt tokens per second.'),
    storage: storageSchema.optional().describe('As `storage`.'),
    cache: cacheSchema.optional().describe('As `cache`.'),
    pageCache: pageCacheSchema.optional().describe('As `pageCache`.'),
    time: timeSchema
      .optional()
      .describe('As `time`; of the mapped program only, whose load is the work of one thread.'),
  });

export const resultSchema = z.object({
  schema: z.literal(RESULT_SCHEMA).describe('Name and number of this format.'),
  experiment: z.string().describe('`name` of the experiment.'),
  label: z
    .string()
    .describe('Name of the case or point, unique within a sweep; the experiment’s name for a single run.'),
  point: z
    .record(z.string(), z.json())
    .describe('The swept keys and their values at this point; {} for a single run.'),
  seed: z.union([z.number(), z.string()]).describe('Seed of all random streams.'),
  version: z.string().describe('nvmoe’s version.'),
  fidelity: z.enum(['flash', 'queue', 'ideal']).describe('How the drives were simulated.'),
  exact: z.boolean().describe('False when a lossy option changes what the model computes.'),
  lossy: z.array(z.string()).optional().describe('The options that do; present when `exact` is false.'),
  settings: z
    .record(z.string(), z.json())
    .optional()
    .describe('The experiment with every default filled in.'),
  tokens: z
    .object({
      measured: count().describe('Tokens measured.'),
      warmup: count().describe('Tokens left out before them.'),
    })
    .describe('Decoded tokens.'),
  passes: z
    .object({
      measured: count().describe('Passes over the layers.'),
      rows: z.number().nonnegative().describe('Rows (tokens, drafts included) of a pass, mean.'),
      tokens: z.number().nonnegative().describe('Tokens that a pass gives, mean: rejected drafts give none.'),
      expertsPerLayer: z
        .number()
        .nonnegative()
        .describe('Experts asked for at a MoE layer, mean: the union over the rows.'),
    })
    .optional()
    .describe('Decode after warm-up by pass; present with a batch, arrivals or speculation.'),
  tokensPerSecond: tokensPerSecond().describe('Decode rate after warm-up.'),
  tokenSeconds: timesSchema().describe('Time from one token of a request to the next.'),
  serving: servingSchema.optional().describe('How requests that arrive are served; present with arrivals.'),
  kvSpill: z
    .object({
      bytesRead: bytes().describe('Of the KV cache; a part of storage.bytesRead, which counts whole blocks.'),
      bytesWritten: bytes().describe('KV cache of new tokens, before rounding up to blocks.'),
    })
    .optional()
    .describe('A KV cache on the drives, over decode after warm-up; present with memory.kv drives.'),
  prefillSeconds: seconds().describe(
    'Prompt processing, s; 0 without a prompt, and with arrivals, where prompts share passes with generated tokens.',
  ),
  loadSeconds: seconds().describe('Reading the resident weights before the prompt, s; 0 when not simulated.'),
  storage: storageSchema.describe('The drives during decode after warm-up.'),
  cache: cacheSchema
    .optional()
    .describe('The expert cache during decode after warm-up; absent for dense models.'),
  prefetch: prefetchSchema.optional().describe('The prefetcher over the same time; absent without one.'),
  time: timeSchema.describe('Fractions of decode wall time after warm-up; they sum to 1.'),
  breakdown: breakdownSchema
    .optional()
    .describe(
      'Seconds of a decoded token; without `ioServiceSeconds` they add up to it. Absent where threads compute and fault on their own (mmap).',
    ),
  memory: memorySchema.optional().describe('One account of host memory, B.'),
  pageCache: pageCacheSchema
    .optional()
    .describe('The kernel’s page cache; absent when the I/O path bypasses it.'),
  bounds: z
    .array(boundSchema)
    .describe('Closed-form ceilings, lowest first; a resource without limit is left out.'),
  binding: z.string().describe('`resource` of the lowest bound.'),
  warnings: z.array(z.string()).describe('What a reader must know before believing the numbers.'),
  prefill: phase().optional().describe('The prompt.'),
  load: phase().optional().describe('Loading.'),
  series: seriesSchema.optional().describe('Data of the report’s charts.'),
});

/** One run. */
export type Result = z.output<typeof resultSchema>;

/** Canonical text of a result: checked, keys in the schema's order, one top-level key a line, newline at the end. */
export function stringifyResult(result: Result): string {
  const lines = Object.entries(resultSchema.parse(result))
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

/** Canonical text of the points of a sweep, `{"points": […]}`, in the given order. */
export const stringifySweep = (points: readonly Result[]): string =>
  `{"points": [\n${points.map((point) => stringifyResult(point).trimEnd()).join(',\n')}\n]}\n`;

/** JSON Schema of a result, for `nvmoe schema result`. */
export const resultJsonSchema = () => z.toJSONSchema(resultSchema, { io: 'input' });
