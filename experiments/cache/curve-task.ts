/**
 * The miss-ratio curve of one policy over one trace, what a worker thread does for `nvmoe cache --curve`.
 *
 * LRU, in one cache for all layers and with the prompt inserted: exact at every capacity, from the depths of the LRU stack, in one pass. Under the
 * batch rule the depths are those at the start of the batch. Capacities begin where every batch and object fits.
 *
 * Other policies: replayed at each capacity of a grid, small traces as they are, large ones in miniature: a cache of a
 * P-th of the capacity sees only the objects whose hash falls in one of P parts (Waldspurger, Saemundsson, Ahmad, Park,
 * "Cache modeling and optimization using miniature simulations", USENIX ATC 2017). Misses are divided by the requests
 * expected in a part, not those found in it, which takes most of the hot objects' luck out (SHARDS-adj: Waldspurger,
 * Park, Garthwaite, Ahmad, "Efficient MRC construction with SHARDS", FAST 2015). Several parts are replayed apart; their
 * mean is the estimate and their spread its standard error, which does not see what a very small cache does otherwise
 * than a large one: trust capacities that leave a part some hundred objects.
 */
import { LruStack } from '../../workloads/stack-distances.ts';
import type { Unit } from './capacity.ts';
import replayTask, { type ReplayTask } from './replay-task.ts';
import type { CacheRequests } from './requests.ts';

export interface CurveTask extends Omit<ReplayTask, 'capacity'> {
  /** Capacities of the grid, ascending. */
  readonly grid: readonly number[];
  /** Share of the objects in a part, above 0 to 1 (exact); absent: by the trace's size. */
  readonly sample?: number;
}

/** [capacity, miss ratio, standard error]; error 0: exact. */
export type CurvePoint = readonly [capacity: number, missRatio: number, error: number];

/** Requests of the sampled parts together, and objects of a part, that keep the estimate sound. */
const SAMPLED_REQUESTS = 4e6;
const SAMPLED_OBJECTS = 500;
/** Parts that are replayed, and the fewest into which a trace is worth dividing. */
const SAMPLES = 4;
const FEWEST_PARTS = 2 * SAMPLES;

export default function curveTask(task: CurveTask): CurvePoint[] {
  if (task.policy === 'lru' && task.scope === 'global' && task.prompt === 'insert') return lruCurve(task);
  const parts = partsOf(task);
  const samples = Math.min(parts, SAMPLES);
  const expected = task.requests.ids.length / parts;
  const missRatios = Array.from({ length: samples }, (_, sample) => {
    const requests = parts === 1 ? task.requests : sampleOf(task.requests, parts, sample);
    return task.grid.map((capacity) => {
      const small = Math.max(1, Math.round(capacity / parts));
      return Math.min(1, replayTask({ ...task, requests, capacity: small }).all.misses / expected);
    });
  });
  return task.grid.map((capacity, i) => {
    const own = missRatios.map((ratios) => ratios[i]);
    const mean = own.reduce((sum, ratio) => sum + ratio, 0) / samples;
    const variance = own.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0) / Math.max(1, samples - 1);
    return [capacity, mean, Math.sqrt(variance / samples)];
  });
}

/** Every capacity at which LRU's miss ratio changes, with the ratio from there on. */
function lruCurve({ requests, unit, batch }: CurveTask): CurvePoint[] {
  const { ids, objects } = requests;
  const sizes = unit === 'byte' ? requests.sizes : undefined;
  const stack = new LruStack(objects, sizes);
  const depths = new Float64Array(ids.length);
  const starts = batch === 'layer' ? requests.batches! : undefined;
  let smallest = sizes === undefined ? 1 : sizes.reduce((most, size) => Math.max(most, size), 0);
  if (starts === undefined) {
    for (let i = 0; i < ids.length; i++) {
      depths[i] = stack.depthOf(ids[i]);
      stack.touch(ids[i]);
    }
  } else {
    starts.forEach((start, b) => {
      const batchIds = ids.subarray(start, starts[b + 1] ?? ids.length);
      let bytes = 0;
      for (const id of new Set(batchIds)) bytes += sizes === undefined ? 1 : sizes[id];
      smallest = Math.max(smallest, bytes);
      batchIds.forEach((id, i) => {
        depths[start + i] = stack.depthOf(id);
      });
      for (const id of batchIds) stack.touch(id);
    });
  }
  return stepsOf(depths.sort(), smallest);
}

function stepsOf(depths: Float64Array, smallest: number): CurvePoint[] {
  const points: CurvePoint[] = [];
  let hits = 0;
  while (hits < depths.length && depths[hits] <= smallest) hits++;
  points.push([smallest, 1 - hits / depths.length, 0]);
  while (hits < depths.length && depths[hits] !== Number.POSITIVE_INFINITY) {
    const capacity = depths[hits];
    while (depths[hits] === capacity) hits++;
    points.push([capacity, 1 - hits / depths.length, 0]);
  }
  return points;
}

/** Into how many parts the objects are divided; 1: the trace is replayed as it is. Parts do not keep phases. */
function partsOf({ requests: { ids, distinct }, sample, prompt }: CurveTask): number {
  if (prompt === 'bypass') return 1;
  if (sample !== undefined) return Math.round(1 / sample);
  const parts = Math.min(
    Math.floor(distinct / SAMPLED_OBJECTS),
    Math.ceil((SAMPLES * ids.length) / SAMPLED_REQUESTS),
  );
  return parts < FEWEST_PARTS ? 1 : parts;
}

/** The requests of one part's objects; batches keep what is left of them. */
function sampleOf(requests: CacheRequests, parts: number, part: number): CacheRequests {
  const { ids, batches } = requests;
  const kept = new Uint32Array(ids.length);
  const starts: number[] = [];
  let count = 0;
  let batch = 0;
  for (let i = 0; i < ids.length; i++) {
    if (batches !== undefined && batches[batch] === i) {
      if (starts.at(-1) !== count) starts.push(count);
      batch++;
    }
    if (hash(ids[i]) % parts === part) kept[count++] = ids[i];
  }
  if (starts.at(-1) === count) starts.pop();
  return {
    ...requests,
    ids: kept.subarray(0, count),
    batches: batches && Uint32Array.from(starts),
    segments: undefined,
  };
}

/** The finalizer of MurmurHash3 (Appleby): every bit of the id reaches every bit of the hash. */
function hash(id: number): number {
  let h = id ^ (id >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Shares of everything requested, in percent, at which every curve has a point. */
export const SHARES = [1, 2, 5, 10, 20, 40, 80];

/** Capacities from a thousandth of everything requested to all of it, in equal steps of the logarithm, and SHARES. */
export function capacityGrid(all: number, unit: Unit, largest: number): number[] {
  const least = unit === 'object' ? 1 : largest;
  const steps = 32;
  const parts = Array.from({ length: steps + 1 }, (_, i) => 1000 ** (i / steps - 1));
  parts.push(...SHARES.map((percent) => percent / 100));
  const grid = new Set(parts.map((part) => Math.max(least, Math.floor(all * part))));
  return [...grid].sort((a, b) => a - b);
}
