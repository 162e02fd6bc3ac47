/**
 * Static allocation: which plane holds a logical page. An order such as CWDP names what consecutive pages go round first:
 * C channels, W ways (chips of a channel), D dies, P planes. In CWDP
 *
 *   channel = lpa % C, chip = (lpa / C) % W, die = (lpa / (C W)) % D, plane = (lpa / (C W D)) % P
 *
 * Source: A. Tavakkol et al., MQSim (FAST 2018), plane allocation schemes.
 */
import type { FlashGeometry } from './geometry.ts';
import { planeCount } from './geometry.ts';

/** The four letters C, W, D, P, each once, the one that varies fastest first. */
export type AllocationOrder = string;

/** The plane (see geometry) of each of the pages 0 to planes - 1 of a stripe. Throws RangeError for no such order. */
export function stripePlanes(order: AllocationOrder, geometry: FlashGeometry): Int32Array {
  if ([...order].sort().join('') !== 'CDPW') {
    throw new RangeError(`allocation order ${order}: the letters C, W, D and P, each once, are needed`);
  }
  const { channels, chips, dies, planes } = geometry;
  const counts: Record<string, number> = { C: channels, W: chips, D: dies, P: planes };
  const strides: Record<string, number> = { C: chips * dies * planes, W: dies * planes, D: planes, P: 1 };
  return Int32Array.from({ length: planeCount(geometry) }, (_, place) => {
    let plane = 0;
    let rest = place;
    for (const letter of order) {
      plane += (rest % counts[letter]) * strides[letter];
      rest = Math.floor(rest / counts[letter]);
    }
    return plane;
  });
}
