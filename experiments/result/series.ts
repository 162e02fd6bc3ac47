/**
 * Bounded series for the report: each has at most a few thousand points however long the run.
 */
import { z } from 'zod';
import { bytes, count, fraction, line, seconds } from './quantities.ts';

export const SPAN_KINDS = ['compute', 'read', 'prefetch', 'wait', 'software'] as const;

const spanSchema = z.object({
  lane: z.string().describe('Row of the timeline: compute, drive 0 …'),
  name: z.string().describe('What: the step, tensor or expert.'),
  start: seconds().describe('s since the first of the two tokens began.'),
  end: seconds().describe('s, at least `start`.'),
  kind: z.enum(SPAN_KINDS).describe('Kind of work.'),
});

export const seriesSchema = z.object({
  throughput: line()
    .optional()
    .describe('[s of simulated time, B/s read in the interval that starts there].'),
  queueDepth: line().optional().describe('[s, mean device depth in the interval that starts there].'),
  tokenSeconds: line().optional().describe('[token, s it took], warm-up included.'),
  tokenBytes: line().optional().describe('[token, B read during it], warm-up included; mmap only.'),
  tokenMajorFaults: line().optional().describe('[token, major faults], warm-up included; mmap only.'),
  tokenMinorFaults: line().optional().describe('[token, minor faults], warm-up included; mmap only.'),
  ttft: line()
    .optional()
    .describe('[arrival in s since the program is ready, time to first token in s]; at most 1000 requests.'),
  hitRatio: line().optional().describe('[token, hit ratio of that token], warm-up included.'),
  latencyCdf: line().optional().describe('[s, fraction of device commands at most that slow].'),
  timeline: z.array(spanSchema).optional().describe('Two consecutive tokens after warm-up.'),
  experts: z
    .object({
      layers: z.array(count()).describe('Layer number of each row.'),
      requests: z.array(z.array(count())).describe('Requests by [row][expert].'),
    })
    .optional()
    .describe('How often each expert was asked for.'),
  residency: z
    .object({
      tokens: z.array(count()).describe('Token of each column.'),
      layers: z.array(count()).describe('Layer number of each row.'),
      share: z.array(z.array(fraction())).describe('Resident share of the layer’s experts by [row][column].'),
    })
    .optional()
    .describe('What the cache holds over time.'),
  accessMap: z
    .object({
      points: z
        .array(z.tuple([seconds(), bytes(), bytes()]))
        .describe('[s, offset in the file in B, length in B], thinned evenly when there are too many.'),
      regions: z
        .array(z.object({ name: z.string(), offset: bytes(), bytes: bytes() }))
        .describe('Named parts of the file: a layer, a tensor.'),
    })
    .optional()
    .describe('Where in the file the reads fell.'),
  dies: z
    .object({
      seconds: z.array(seconds()).describe('Start of each column, s.'),
      names: z.array(z.string()).describe('Die of each row.'),
      utilisation: z.array(z.array(fraction())).describe('Busy share by [row][column].'),
    })
    .optional()
    .describe('NAND dies over time (flash fidelity).'),
});

export type Span = z.output<typeof spanSchema>;
export type SpanKind = Span['kind'];
export type Series = z.output<typeof seriesSchema>;
