/**
 * One account of the host's memory: limit = trunk + KV cache + expert cache + page cache + system + free. With O_DIRECT
 * the page cache's share is 0, and what the expert cache is not given stays free. A mapped program has the page cache
 * only: all that is left, up to the model's file; its trunk is what is locked (mlock).
 */
import { PAGE_BYTES } from '../devices/index.ts';
import { attentionOf, cacheBytes as kvCacheBytes, type Model } from '../workloads/models/index.ts';
import { InputError } from './errors.ts';
import type { Experiment } from './experiment.ts';
import type { Memory } from './result.ts';

/** Bytes of the KV cache at the end of the run, the longest context. */
export function kvBytesOf(experiment: Experiment, model: Model): number {
  const { prompt, generate, context } = experiment.workload;
  const { kv, kvType } = experiment.model;
  let bytes = 0;
  for (let layer = 0; layer < model.layers; layer++)
    bytes += kvCacheBytes(attentionOf(model.architecture, layer), prompt + generate + context, kv, kvType);
  return Math.ceil(bytes);
}

/** @throws InputError when the parts exceed the limit, with all of them */
export function memoryAccount(experiment: Experiment, model: Model, trunkBytes: number): Memory {
  const limitBytes = experiment.memory.limit ?? experiment.host.memory.capacity;
  if (limitBytes > experiment.host.memory.capacity) {
    throw new InputError(
      `found ${gib(limitBytes)}; allowed is up to the host's memory, ${gib(experiment.host.memory.capacity)}`,
      ['memory', 'limit'],
    );
  }
  const systemBytes = experiment.memory.system;
  const kvBytes = kvBytesOf(experiment, model);
  const left = limitBytes - systemBytes - trunkBytes - kvBytes;
  const parts = `system ${gib(systemBytes)}, pinned trunk ${gib(trunkBytes)}, KV cache ${gib(kvBytes)}`;
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
  const account = { limitBytes, trunkBytes, kvBytes, systemBytes };
  if (experiment.execution === 'mmap') {
    const wholePages = Math.ceil(model.fileBytes / PAGE_BYTES) * PAGE_BYTES;
    const pageCacheBytes = Math.min(left, wholePages - trunkBytes);
    const freeBytes = left - pageCacheBytes;
    return { ...account, expertCacheBytes: 0, pageCacheBytes, freeBytes, lockedBytes: trunkBytes };
  }
  const expertCacheBytes = asked ?? left;
  return { ...account, expertCacheBytes, pageCacheBytes: 0, freeBytes: left - expertCacheBytes };
}

export const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;
