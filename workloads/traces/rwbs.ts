/**
 * The block layer's RWBS letters, such as `R`, `RA`, `WS`, `FWFS`, `DS`, `N`, as an operation (kernel, fill_rwbs in
 * kernel/trace/blktrace.c: an optional leading F is a flush before the operation; the rest are flags).
 */
import { DISCARD, OTHER, READ, type TraceOperation, WRITE } from './block-trace.ts';

const R = 82;
const W = 87;
const D = 68;
const F = 70;

/** @param first, second character codes of the first two letters */
export function operationOf(first: number, second: number): TraceOperation {
  const letter = first === F ? second : first;
  if (letter === R) return READ;
  if (letter === W) return WRITE;
  return letter === D ? DISCARD : OTHER;
}

export const operationOfText = (letters: string): TraceOperation =>
  operationOf(letters.charCodeAt(0), letters.charCodeAt(1));
