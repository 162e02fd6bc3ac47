/**
 * The units an experiment may use, by the name that is written, and the dimension of a value.
 *
 * Names mean what they mean in this field: T is a transfer (1000 MT/s), not a tesla; B a byte, `bit` a bit; k is 1000
 * and Ki 1024. Bare `b` is refused, because half of the world reads `Gb` as bytes.
 * Prefixes: SI brochure, 9th edition, section 3 (decimal); IEC 80000-13 (binary).
 */
import { didYouMean } from '../errors.ts';

/** What a value counts; a dimension is one exponent for each. */
export const BASES = ['s', 'B', 'T', 'IO', 'FLOP', 'token', 'page', 'degC'] as const;
export type Dimension = readonly number[];

/** A value in base units, and its dimension. */
export interface Value {
  readonly value: number;
  readonly dimension: Dimension;
}

export const PLAIN: Dimension = BASES.map(() => 0);

const powers = (exponents: Partial<Record<(typeof BASES)[number], number>>): Dimension =>
  BASES.map((base) => exponents[base] ?? 0);

const DECIMAL = { k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };
const BINARY = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50 };

const UNITS = new Map<string, Value>();

function unit(name: string, value: number, dimension: Dimension, prefixes: Record<string, number> = {}) {
  UNITS.set(name, { value, dimension });
  for (const [prefix, factor] of Object.entries(prefixes)) {
    UNITS.set(prefix + name, { value: value * factor, dimension });
  }
}

const TIME = powers({ s: 1 });
const IO_RATE = powers({ IO: 1, s: -1 });
const FLOP_RATE = powers({ FLOP: 1, s: -1 });
const SMALL = { ps: 1e-12, ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600 };
for (const [name, value] of Object.entries(SMALL)) unit(name, value, TIME);
unit('B', 1, powers({ B: 1 }), { ...DECIMAL, ...BINARY });
unit('bit', 1 / 8, powers({ B: 1 }), DECIMAL);
unit('T', 1, powers({ T: 1 }), { M: 1e6, G: 1e9 });
unit('IO', 1, powers({ IO: 1 }), { k: 1e3, M: 1e6 });
unit('IOPS', 1, IO_RATE, { k: 1e3, M: 1e6 });
unit('FLOP', 1, powers({ FLOP: 1 }), DECIMAL);
unit('FLOPS', 1, FLOP_RATE, DECIMAL);
unit('Hz', 1, powers({ s: -1 }), { k: 1e3, M: 1e6, G: 1e9 });
for (const name of ['token', 'tokens']) unit(name, 1, powers({ token: 1 }));
for (const name of ['page', 'pages']) unit(name, 1, powers({ page: 1 }));
for (const name of ['cycle', 'cycles']) unit(name, 1, PLAIN);
unit('degC', 1, powers({ degC: 1 }));

/** The unit of that name. */
export const unitNamed = (name: string): Value | undefined => UNITS.get(name);

/** What to write instead of a name that is no unit. */
export function unitHint(name: string): string {
  const bits = /^([kKMGTP]?)b(ps)?$/.exec(name);
  if (bits && bits[1] !== 'K') return `write ${bits[1]}bit for bits or ${bits[1]}B for bytes`;
  if (/^K(B|b)$/.test(name)) return 'write kB (1000 B) or KiB (1024 B)';
  const perSecond = /^(.*B|.*bit|M?T|G?T)(ps|\/sec)$/.exec(name);
  if (perSecond && unitNamed(perSecond[1])) return `write ${perSecond[1]}/s`;
  if (name === 'm') return 'write min for minutes or ms for milliseconds';
  if (/^sec(ond)?s?$/.test(name)) return 'write s';
  if (name === 'C') return 'write degC for degrees Celsius';
  const near = didYouMean(name, UNITS.keys());
  if (near.length > 0) return `did you mean ${near.join(' or ')}?`;
  return 'units are e.g. us, ms, s, B, KiB, kB, GiB, GB/s, IOPS, MT/s, GFLOP/s, GHz';
}

/** `B/s`, `IO/s`, ... of a dimension; empty for a plain number. */
export function dimensionName(dimension: Dimension): string {
  const part = (sign: number) =>
    BASES.filter((_, i) => dimension[i] * sign > 0).map((base) => {
      const power = Math.abs(dimension[BASES.indexOf(base)]);
      return power === 1 ? base : `${base}^${power}`;
    });
  const [above, below] = [part(1), part(-1)];
  if (below.length === 0) return above.join(' ');
  return `${above.join(' ') || '1'}/${below.join('/')}`;
}

export const sameDimension = (a: Dimension, b: Dimension): boolean => a.every((power, i) => power === b[i]);
