/** What is known before anything is simulated: the model, its routing, the memory account, and the warnings. */
import { createPrefetcher } from '../../policies/index.ts';
import type { Simulation } from '../../sim/index.ts';
import { modelOfFiles } from '../../workloads/formats/index.ts';
import {
  buildCatalogue,
  type Catalogue,
  type DecodeOptions,
  type Given,
  storeBytes,
} from '../../workloads/inference/index.ts';
import { buildModel, type Model } from '../../workloads/models/index.ts';
import { type ArrayLimits, arrayLimits } from '../drive-limits.ts';
import { arrayCapacity } from '../drives.ts';
import { asInputError, InputError } from '../errors.ts';
import type { Experiment } from '../experiment.ts';
import { gpuOf } from '../gpu.ts';
import { gib, kvDemand, memoryAccount } from '../memory.ts';
import type { Memory } from '../result.ts';
import { lossyRouting } from './lossy-of.ts';
import { placedModel } from './placed-model.ts';
import { requestsOf, routingOf, streamOf } from './requests-of.ts';

export interface Prepared {
  readonly model: Model;
  readonly catalogue: Catalogue;
  readonly memory: Memory;
  readonly drives: ArrayLimits;
  readonly warnings: readonly string[];
  /** What the lossy options did; empty: the run is exact. */
  readonly lossy: readonly string[];
  readonly decode: DecodeOptions;
}

export function prepare(experiment: Experiment, sim: Simulation): Prepared {
  const { model: wanted, workload, cache, execution, compute, host, software } = experiment;
  const { limits, warnings } = arrayLimits(experiment);
  const listed = asInputError(['model'], () =>
    wanted.headers
      ? modelOfFiles(wanted.architecture, wanted.headers)
      : buildModel(wanted.architecture, wanted.quantisation, wanted.layout),
  );
  checkCapacity(experiment, listed);
  const first = buildCatalogue(listed, experiment.memory.pin, experiment.memory.map);
  const memory = memoryAccount(experiment, listed, first);
  const requests = requestsOf(experiment, sim);
  const exact = routingOf(experiment, listed, requests, sim);
  const lossy = lossyRouting(experiment, listed, exact, expertBytesOf(memory), sim);
  const model = placedModel(experiment, listed, lossy.routing);
  const catalogue =
    model === listed ? first : buildCatalogue(model, experiment.memory.pin, experiment.memory.map);
  const decode: DecodeOptions = {
    model,
    kv: { choice: wanted.kv, type: wanted.kvType },
    routing: lossy.routing,
    dropped: lossy.dropped,
    requests,
    promptTokens: workload.prompt,
    continuous: workload.arrivals && {
      maxBatch: workload.arrivals.maxBatch,
      warmupRequests: workload.arrivals.warmup,
    },
    chunk: workload.chunk,
    draftTime: workload.speculation?.cost,
    contextTokens: workload.context,
    warmupTokens: workload.warmup,
    pin: experiment.memory.pin,
    map: experiment.memory.map,
    // The bounds of a mapped program are those of an exact LRU of what the page cache can hold.
    policy: execution === 'mmap' ? 'lru' : cache.policy,
    given: givenOf(experiment),
    cacheBytes: execution === 'mmap' ? memory.pageCacheBytes : expertBytesOf(memory),
    scope: execution === 'mmap' ? 'global' : cache.scope,
    batch: cache.batch,
    prompt: cache.prompt,
    execution: execution === 'synchronous' ? 'synchronous' : 'overlapped',
    threads: Math.min(compute.threads ?? host.cores, host.cores),
    software: { ...software, perLayer: software.perLayer + (gpuOf(experiment)?.syncPerLayer ?? 0) },
    random: sim.random('cache'),
    ...prefetchOf(experiment, sim),
  };
  return { model, catalogue, memory, drives: limits, warnings, lossy: lossy.options, decode };
}

/** Of all tiers of experts. */
export const expertBytesOf = ({ expertCacheBytes, gpu }: Memory): number =>
  expertCacheBytes + (gpu?.expertCacheBytes ?? 0);

/** Cache outcomes that were measured; undefined where policy and capacity decide. */
export function givenOf({ cache, bytesRead }: Experiment): Given | undefined {
  return cache.hitRatio === undefined && bytesRead === undefined
    ? undefined
    : { hitRatio: cache.hitRatio, bytesRead };
}

function checkCapacity(experiment: Experiment, model: Model): void {
  const { storage } = experiment;
  const capacity = arrayCapacity(storage);
  const { kv, kvType } = experiment.model;
  const { running: requests, tokens } = kvDemand(experiment);
  const choice = { choice: kv, type: kvType };
  const kvBytes = experiment.memory.kv === 'drives' ? storeBytes({ model, kv: choice, requests, tokens }) : 0;
  // A block more, where the caches begin.
  if (model.fileBytes + kvBytes + (kvBytes && 4096) <= capacity) return;
  const found = storage.kinds.map(({ count, device }) => `${count} x ${gib(device.capacity)}`).join(' + ');
  const whole = storage.kinds.reduce((sum, { count, device }) => sum + count * device.capacity, 0);
  const usable = capacity < whole ? `, of which the layout uses ${gib(capacity)}` : '';
  throw new InputError(
    `found ${found}${usable}; the model's file has ${gib(model.fileBytes)}${kvBytes > 0 ? `, the KV cache ${gib(kvBytes)}` : ''}; use more or larger drives`,
    [...storage.kinds[0].path, 'count'],
  );
}

function prefetchOf({ prefetch, model }: Experiment, sim: Simulation): Partial<DecodeOptions> {
  if (prefetch.policy === 'none') return {};
  const spec =
    prefetch.policy === 'certain'
      ? { ...prefetch, layers: prefetch.layers ?? hashLayers(model.architecture) }
      : prefetch;
  return {
    nextLayerParts: true,
    predictionCost: 'cpuCost' in prefetch ? prefetch.cpuCost : 0,
    prefetcher: (truth, request) => createPrefetcher(spec, truth, sim.random(streamOf('prefetch', request))),
    prefetchRules: prefetch,
  };
}

function hashLayers({ name, experts }: Experiment['model']['architecture']): number {
  if (experts?.hashLayers) return experts.hashLayers;
  throw new InputError(`found none: ${name} has no layers that route by the token's id; give layers`, [
    'prefetch',
    'layers',
  ]);
}
