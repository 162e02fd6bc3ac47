/**
 * Replays a sequence of requests through a cache policy and counts hits, misses and bytes.
 *
 * How requests are grouped changes the result as much as the policy does:
 * - `one`: each request is looked up, then promoted or inserted, before the next.
 * - `layer`: a batch (what one layer of one step asks for) is looked up as a whole first; then its requests are walked
 *   in order, a resident object promoted, an absent one inserted, and nothing of the batch is evicted meanwhile. A
 *   repeat within the batch has the outcome of the first and is billed once; it does promote, so objects end up in
 *   the order of their last request in the batch. This is the order of the engine BigMoeOnEdge: replayed so, an LRU of
 *   its size reproduces its own hit flag of every decode access; hits before misses, or the reverse, does not.
 */
import type { EvictionPolicy } from '../policies/index.ts';

export interface CacheTrace {
  /** Requested objects in order, ids 0 .. objects - 1. */
  readonly ids: Uint32Array;
  /** Bytes of each object; absent: every object counts 1. */
  readonly sizes?: Float64Array;
  /** Where each batch starts in `ids`, ascending from 0; absent: one request at a time. */
  readonly batches?: Uint32Array;
}

export interface ReplayCounts {
  requests: number;
  hits: number;
  misses: number;
  /** Bytes (objects, without sizes) found resident; a repeat within a batch is billed once. */
  bytesHit: number;
  /** Bytes (objects, without sizes) to be read. */
  bytesMissed: number;
  evictions: number;
}

export interface ReplayOptions {
  /** First and one past the last request to replay; on batch boundaries. Default: all. */
  readonly from?: number;
  readonly to?: number;
  /** Misses are read around the cache, so that a prompt does not evict the decode set. Hits promote as usual. */
  readonly bypass?: boolean;
  /** Filled with 1 for each request that hit, beside `ids`. */
  readonly outcomes?: Uint8Array;
  /** Told each object before it is inserted: whoever listens to evictions knows by it what made room for what. */
  readonly onAdmit?: (id: number) => void;
}

/** @throws RangeError if from or to lies within a batch */
export function replay(policy: EvictionPolicy, trace: CacheTrace, options: ReplayOptions = {}): ReplayCounts {
  const { from = 0, to = trace.ids.length } = options;
  const before = policy.evictions;
  const counts =
    trace.batches === undefined
      ? replayRequests(policy, trace, from, to, options)
      : replayBatches(policy, trace, trace.batches, from, to, options);
  counts.requests = to - from;
  counts.misses = counts.requests - counts.hits;
  counts.evictions = policy.evictions - before;
  return counts;
}

const noCounts = (): ReplayCounts => ({
  requests: 0,
  hits: 0,
  misses: 0,
  bytesHit: 0,
  bytesMissed: 0,
  evictions: 0,
});

function replayRequests(
  policy: EvictionPolicy,
  { ids, sizes }: CacheTrace,
  from: number,
  to: number,
  { bypass, outcomes, onAdmit }: ReplayOptions,
): ReplayCounts {
  const counts = noCounts();
  if (sizes === undefined && !bypass && outcomes === undefined && onAdmit === undefined) {
    counts.hits = policy.accessMany(ids, from, to);
    counts.bytesHit = counts.hits;
    counts.bytesMissed = to - from - counts.hits;
    return counts;
  }
  for (let i = from; i < to; i++) {
    const id = ids[i];
    const hit = policy.contains(id);
    request(policy, id, hit, bypass, onAdmit);
    bill(counts, hit, sizes === undefined ? 1 : sizes[id]);
    if (hit) counts.hits++;
    if (outcomes !== undefined) outcomes[i] = hit ? 1 : 0;
  }
  return counts;
}

function replayBatches(
  policy: EvictionPolicy,
  { ids, sizes }: CacheTrace,
  batches: Uint32Array,
  from: number,
  to: number,
  { bypass, outcomes, onAdmit }: ReplayOptions,
): ReplayCounts {
  const counts = noCounts();
  const first = batchAt(batches, from, ids.length);
  const last = batchAt(batches, to, ids.length);
  let longest = 0;
  const endOf = (batch: number) => (batch + 1 < batches.length ? batches[batch + 1] : ids.length);
  for (let b = first; b < last; b++) longest = Math.max(longest, endOf(b) - batches[b]);
  const hit = new Uint8Array(longest);
  const seen = new Int32Array(ids.reduce((most, id) => Math.max(most, id), 0) + 1).fill(-1);
  for (let b = first; b < last; b++) {
    const start = batches[b];
    const end = endOf(b);
    for (let i = start; i < end; i++) {
      hit[i - start] = policy.contains(ids[i]) ? 1 : 0;
      policy.protect(ids[i]);
    }
    for (let i = start; i < end; i++) {
      request(policy, ids[i], policy.contains(ids[i]), bypass, onAdmit);
      counts.hits += hit[i - start];
      if (outcomes !== undefined) outcomes[i] = hit[i - start];
    }
    for (let i = start; i < end; i++) {
      policy.unprotect(ids[i]);
      if (seen[ids[i]] === b) continue;
      seen[ids[i]] = b;
      bill(counts, hit[i - start] === 1, sizes === undefined ? 1 : sizes[ids[i]]);
    }
  }
  return counts;
}

function request(
  policy: EvictionPolicy,
  id: number,
  resident: boolean,
  bypass: boolean | undefined,
  onAdmit: ReplayOptions['onAdmit'],
): void {
  if (resident) policy.hit(id);
  else if (bypass) policy.skip(id);
  else {
    onAdmit?.(id);
    policy.admit(id);
  }
}

function bill(counts: ReplayCounts, hit: boolean, bytes: number): void {
  if (hit) counts.bytesHit += bytes;
  else counts.bytesMissed += bytes;
}

/** The batch that starts at request `position`, or their number if that is the end. */
function batchAt(batches: Uint32Array, position: number, requests: number): number {
  if (position === requests) return batches.length;
  const batch = batches.indexOf(position);
  if (batch < 0) throw new RangeError(`request ${position} lies within a batch; replay whole batches`);
  return batch;
}
