/**
 * What decoding a token asks of the machine, in closed form where possible: FLOPs and bytes from the model's steps at
 * the mean shape of the measured passes, misses from replaying the demand sequence through the policy (hits do not depend
 * on timing as long as nothing is prefetched).
 */

import { type CpuOptions, kernelRate } from '../../devices/index.ts';
import { type ReplayCounts, replay } from '../../workloads/cache-replay.ts';
import { type CacheOptions, createCache } from '../../workloads/inference/create-cache.ts';
import {
  type Catalogue,
  type DecodeOptions,
  type DemandSequence,
  type Given,
  givenHits,
  type Step,
  stepCosts,
} from '../../workloads/inference/index.ts';
import type { Pass, Rows } from '../../workloads/inference/scheduler.ts';

/** Means over passes. */
export interface PassMeans {
  readonly groups: number;
  readonly rows: number;
  readonly heads: number;
  readonly gives: number;
  /** Of a group. */
  readonly context: number;
  /** Experts asked for at a MoE layer, and rows that they serve. */
  readonly experts: number;
  readonly expertRows: number;
}

/** @param passes those that are measured @param sequence of the whole run */
export function passMeans(
  options: DecodeOptions,
  passes: readonly Pass[],
  sequence: DemandSequence,
): PassMeans {
  const { model } = options;
  const mean = (of: (pass: Pass) => number) =>
    passes.reduce((sum, pass) => sum + of(pass), 0) / passes.length;
  const routed = model.moeLayers.length * model.experts;
  let experts = 0;
  let expertRows = 0;
  for (let i = measuredFrom(sequence); i < sequence.ids.length; i++) {
    if (sequence.ids[i] >= routed) continue;
    experts++;
    expertRows += sequence.rows[i];
  }
  const visits = Math.max(1, passes.length * model.moeLayers.length);
  const groups = mean(({ groups: all }) => all.length);
  const contexts = mean(({ groups: all }) =>
    all.reduce((sum, { context, count }: Rows) => sum + context - (count - 1) / 2, 0),
  );
  return {
    groups,
    rows: mean(({ rows }) => rows),
    heads: mean(({ heads }) => heads),
    gives: mean(({ gives }) => gives),
    context: contexts / groups,
    experts: experts / visits,
    expertRows: expertRows / visits,
  };
}

/** Of one token, in passes of a shape. */
interface TokenWork {
  flops: number;
  /** Of one core alone. */
  coreSeconds: number;
  /** Weights and KV cache that cores read. */
  coreBytes: number;
}

export function tokenWork(
  { model, kv }: DecodeOptions,
  kernels: CpuOptions['kernels'],
  { groups, rows, heads, gives, context, experts, expertRows }: PassMeans,
): TokenWork {
  const costs = stepCosts(model, kv);
  const moe = new Set(model.moeLayers);
  let flops = 0;
  let coreSeconds = 0;
  let coreBytes = 0;
  const add = (step: Step, times = rows, reads = 1) => {
    flops += step.flops * times;
    coreSeconds += (step.flops * times) / kernelRate(kernels, step.name);
    coreBytes += step.bytes * reads;
  };
  add(costs.head(1), heads);
  for (let layer = 0; layer < model.layers; layer++) {
    const weights = costs.attention(layer, []).bytes;
    const one = costs.attention(layer, [{ count: 1, context }]);
    add({ ...one, bytes: weights + (one.bytes - weights) * groups });
    if (!moe.has(layer)) add(costs.dense(layer, 1));
    else {
      add(costs.router(layer, 1));
      add(costs.shared(layer, 1));
      add(costs.expert(layer, 1), expertRows, experts);
    }
  }
  return { flops: flops / gives, coreSeconds: coreSeconds / gives, coreBytes: coreBytes / gives };
}

type ReplayedOptions = CacheOptions & Pick<DecodeOptions, 'batch' | 'prompt' | 'given'>;

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
  if (options.given) return expectedCounts(catalogue, sequence, options.given);
  const policy = createCache(policyName, catalogue, sequence, options);
  const prompt = batchStart[prefillBatches];
  const measured = measuredFrom(sequence);
  const batches = options.batch === 'one' ? undefined : batchStart.subarray(0, -1);
  const trace = { ids, sizes: catalogue.bytes, batches };
  replay(policy, trace, { to: prompt, bypass: options.prompt === 'bypass', outcomes });
  replay(policy, trace, { from: prompt, to: measured, outcomes });
  return replay(policy, trace, { from: measured, outcomes });
}

/** What given outcomes leave of the requests of the measured tokens, on average; parts of the trunk never hit. */
function expectedCounts(catalogue: Catalogue, sequence: DemandSequence, given: Given): ReplayCounts {
  const { expertObjects, bytes } = catalogue;
  const { ids } = sequence;
  const hit = given.bytesRead && givenHits(given, catalogue, sequence, () => 0.5);
  const counts = { requests: 0, hits: 0, misses: 0, bytesHit: 0, bytesMissed: 0, evictions: 0 };
  for (let i = measuredFrom(sequence); i < ids.length; i++) {
    const id = ids[i];
    const hits = hit ? Number(hit(i, id)) : id < expertObjects ? given.hitRatio! : 0;
    counts.requests++;
    counts.hits += hits;
    counts.misses += 1 - hits;
    counts.bytesHit += hits * bytes[id];
    counts.bytesMissed += (1 - hits) * bytes[id];
  }
  return counts;
}

/** The first request of the measured passes. */
export const measuredFrom = ({ batchStart, measuredBatch }: DemandSequence): number =>
  batchStart[measuredBatch];
