/**
 * Visits of a place as records of `width` words in one array, the instant of arrival in word `at` of each, ABSENT in that of
 * a record that is free.
 */
import type { Census } from '../sim/conservation.ts';
import { grown } from '../sim/grown.ts';
import type { Picoseconds } from '../sim/index.ts';

export const ABSENT = -1;

/** A longer copy with room for `count` visits. */
export function grownVisits(records: Float64Array, count: number, width: number, at: number): Float64Array {
  const longer = grown(records, width * count);
  for (let word = records.length + at; word < longer.length; word += width) longer[word] = ABSENT;
  return longer;
}

/** Holds what a census says against the visits that are there. @throws ConservationError */
export function auditVisits(
  census: Census,
  name: string,
  now: Picoseconds,
  records: Float64Array,
  width: number,
  at: number,
): void {
  let present = 0;
  let time = 0;
  for (let word = at; word < records.length; word += width) {
    if (records[word] === ABSENT) continue;
    present++;
    time += now - records[word];
  }
  census.audit(name, now, present, time);
}
