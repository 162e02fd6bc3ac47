/**
 * The value of `27 GiB - 9 GB`. mathjs parses, then its tree is walked against an allow-list: finite numbers, known
 * units, + - * / ^, parentheses, min max floor ceil round, at most 200 characters. Nothing is ever evaluated by mathjs:
 * its own units mean other things here (`MT/s` reads as teslas), and a handful of operations on (value, dimension)
 * keeps the result of `40 us` exact until the one rounding at the end.
 *
 * Loading mathjs takes a second, so a plain NUMBER UNIT or NUMBER UNIT/UNIT is read without it, to the same value.
 */
import { createRequire } from 'node:module';
import type { MathNode } from 'mathjs';
import { dimensionName, PLAIN, sameDimension, unitHint, unitNamed, type Value } from './units.ts';

export const MAX_LENGTH = 200;
const SIMPLE = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?) *(?:([A-Za-z]+)(?: *\/ *([A-Za-z]+))?|(%))?$/;
const ALLOWED = 'numbers with units, + - * / ^ ( ), and min max floor ceil round';

/** A text that is no quantity: the token at fault, what is allowed, what to write. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

/** @throws QuantityError */
export function evaluate(text: string): Value {
  if (text.length > MAX_LENGTH) {
    throw new QuantityError(
      `found an expression of ${text.length} characters; allowed are at most ${MAX_LENGTH}`,
    );
  }
  const normal = text.trim().replace(/[µμ](?=s\b)/g, 'u');
  const value = simple(normal) ?? walk(parse(normal, text), text);
  if (Number.isFinite(value.value)) return value;
  throw new QuantityError(`'${text}' has no finite value; allowed are finite numbers`);
}

function simple(text: string): Value | undefined {
  const match = SIMPLE.exec(text);
  if (!match) return undefined;
  const [, digits, unit, per, percent] = match;
  const number: Value = { value: Number(digits), dimension: PLAIN };
  if (percent) return { value: number.value / 100, dimension: PLAIN };
  const value = unit ? multiply(number, lookUp(unit, text), 1) : number;
  return per ? multiply(value, lookUp(per, text), -1) : value;
}

let parser: ((text: string) => MathNode) | undefined;

function parse(normal: string, text: string): MathNode {
  if (!parser) {
    const { create, parseDependencies } = createRequire(import.meta.url)('mathjs') as typeof import('mathjs');
    parser = create({ parseDependencies }, {}).parse as (text: string) => MathNode;
  }
  try {
    return parser(normal);
  } catch (error) {
    const reason = (error as Error).message.replace(/\s*\(char \d+\)$/, '');
    throw new QuantityError(`'${text}' is no quantity (${reason}); allowed are ${ALLOWED}`);
  }
}

function lookUp(name: string, text: string): Value {
  const unit = unitNamed(name);
  if (unit) return unit;
  throw new QuantityError(`'${text}' has the unknown unit '${name}'; ${unitHint(name)}`);
}

const refuse = (token: string, text: string): never => {
  throw new QuantityError(`'${text}' contains ${token}; allowed are ${ALLOWED}`);
};

function walk(node: MathNode, text: string): Value {
  const kind = node as unknown as { type: string } & Record<string, unknown>;
  switch (kind.type) {
    case 'ConstantNode':
      if (kind.value === undefined) throw new QuantityError('found nothing; allowed are ' + ALLOWED);
      if (typeof kind.value !== 'number') refuse(`'${String(kind.value)}'`, text);
      return { value: kind.value as number, dimension: PLAIN };
    case 'SymbolNode':
      return lookUp(kind.name as string, text);
    case 'ParenthesisNode':
      return walk(kind.content as MathNode, text);
    case 'OperatorNode':
      return operate(
        kind.op as string,
        (kind.args as MathNode[]).map((arg) => walk(arg, text)),
        text,
      );
    case 'FunctionNode': {
      const name = (kind.fn as { name?: string }).name ?? node.toString();
      if (!Object.hasOwn(FUNCTIONS, name)) refuse(`the function '${name}'`, text);
      return call(
        name as keyof typeof FUNCTIONS,
        (kind.args as MathNode[]).map((arg) => walk(arg, text)),
        text,
      );
    }
    default:
      return refuse(`'${node.toString()}'`, text);
  }
}

const multiply = (a: Value, b: Value, sign: 1 | -1): Value => ({
  value: sign === 1 ? a.value * b.value : a.value / b.value,
  dimension: a.dimension.map((power, i) => power + sign * b.dimension[i]),
});

function operate(operator: string, args: Value[], text: string): Value {
  const [a, b] = args;
  if (args.length === 1) {
    if (operator === '-' || operator === '+') return { ...a, value: operator === '-' ? -a.value : a.value };
    return refuse(`the operator '${operator}'`, text);
  }
  switch (operator) {
    case '*':
      return multiply(a, b, 1);
    case '/':
      return multiply(a, b, -1);
    case '+':
    case '-':
      alike(args, `'${operator}'`, text);
      return { value: operator === '+' ? a.value + b.value : a.value - b.value, dimension: a.dimension };
    case '^':
      return power(a, b, text);
    default:
      return refuse(`the operator '${operator}'`, text);
  }
}

function power(base: Value, exponent: Value, text: string): Value {
  const whole = Number.isInteger(exponent.value) && sameDimension(exponent.dimension, PLAIN);
  if (!whole && !sameDimension(base.dimension, PLAIN)) {
    throw new QuantityError(
      `'${text}' raises a unit to a power that is no whole number; allowed are ^2, ^3, ...`,
    );
  }
  alike([exponent, { value: 0, dimension: PLAIN }], "'^'", text);
  return {
    value: base.value ** exponent.value,
    dimension: base.dimension.map((each) => each * exponent.value),
  };
}

type Reduce = (...values: number[]) => number;
const FUNCTIONS: Record<'min' | 'max' | 'floor' | 'ceil' | 'round', Reduce> = {
  min: Math.min,
  max: Math.max,
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
};

function call(name: keyof typeof FUNCTIONS, args: Value[], text: string): Value {
  const many = name === 'min' || name === 'max';
  if (args.length === 0 || (!many && args.length > 1)) {
    throw new QuantityError(
      `'${text}' calls ${name} with ${args.length} values; it takes ${many ? 'one or more' : 'one'}`,
    );
  }
  alike(args, name, text);
  // A time rounds to no particular unit: floor(2.5 ms) in seconds would be 0.
  if (!many) alike([args[0], { value: 0, dimension: PLAIN }], name, text);
  return { value: FUNCTIONS[name](...args.map((arg) => arg.value)), dimension: args[0].dimension };
}

function alike(values: readonly Value[], what: string, text: string): void {
  for (const { dimension } of values) {
    if (sameDimension(dimension, values[0].dimension)) continue;
    const name = (of: Value['dimension']) => dimensionName(of) || 'a plain number';
    throw new QuantityError(
      `'${text}' joins ${name(values[0].dimension)} and ${name(dimension)} by ${what}; write both in one unit`,
    );
  }
}
