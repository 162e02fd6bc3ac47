/** The result's `serving`: what requests that arrive while others run experience. */
import { z } from 'zod';
import { count, fraction, rate, seconds } from './quantities.ts';

export const timesSchema = () =>
  z.object({
    mean: seconds().describe('Arithmetic mean, s.'),
    p50: seconds().describe('Median, s.'),
    p90: seconds().describe('90th percentile, s.'),
    p99: seconds().describe('99th percentile, s.'),
    max: seconds().describe('Largest, s.'),
  });

export const servingSchema = z.object({
  requests: count().describe('Requests measured.'),
  warmup: count().describe('Requests left out before them.'),
  seconds: seconds().describe('From the arrival of the first measured request to the end of the last, s.'),
  offeredPerSecond: rate().describe('Requests that arrive a second, as asked for.'),
  requestsPerSecond: rate().describe('requests / seconds: less than offered where a queue grows.'),
  ttftSeconds: timesSchema().describe('Time to first token: from arrival, queueing and prompt included.'),
  tpotSeconds: timesSchema().describe('Time per output token of a request, after its first.'),
  queueSeconds: timesSchema().describe('From arrival until the request is admitted.'),
  requestSeconds: timesSchema().describe('From arrival to the last token.'),
  running: z
    .object({
      mean: z.number().nonnegative().describe('Mean over the passes after warm-up.'),
      max: count().describe('Most, never above `maxBatch`.'),
    })
    .describe('Requests in a pass.'),
  slo: z
    .object({
      met: fraction().describe('Share of the requests that meet all limits.'),
      goodput: rate().describe('Requests a second that do.'),
    })
    .optional()
    .describe('Against workload.arrivals.slo; absent without one.'),
});
