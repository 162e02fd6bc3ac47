/**
 * How large a cache is: `5%` of what the trace requests, `1484` objects (bytes with --unit byte), `4000 MiB`.
 *
 * N% = floor(N / 100 x distinct objects), or of their summed bytes.
 */
import { InputError } from '../errors.ts';
import { parseQuantity, QuantityError } from '../quantities.ts';
import type { CacheRequests } from './requests.ts';

export type Unit = 'object' | 'byte';

export interface Capacity {
  /** As written. */
  readonly asked: string;
  readonly unit: Unit;
  /** Objects or bytes. */
  readonly capacity: number;
}

export interface CapacityRules {
  /** --unit; absent: bytes for a quantity of bytes, else objects. */
  readonly unit?: Unit;
  /** --catalogue: objects there are, where the trace lacks some. */
  readonly catalogue?: number;
}

const NO_SIZES = 'this trace has no sizes; allowed are a number of objects or N%; use a trace with bytes';

/** @throws InputError */
export function parseCapacity(text: string, requests: CacheRequests, rules: CapacityRules): Capacity {
  const asked = text.trim();
  const refuse = (reason: string): never => {
    throw new InputError(`--capacity ${asked}: ${reason}`);
  };
  const plain = /^\d+(\.\d+)?(%?)$/.exec(asked.replace(/\s+%$/, '%'));
  const unit = rules.unit ?? (plain ? 'object' : 'byte');
  if (!plain) {
    if (unit === 'object')
      refuse('a quantity of bytes with --unit object; allowed are objects, or --unit byte');
    const capacity = bytes(asked, refuse);
    if (!requests.sizes) refuse(NO_SIZES);
    return { asked, unit, capacity };
  }
  if (unit === 'byte' && !requests.sizes) refuse(NO_SIZES);
  const number = Number.parseFloat(asked);
  const capacity = plain[2] ? Math.floor((number / 100) * whole(requests, unit, rules.catalogue)) : number;
  if (!Number.isInteger(capacity)) refuse('allowed is a whole number, N%, or bytes such as 4000 MiB');
  return { asked, unit, capacity };
}

function bytes(asked: string, refuse: (reason: string) => never): number {
  try {
    const value = parseQuantity(asked, 'bytes');
    return value >= 0 ? value : refuse('allowed is 0 or more');
  } catch (error) {
    if (error instanceof QuantityError) return refuse(error.message);
    throw error;
  }
}

/** Everything that could be cached: distinct objects or their bytes, scaled to the catalogue. */
export function whole(
  { ids, objects, sizes, distinct }: CacheRequests,
  unit: Unit,
  catalogue?: number,
): number {
  if (catalogue !== undefined && catalogue < distinct) {
    throw new InputError(
      `--catalogue ${catalogue}: the trace requests ${distinct} objects; allowed is that or more`,
    );
  }
  const scale = (catalogue ?? distinct) / distinct;
  if (unit === 'object') return distinct * scale;
  const seen = new Uint8Array(objects);
  let sum = 0;
  for (const id of ids) {
    if (seen[id] === 0) sum += sizes![id];
    seen[id] = 1;
  }
  return sum * scale;
}
