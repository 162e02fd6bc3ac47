/**
 * The expert cache and the prefetcher in numbers. "Hit ratio" has at least five definitions in the field: the one
 * printed here travels with the number.
 */
import { z } from 'zod';
import { bytes, count, fraction, line } from './quantities.ts';

export const HIT_RATIO_DEFINITION =
  'hits / requests by expert in decode after warm-up; a hit is resident and complete when asked, a join of a read in flight is not';

export const cacheSchema = z.object({
  policy: z
    .string()
    .describe(
      'Eviction policy with the parameters that differ from its defaults; given: cache.hitRatio or cache.bytesRead.',
    ),
  definition: z.string().describe('What `hitRatio` counts, in words.'),
  requests: count().describe('Expert requests: routed experts asked for, each once per layer and step.'),
  hits: count().describe('Resident and complete when asked.'),
  joined: count().describe(
    'Being read when asked (by a prefetch or another request): waited for, not read again.',
  ),
  misses: count().describe('Neither: a demand read was issued. hits + joined + misses = requests.'),
  hitRatio: fraction().describe('hits / requests.'),
  byteHitRatio: fraction().describe('bytesHit / bytes asked for.'),
  bytesHit: bytes().describe('Bytes of the experts that hit.'),
  bytesMissed: bytes().describe('Bytes of the experts that missed; joins are in neither.'),
  evictions: count().describe('Objects evicted to make room.'),
  capacityBytes: bytes().describe('Capacity for routed experts, B.'),
  tiers: z
    .array(
      z.object({
        tier: z.enum(['gpu', 'host', 'drives']).describe('Where requests found their expert.'),
        requests: count().describe('Requests served from it.'),
        share: fraction().describe('Of all requests.'),
        capacityBytes: bytes().optional().describe('For routed experts.'),
        copiedBytes: bytes().optional().describe('That crossed the GPU’s link, from host memory.'),
      }),
    )
    .optional()
    .describe(
      'With a GPU, whose memory lies over the host’s; hits are those of both. Joins count with the drives.',
    ),
  minHitRatio: fraction()
    .optional()
    .describe('Hit ratio of Belady’s MIN on the same requests, capacity, unit and batch rule.'),
  regret: z
    .number()
    .min(-1)
    .max(1)
    .optional()
    .describe('minHitRatio − hitRatio; negative when prefetching beats the best demand policy.'),
  missRatioCurves: z
    .array(
      z.object({
        policy: z.string().describe('Policy name.'),
        points: line().describe('[capacity in B, miss ratio], ascending.'),
      }),
    )
    .optional()
    .describe('Miss ratio over capacity on this run’s requests.'),
});

export const prefetchSchema = z.object({
  policy: z.string().describe('Prefetch policy with its parameters.'),
  issuedBytes: bytes().describe('Bytes of all prefetches started; the five below add up to it.'),
  usefulBytes: bytes().describe('Complete before a request asked for them.'),
  lateBytes: bytes().describe('Asked for while still in flight: the request joined and waited for the rest.'),
  wastedBytes: bytes().describe('Read, then evicted or dropped without a request.'),
  cancelledBytes: bytes().describe('Withdrawn before the drive read them.'),
  pendingBytes: bytes().describe('Neither used nor dropped when the run ended.'),
  readTwiceBytes: bytes()
    .optional()
    .describe('Of the wasted: hinted into the page cache, and read again past it when asked for.'),
  pollutionMisses: count()
    .optional()
    .describe('Misses that hit when the same demand is replayed without prefetching.'),
});

export type Cache = z.output<typeof cacheSchema>;
export type Prefetch = z.output<typeof prefetchSchema>;
