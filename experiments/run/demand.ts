/**
 * What decoding a token asks of the machine, in closed form where possible: FLOPs and bytes from the model's steps at
 * the mean context of the measured tokens, misses from replaying the demand sequence through the policy (hits do not
 * depend on timing as long as nothing is prefetched).
 */

import { createPolicy, futureOf } from '../../policies/index.ts';
import { type ReplayCounts, replay } from '../../workloads/cache-replay.ts';
import {
  type Catalogue,
  type DecodeOptions,
  type DemandSequence,
  demandSequence,
  stepCosts,
  waveExperts,
} from '../../workloads/inference/index.ts';

/** FLOPs and bytes read by cores for one token, at the mean context of the measured tokens. */
export function tokenWork({ model, kv, promptTokens, contextTokens, warmupTokens, routing }: DecodeOptions): {
  flops: number;
  coreBytes: number;
} {
  const costs = stepCosts(model, kv);
  const generated = routing.tokens - promptTokens;
  const context = contextTokens + promptTokens + (warmupTokens + generated + 1) / 2;
  const moe = new Set(model.moeLayers);
  let flops = costs.head().flops;
  let coreBytes = costs.head().bytes;
  const add = (step: { flops: number; bytes: number }, times = 1) => {
    flops += step.flops * times;
    coreBytes += step.bytes * times;
  };
  for (let layer = 0; layer < model.layers; layer++) {
    add(costs.attention(layer, 1, context));
    if (!moe.has(layer)) add(costs.dense(layer, 1));
    else {
      add(costs.router(layer, 1));
      add(costs.shared(layer, 1));
      add(costs.expert(layer, 1), model.topK);
    }
  }
  return { flops, coreBytes };
}

/** The sequence of batches that a run will ask for; the same as the program's. */
export const sequenceOf = (options: DecodeOptions, catalogue: Catalogue): DemandSequence =>
  demandSequence({
    model: options.model,
    catalogue,
    routing: options.routing,
    promptTokens: options.promptTokens,
    wave: waveExperts(options.model, options.cacheBytes),
  });

/** Replays everything through a policy and counts the requests of the measured tokens. */
export function replayPolicy(
  policyName: string,
  catalogue: Catalogue,
  sequence: DemandSequence,
  options: Pick<DecodeOptions, 'cacheBytes' | 'warmupTokens' | 'random'>,
): ReplayCounts {
  const { ids, batchStart, prefillBatches, batchesPerToken } = sequence;
  const sizes = catalogue.bytes;
  const policy = createPolicy(policyName, {
    capacity: options.cacheBytes,
    objects: catalogue.objects,
    sizes,
    layers: catalogue.layerOf,
    future: futureOf(ids, catalogue.objects),
    random: options.random,
  });
  const measured = batchStart[prefillBatches + options.warmupTokens * batchesPerToken];
  const trace = { ids, sizes, batches: batchStart.subarray(0, -1) };
  replay(policy, trace, { to: measured });
  return replay(policy, trace, { from: measured });
}
