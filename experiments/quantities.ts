/**
 * Quantities as a person writes them (`128 KiB`, `40 us`, `27 GiB - 9 GB`) and as the simulation takes them: times in
 * whole picoseconds, data in whole bytes, rates per second. Rounded once, here. Plain numbers are for keys without a
 * dimension only.
 */
import { evaluate, QuantityError } from './quantities/expression.ts';
import { dimensionName, sameDimension } from './quantities/units.ts';

export { QuantityError } from './quantities/expression.ts';

interface Kind {
  /** In words, for messages. */
  readonly what: string;
  /** The unit that a value of 1 has; empty for plain numbers. */
  readonly unit: string;
  /** Units in which values are written out, besides `unit`. */
  readonly written: readonly string[];
  readonly example: string;
  /** Base units to the simulation's. */
  readonly scale: number;
  readonly whole: boolean;
}

const kind = (
  what: string,
  unit: string,
  written: string,
  example: string,
  rest: Partial<Kind> = {},
): Kind => ({
  what,
  unit,
  written: written === '' ? [] : written.split(' '),
  example,
  scale: 1,
  whole: false,
  ...rest,
});

export const KINDS = {
  /** ps */
  time: kind('a time', 's', 'ms us ns ps', '40 us', { scale: 1e12, whole: true }),
  /** B */
  bytes: kind('a number of bytes', 'B', 'TiB GiB MiB KiB TB GB MB kB', '128 KiB', { whole: true }),
  /** B/s */
  bandwidth: kind('a data rate', 'B/s', 'TB/s GB/s MB/s kB/s', '7 GB/s'),
  /** 1/s */
  iops: kind('a rate of requests', 'IOPS', '', '434000 IOPS'),
  /** 1/s */
  requestRate: kind('a rate of requests', 'Hz', '', '0.5 / s'),
  /** 1/s */
  transferRate: kind('a transfer rate', 'T/s', 'GT/s MT/s', '4800 MT/s'),
  /** 1/s */
  computeRate: kind('a compute rate', 'FLOP/s', 'TFLOP/s GFLOP/s MFLOP/s', '170 GFLOP/s'),
  /** 1/s */
  frequency: kind('a frequency', 'Hz', 'GHz MHz kHz', '3.1 GHz'),
  /** ps/B */
  timePerByte: kind('a time per byte', 's/B', 'ns/B ps/B', '0.1 ns/B', { scale: 1e12 }),
  count: kind('a whole number', '', '', '4', { whole: true }),
  tokens: kind('a number of tokens', 'token', '', '128', { whole: true }),
  ratio: kind('a share', '', '', '0.85'),
} as const satisfies Record<string, Kind>;
export type QuantityKind = keyof typeof KINDS;

/** Kinds that a bare number can express. */
const isPlain = (name: QuantityKind) => KINDS[name].unit === '' || name === 'tokens';

/** Decimal digits that every double can hold. */
const DIGITS = 15;

const dimensionOf = (unit: string) => evaluate(`1 ${unit}`).dimension;

/**
 * The number that the simulation takes.
 * @param input text, or a YAML number; `.inf` stands for no limit whatever the unit
 * @throws QuantityError saying what was found and what is wanted
 */
export function parseQuantity(input: string | number, name: QuantityKind): number {
  const wanted = KINDS[name];
  const write = `write e.g. ${wanted.example}`;
  if (input === Number.POSITIVE_INFINITY || input === '.inf') return Number.POSITIVE_INFINITY;
  if (typeof input === 'number') {
    if (!isPlain(name) || !Number.isFinite(input)) {
      throw new QuantityError(`found ${input} without a unit; allowed is ${describe(name)}; ${write}`);
    }
    return whole(input, String(input), name);
  }
  const { value, dimension } = evaluate(input);
  const found = dimensionName(dimension);
  const fits = sameDimension(dimension, dimensionOf(wanted.unit)) || (isPlain(name) && found === '');
  if (!fits) {
    const is = found === '' ? 'has no unit' : `is in ${found}`;
    throw new QuantityError(`found '${input}', which ${is}; allowed is ${describe(name)}; ${write}`);
  }
  return whole(value * wanted.scale, input, name);
}

const describe = (name: QuantityKind) => {
  const { what, unit } = KINDS[name];
  return unit === '' ? what : `${what} in ${unit}${isPlain(name) ? ' or without a unit' : ''}`;
};

function whole(value: number, input: string, name: QuantityKind): number {
  // A unit such as ps is no exact binary number: without this, a text could miss its own value by the last bit.
  if (!KINDS[name].whole) return KINDS[name].scale === 1 ? value : Number(value.toPrecision(DIGITS));
  const rounded = Math.round(value) + 0; // no -0
  if (KINDS[name].scale === 1 && name !== 'bytes' && rounded !== value) {
    throw new QuantityError(`found ${input}; allowed is ${describe(name)}; write e.g. ${rounded}`);
  }
  return rounded;
}

/** The shortest text that parses to exactly `value`, where it has at most 15 digits; else to the nearest such number. */
export function formatQuantity(value: number, name: QuantityKind): string | number {
  if (value === Number.POSITIVE_INFINITY) return '.inf';
  if (isPlain(name)) return value;
  const { unit, written, scale } = KINDS[name];
  const texts = [...written, unit].map((each) => {
    const { value: size } = evaluate(`1 ${each}`);
    return `${Number((value / scale / size).toPrecision(DIGITS))} ${each}`;
  });
  const exact = texts.filter((text) => parseQuantity(text, name) === value);
  return exact.reduce((a, b) => (b.length < a.length ? b : a), exact[0] ?? `${value / scale} ${unit}`);
}
