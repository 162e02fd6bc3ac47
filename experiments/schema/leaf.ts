/**
 * The leaves of an experiment file: quantities that parse to the simulation's numbers and encode back to text, bare or
 * with the source of the figure (`{value: 84 us, source: "data sheet"}`).
 */
import { z } from 'zod';
import { formatQuantity, KINDS, parseQuantity, QuantityError, type QuantityKind } from '../quantities.ts';
import { allowing } from './problem.ts';

/** Smallest and largest value allowed, written as a person would. */
export interface Range {
  readonly min?: string | number;
  readonly max?: string | number;
  /** The value must be a multiple of this. */
  readonly step?: string | number;
}

/** A number, infinite ones included, which z.number() refuses. */
const numeric = z.custom<number>((value) => typeof value === 'number');

/** A quantity: text with a unit, or a bare number where the kind has no dimension; the output is in ps, B, 1/s, ... */
export function quantity(kind: QuantityKind, range: Range = {}) {
  const { what, example } = KINDS[kind];
  const number = (bound: string | number | undefined, otherwise: number) =>
    bound === undefined ? otherwise : parseQuantity(bound, kind);
  const [min, max] = [
    number(range.min, Number.NEGATIVE_INFINITY),
    number(range.max, Number.POSITIVE_INFINITY),
  ];
  const step = number(range.step, 0);
  const from = range.min === undefined ? '' : ` from ${range.min}`;
  const to = range.max === undefined ? '' : ` to ${range.max}`;
  const multiple = step ? `, a multiple of ${range.step}` : '';
  const allowed = `${what}${from}${to}${multiple}`;
  const input = z.union([z.string(), z.number()], { error: allowing(`${allowed}; write e.g. ${example}`) });
  return z.codec(input, numeric, {
    decode(text, context) {
      const refuse = (message: string) => {
        context.issues.push({ code: 'custom', message, input: text });
        return z.NEVER;
      };
      try {
        const value = parseQuantity(text, kind);
        const fits = value >= min && value <= max && (!step || value % step === 0);
        return fits
          ? value
          : refuse(`found ${typeof text === 'string' ? `'${text}'` : text}; allowed is ${allowed}`);
      } catch (error) {
        if (error instanceof QuantityError) return refuse(error.message);
        throw error;
      }
    },
    // zod tries every alternative of a union, also those without this key.
    encode: (value) => (typeof value === 'number' ? formatQuantity(value, kind) : value),
  });
}

/**
 * A figure of a profile: bare, or with where it comes from (`verified: false` marks one recalled or assumed). The output
 * is the number alone.
 */
export function sourced(kind: QuantityKind, range: Range = {}) {
  const leaf = quantity(kind, range);
  const noted = z.strictObject({ value: leaf, source: z.string().min(1), verified: z.boolean().optional() });
  const error = allowing(`${KINDS[kind].what}, bare or as {value, source, verified}`);
  return z.codec(z.union([leaf, noted], { error }), numeric, {
    decode: (figure) => (typeof figure === 'number' ? figure : figure.value),
    encode: (value) => value,
  });
}
