/**
 * What the inference program spends beside matrix work and waiting: scheduling, synchronisation, allocating and copying.
 * It stands on the program's path and overlaps with reads in flight, not with its own computation:
 *
 *   pass       perToken + layers x perLayer                       a prompt or a decoded token; layers without experts too
 *   an object  perRead + bytes x perByte                          asked for and not resident: read, or joined in flight
 *
 * The last is charged when the object has landed, before it is used. What was read ahead in time costs nothing here.
 * BigMoeOnEdge's own counter (mgmt_ms of its metrics, Qwen3-30B) is linear in the bytes read: 0.120 ns/B and 1 ms a token.
 */
import type { Picoseconds } from '../../sim/index.ts';

export interface SoftwareCosts {
  /** ps per byte. */
  readonly perByte: number;
  readonly perRead: Picoseconds;
  readonly perLayer: Picoseconds;
  readonly perToken: Picoseconds;
}

export const NO_SOFTWARE_COSTS: SoftwareCosts = { perByte: 0, perRead: 0, perLayer: 0, perToken: 0 };

/** Time of a decoded token that takes in so many objects and bytes, ps. */
export const softwareTime = (costs: SoftwareCosts, layers: number, objects: number, bytes: number): number =>
  costs.perToken + layers * costs.perLayer + objects * costs.perRead + bytes * costs.perByte;
