/**
 * One account of the host's memory: limit = trunk + KV cache + draft model + expert cache + page cache + system +
 * free. The trunk is what is pinned. The page cache has what the others leave, up to what is read through it: nothing with O_DIRECT, but for
 * the parts that are mapped; the file with buffered reads; the file and no expert cache with a mapped program, whose
 * trunk is what it locks (mlock). When memory is short on the whole machine, the kernel keeps its low watermark free.
 */
import { PAGE_BYTES } from '../devices/index.ts';
import { type Catalogue, largestLayer } from '../workloads/inference/index.ts';
import {
  attentionOf,
  type Extent,
  cacheBytes as kvCacheBytes,
  type Model,
} from '../workloads/models/index.ts';
import { InputError } from './errors.ts';
import type { Experiment } from './experiment.ts';
import { gpuAccount } from './gpu.ts';
import { watermarksFor, windowOf } from './mapped.ts';
import type { Memory } from './result.ts';

/** Requests that run at a time, and the most tokens of one. */
export function kvDemand({ workload }: Experiment) {
  const { batch, prompt, generate, context, arrivals } = workload;
  const running = arrivals ? Math.min(arrivals.maxBatch, arrivals.requests) : batch;
  return { running, tokens: context + prompt + generate };
}

/** In memory, bytes of the KV caches of the requests that run at a time, at their end: the longest context; on the drives, buffers for a layer. */
export function kvBytesOf(experiment: Experiment, model: Model): number {
  const { running, tokens } = kvDemand(experiment);
  const { kv, kvType } = experiment.model;
  if (experiment.memory.kv === 'drives')
    return running * largestLayer(model, { choice: kv, type: kvType }, tokens);
  let bytes = 0;
  for (let layer = 0; layer < model.layers; layer++)
    bytes += kvCacheBytes(attentionOf(model.architecture, layer), tokens, kv, kvType);
  return Math.ceil(running * bytes);
}

/** Bytes of the pages that extents touch, and of a read-ahead window at either end, which is read with them. */
function pagesOf(extents: readonly Extent[], window: number): number {
  const pages = (bytes: number) => Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
  return extents.reduce((sum, { bytes }) => sum + pages(bytes) + PAGE_BYTES + 2 * window, 0);
}

/**
 * @param trunk what is pinned, and what is mapped
 * @throws InputError when the parts exceed the limit, with all of them
 */
export function memoryAccount(
  experiment: Experiment,
  model: Model,
  { pinnedBytes: pinned, mapped }: Pick<Catalogue, 'pinnedBytes' | 'mapped'>,
): Memory {
  const limitBytes = experiment.memory.limit ?? experiment.host.memory.capacity;
  if (limitBytes > experiment.host.memory.capacity) {
    throw new InputError(
      `found ${gib(limitBytes)}; allowed is up to the host's memory, ${gib(experiment.host.memory.capacity)}`,
      ['memory', 'limit'],
    );
  }
  const systemBytes = experiment.memory.system;
  const gpu = gpuAccount(experiment, pinned, kvBytesOf(experiment, model));
  const pinnedBytes = gpu ? 0 : pinned;
  const kvBytes = gpu ? 0 : kvBytesOf(experiment, model);
  const draftBytes = experiment.workload.speculation?.memory ?? 0;
  const reserve = (watermarksFor(experiment)?.low ?? 0) * PAGE_BYTES;
  const left = limitBytes - systemBytes - pinnedBytes - kvBytes - draftBytes - reserve;
  const draft = draftBytes > 0 ? `, draft model ${gib(draftBytes)}` : '';
  const kept = reserve > 0 ? `, kept free ${gib(reserve)}` : '';
  const parts = `system ${gib(systemBytes)}, pinned trunk ${gib(pinnedBytes)}, KV cache ${gib(kvBytes)}${draft}${kept}`;
  if (left < 0) {
    throw new InputError(
      `found a limit of ${gib(limitBytes)} that is ${gib(-left)} short of what must fit: ${parts}; ` +
        'raise memory.limit or pin less',
      ['memory'],
    );
  }
  const asked = experiment.cache.capacity;
  if (asked !== undefined && asked > left) {
    throw new InputError(
      `found ${gib(asked)}; allowed is up to the ${gib(left)} that memory.limit (${gib(limitBytes)}) leaves: ${parts}`,
      ['cache', 'capacity'],
    );
  }
  const { execution, io } = experiment;
  const all = execution === 'mmap';
  // What the page cache could hold: the file, or the mapped parts.
  const fileBytes = Math.ceil(model.fileBytes / PAGE_BYTES) * PAGE_BYTES;
  const window = mapped.length > 0 ? windowOf(experiment) : 0;
  const cacheable = all || !io.direct ? fileBytes : Math.min(fileBytes, pagesOf(mapped, window));
  const expertCacheBytes = all ? 0 : (asked ?? Math.max(0, left - cacheable));
  const locked = all ? pinnedBytes : 0;
  const pageCacheBytes = Math.min(left - expertCacheBytes, cacheable - locked);
  return {
    limitBytes,
    trunkBytes: pinnedBytes,
    kvBytes,
    ...(draftBytes > 0 ? { draftBytes } : {}),
    expertCacheBytes,
    pageCacheBytes,
    systemBytes,
    freeBytes: reserve + left - expertCacheBytes - pageCacheBytes,
    ...(gpu ? { gpu } : {}),
    ...(all ? { lockedBytes: locked } : {}),
  };
}

export const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;
