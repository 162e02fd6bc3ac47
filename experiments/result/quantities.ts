/**
 * The quantities a result is made of, as zod types: SI units, never negative unless said, never NaN or infinite (JSON
 * has neither: a resource without limit is left out instead).
 */
import { z } from 'zod';

export const seconds = () => z.number().nonnegative();
export const bytes = () => z.number().nonnegative();
export const rate = () => z.number().nonnegative();
export const count = () => z.number().int().nonnegative();
/** 0 to 1; a hair more where it is a quotient of sums. */
export const fraction = () =>
  z
    .number()
    .min(0)
    .max(1 + 1e-9);

/** A plotted line, ascending in x. */
export const line = () => z.array(z.tuple([z.number(), z.number()]));

/** A time-weighted number of requests outstanding. */
export const depth = () =>
  z.object({
    mean: z.number().nonnegative().describe('Mean over the measured time, idle time included.'),
    max: count().describe('Largest at any instant.'),
  });

export const percentiles = () =>
  z.object({
    mean: seconds().describe('Arithmetic mean, s.'),
    p50: seconds().describe('Median, s.'),
    p90: seconds().describe('90th percentile, s.'),
    p99: seconds().describe('99th percentile, s.'),
    p999: seconds().describe('99.9th percentile, s.'),
  });

export const sizes = () =>
  z.object({
    mean: bytes().describe('Mean size, B.'),
    histogram: z
      .array(z.tuple([bytes(), count()]))
      .describe('[lower edge of the bin in B, count], ascending; empty bins left out.'),
  });
