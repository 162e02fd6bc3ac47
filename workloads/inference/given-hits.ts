/**
 * Cache outcomes that a run is given instead of keeping objects, for a machine whose hits were measured and whose routing
 * was not recorded. Experts only; parts of the trunk that are not pinned always miss, and so does the prompt where bytes
 * are given.
 *
 * - a hit ratio: each request hits with this probability, independently;
 * - bytes read by each generated token: requests of the token are dealt in random order, misses until the sum of their
 *   sizes is nearest to the given bytes, hits from there on.
 */
import type { Catalogue } from './catalogue.ts';
import type { DemandSequence } from './demand-sequence.ts';

export interface Given {
  readonly hitRatio?: number;
  /** By generated token. */
  readonly bytesRead?: ArrayLike<number>;
}

/** Whether the request at a place of the demand sequence hits; asked for once each, in order. */
export type GivenHits = (request: number, id: number) => boolean;

export function givenHits(
  { hitRatio = 0, bytesRead }: Given,
  catalogue: Catalogue,
  sequence: DemandSequence,
  random: () => number,
): GivenHits {
  if (!bytesRead) return (_, id) => id < catalogue.expertObjects && random() < hitRatio;
  const hits = hitsByBytes(bytesRead, catalogue, sequence, random);
  return (request) => hits[request] === 1;
}

/** 1 for each request of the sequence that hits; a pass after the prompt generates one token. */
function hitsByBytes(
  bytesRead: ArrayLike<number>,
  { bytes, expertObjects }: Catalogue,
  { ids, batchStart, prefillBatches }: DemandSequence,
  random: () => number,
): Uint8Array {
  const hits = new Uint8Array(ids.length);
  const batchesPerToken = (batchStart.length - 1 - prefillBatches) / bytesRead.length;
  for (let token = 0; token < bytesRead.length; token++) {
    const first = prefillBatches + token * batchesPerToken;
    const order: number[] = [];
    for (let i = batchStart[first]; i < batchStart[first + batchesPerToken]; i++)
      if (ids[i] < expertObjects) order.push(i);
    let left = bytesRead[token];
    for (let n = order.length; n > 0; n--) {
      const drawn = Math.floor(random() * n);
      const request = order[drawn];
      order[drawn] = order[n - 1];
      const size = bytes[ids[request]];
      if (left < size / 2) hits[request] = 1;
      else left -= size;
    }
  }
  return hits;
}
