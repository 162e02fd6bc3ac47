/**
 * What decoding a token asks of the machine, in closed form where possible: FLOPs and bytes from the model's steps at
 * the mean context of the measured tokens, misses from replaying the demand sequence through the policy (hits do not
 * depend on timing as long as nothing is prefetched).
 */

import { type CpuOptions, kernelRate } from '../../devices/index.ts';
import { type ReplayCounts, replay } from '../../workloads/cache-replay.ts';
import { type CacheOptions, createCache } from '../../workloads/inference/create-cache.ts';
import {
  type Catalogue,
  type DecodeOptions,
  type DemandSequence,
  demandSequence,
  type Step,
  stepCosts,
  waveExperts,
} from '../../workloads/inference/index.ts';

/** Of one token, at the mean context of the measured tokens. */
interface TokenWork {
  flops: number;
  /** Of one core alone. */
  coreSeconds: number;
  /** Weights and KV cache that cores read. */
  coreBytes: number;
}

export function tokenWork(options: DecodeOptions, kernels: CpuOptions['kernels']): TokenWork {
  const { model, kv, promptTokens, contextTokens, warmupTokens, routing } = options;
  const costs = stepCosts(model, kv);
  const generated = routing.tokens - promptTokens;
  const context = contextTokens + promptTokens + (warmupTokens + generated + 1) / 2;
  const moe = new Set(model.moeLayers);
  const served = servedExperts(options);
  let flops = 0;
  let coreSeconds = 0;
  let coreBytes = 0;
  const add = (step: Step, times = 1) => {
    flops += step.flops * times;
    coreSeconds += (step.flops * times) / kernelRate(kernels, step.name);
    coreBytes += step.bytes * times;
  };
  add(costs.head());
  for (let layer = 0; layer < model.layers; layer++) {
    add(costs.attention(layer, 1, context));
    if (!moe.has(layer)) add(costs.dense(layer, 1));
    else {
      add(costs.router(layer, 1));
      add(costs.shared(layer, 1));
      add(costs.expert(layer, 1), served);
    }
  }
  return { flops, coreSeconds, coreBytes };
}

/** Experts that a token uses at a layer: top-k, or their mean where cold ones are dropped. */
function servedExperts({ routing, dropped }: DecodeOptions): number {
  const { ids, topK, layers, experts } = routing;
  if (dropped === undefined) return topK;
  let served = 0;
  for (let i = 0; i < ids.length; i++)
    if (i % topK === 0 || dropped[(Math.floor(i / topK) % layers) * experts + ids[i]] === 0) served++;
  return served / Math.max(1, ids.length / topK);
}

/** The sequence of batches that a run will ask for; the same as the program's. */
export const sequenceOf = (options: DecodeOptions, catalogue: Catalogue): DemandSequence =>
  demandSequence({
    model: options.model,
    catalogue,
    routing: options.routing,
    dropped: options.dropped,
    promptTokens: options.promptTokens,
    wave: waveExperts(options.model, options.cacheBytes, options.scope),
  });

type ReplayedOptions = CacheOptions & Pick<DecodeOptions, 'warmupTokens' | 'batch' | 'prompt' | 'hitRatio'>;

/**
 * Replays everything through a policy, by the run's rules, and counts the requests of the measured tokens.
 * @param outcomes filled with 1 for each request that hits
 */
export function replayPolicy(
  policyName: string,
  catalogue: Catalogue,
  sequence: DemandSequence,
  options: ReplayedOptions,
  outcomes?: Uint8Array,
): ReplayCounts {
  const { ids, batchStart, prefillBatches } = sequence;
  if (options.hitRatio !== undefined) return expectedCounts(catalogue, sequence, options);
  const policy = createCache(policyName, catalogue, sequence, options);
  const prompt = batchStart[prefillBatches];
  const measured = measuredFrom(sequence, options.warmupTokens);
  const batches = options.batch === 'one' ? undefined : batchStart.subarray(0, -1);
  const trace = { ids, sizes: catalogue.bytes, batches };
  replay(policy, trace, { to: prompt, bypass: options.prompt === 'bypass', outcomes });
  replay(policy, trace, { from: prompt, to: measured, outcomes });
  return replay(policy, trace, { from: measured, outcomes });
}

/** What a given hit ratio leaves of the requests of the measured tokens, on average; parts of the trunk never hit. */
function expectedCounts(
  { expertObjects, bytes }: Catalogue,
  sequence: DemandSequence,
  { hitRatio = 0, warmupTokens }: ReplayedOptions,
): ReplayCounts {
  const counts = { requests: 0, hits: 0, misses: 0, bytesHit: 0, bytesMissed: 0, evictions: 0 };
  for (const id of sequence.ids.subarray(measuredFrom(sequence, warmupTokens))) {
    const hits = id < expertObjects ? hitRatio : 0;
    counts.requests++;
    counts.hits += hits;
    counts.misses += 1 - hits;
    counts.bytesHit += hits * bytes[id];
    counts.bytesMissed += (1 - hits) * bytes[id];
  }
  return counts;
}

/** The first request of the measured tokens. */
export const measuredFrom = (
  { batchStart, prefillBatches, batchesPerToken }: DemandSequence,
  warmupTokens: number,
): number => batchStart[prefillBatches + warmupTokens * batchesPerToken];
