/**
 * A validation case, experiments/validation/*.yaml: public measurements with their source, the machine, what is
 * calibrated on which rows, and what is predicted within which tolerance.
 */
import { z } from 'zod';
import { ROUTING_FORMATS } from '../../workloads/routing/formats/index.ts';
import { METRIC_NAMES, type MetricName, metricOf } from '../validate/metrics.ts';
import { quantity } from './leaf.ts';
import { allowing } from './problem.ts';

export const TOPICS = [
  'device curve',
  'array',
  'I/O interface',
  'beside writes',
  'page cache',
  'streaming',
  'drive swap',
  'cache ladder',
  'prefetch',
  'direct or buffered',
  'routing',
] as const;

const share = () => quantity('ratio', { min: 0, max: 100 });

const knownMiss = z.strictObject({
  error: z
    .number()
    .min(-100)
    .max(100)
    .describe('Recorded error of the prediction, e.g. -0.42 for 42 % too low.'),
  reason: z.string().min(10).describe('Why the model misses.'),
});

/** A figure as measured: bare, or with a tolerance of its own or a known miss. */
function measuredFigure(name: MetricName) {
  const { quantity: kind, scale = 1, describe } = metricOf(name);
  const leaf = quantity(kind);
  const noted = z.strictObject({
    value: leaf,
    tolerance: share().optional().describe('Of this figure.'),
    knownMiss: knownMiss.optional().describe('Shown as a miss; fails only when it changes.'),
  });
  return z
    .union([leaf, noted], { error: allowing(`${kind}, bare or as {value, tolerance, knownMiss}`) })
    .transform((figure) => {
      const { value, ...rest } = typeof figure === 'number' ? { value: figure } : figure;
      return { ...rest, value: value * scale };
    })
    .describe(describe);
}

const measuredSchema = z
  .strictObject(
    Object.fromEntries(METRIC_NAMES.map((name) => [name, measuredFigure(name).optional()])) as Record<
      MetricName,
      z.ZodOptional<ReturnType<typeof measuredFigure>>
    >,
  )
  .refine((values) => Object.values(values).some((value) => value !== undefined), {
    error: `found nothing measured; allowed are ${METRIC_NAMES.join(', ')}`,
  });

const row = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject({
    name: z.string().min(1).describe('Of the row, unique in its case.'),
    measured: measuredSchema.describe('What was measured.'),
    calibration: z
      .boolean()
      .default(false)
      .describe('The machine was calibrated on this row: shown, but neither judged nor counted.'),
    grade: z
      .enum(['A', 'B', 'C'])
      .optional()
      .describe('A: with counters; B: rate and hardware; C: incomplete.'),
    note: z.string().optional().describe('What else is known of it.'),
    ...shape,
  });

const common = {
  name: z.string().min(1).describe('Unique name.'),
  topic: z.enum(TOPICS).describe('What it is about.'),
  description: z.string().default('').describe('What is measured, in a sentence.'),
  source: z.string().min(8).describe('Where the figures were published.'),
  machine: z.string().min(1).describe('On what they were measured.'),
  calibrated: z.string().min(4).describe('What was calibrated on which rows, and what was given.'),
  learned: z.string().optional().describe('What the misses teach.'),
  quick: z.boolean().default(false).describe('Takes a second or two: `--quick` runs these.'),
  tolerance: share().describe('Largest |error| that passes.'),
  calibrate: z
    .strictObject({
      key: z.string().min(1).describe('Key of the experiment (run), or of device or host (fio).'),
      unit: z.string().default('').describe('Its unit.'),
      from: z.number().positive().describe('Least value, in that unit.'),
      to: z.number().positive().describe('Greatest value.'),
      on: z.string().min(1).describe('Name of the row whose first measured figure it must give.'),
    })
    .optional()
    .describe('One constant of the machine, solved for so that one row is met.'),
  ladder: z
    .strictObject({
      metric: z.enum(METRIC_NAMES as [MetricName, ...MetricName[]]).describe('Whose order is judged.'),
      noise: share().prefault(0.02).describe('Measurements closer than this have no order.'),
      knownMiss: z.string().min(10).optional().describe('Why the order is wrong.'),
    })
    .optional()
    .describe('The rows’ order must be predicted as well.'),
};

const inPlace = () => z.record(z.string(), z.unknown());
const named = (what: string) =>
  z.union([z.string().min(1), inPlace()], { error: allowing(`the name of ${what}, a path, or a mapping`) });
const fioOptions = () => z.record(z.string(), z.union([z.string(), z.number()]));

export const validationSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('fio').describe('Simulated fio on a drive.'),
    ...common,
    device: named('a drive'),
    host: named('a host').default('none'),
    fidelity: z.enum(['ideal', 'queue', 'flash']).optional(),
    fio: fioOptions().describe('fio’s options of all rows; group_reporting is set.'),
    rows: z.array(row({ fio: fioOptions().default({}).describe('fio’s options of this row.') })).min(1),
  }),
  z.strictObject({
    kind: z.literal('run').describe('An experiment.'),
    ...common,
    experiment: named('an experiment'),
    rows: z
      .array(
        row({ set: inPlace().default({}).describe('Keys of the experiment, with dots, and their values.') }),
      )
      .min(1),
  }),
  z.strictObject({
    kind: z.literal('cache').describe('Policies replayed over a recorded trace.'),
    ...common,
    trace: z.string().min(1).describe('Path; data: stands for the folder of measured data.'),
    format: z.enum(ROUTING_FORMATS.map(({ name }) => name) as [string, ...string[]]).optional(),
    unit: z.enum(['object', 'byte']).optional(),
    batch: z.enum(['one', 'layer']).default('one'),
    phase: z.enum(['all', 'prefill', 'decode']).default('all'),
    rows: z.array(row({ policy: z.string().min(1), capacity: z.string().min(1) })).min(1),
  }),
]);

export type ValidationCase = z.output<typeof validationSchema>;
export type CaseOf<K extends ValidationCase['kind']> = Extract<ValidationCase, { kind: K }>;
export type KnownMiss = z.output<typeof knownMiss>;
