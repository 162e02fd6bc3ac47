/** Quantities: the field's units, the allow-list, and agreement with mathjs where its units mean the same. */
import fc from 'fast-check';
import { unit } from 'mathjs';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../experiments/quantities/expression.ts';
import { formatQuantity, KINDS, parseQuantity, type QuantityKind } from '../../experiments/quantities.ts';
import { property } from '../property.ts';

describe('units of the field', () => {
  it.each([
    ['40 us', 'time', 40e6],
    ['40 µs', 'time', 40e6],
    ['1.5 ns', 'time', 1500],
    ['0.4 ps', 'time', 0],
    ['2 min', 'time', 120e12],
    ['128 KiB', 'bytes', 131072],
    ['128KiB', 'bytes', 131072],
    ['4 kB', 'bytes', 4000],
    ['27 GiB - 9 GB', 'bytes', 27 * 2 ** 30 - 9e9],
    ['456 * 3 * 8257536 B', 'bytes', 456 * 3 * 8257536],
    ['-1 B', 'bytes', -1],
    ['(1 + 2) * 4 MiB', 'bytes', 12 * 2 ** 20],
    ['max(1 GiB, 2 GB)', 'bytes', 2e9],
    ['floor(10 GiB / 3 MB) * 3 MB', 'bytes', Math.floor((10 * 2 ** 30) / 3e6) * 3e6],
    ['2^3 KiB', 'bytes', 8192],
    ['80 Gbit', 'bytes', 10e9],
    ['10 GB/s', 'bandwidth', 10e9],
    ['10 GB / s', 'bandwidth', 10e9],
    ['100 Gbit/s', 'bandwidth', 12.5e9],
    ['80 GB/s / 6', 'bandwidth', 80e9 / 6],
    ['1000 MT/s', 'transferRate', 1e9],
    ['64 GT/s', 'transferRate', 64e9],
    ['434000 IOPS', 'iops', 434000],
    ['434 kIOPS', 'iops', 434000],
    ['2.7 MIO/s', 'iops', 2.7e6],
    ['170 GFLOP/s', 'computeRate', 170e9],
    ['1 TFLOPS', 'computeRate', 1e12],
    ['3.1 GHz', 'frequency', 3.1e9],
    ['64 tokens', 'tokens', 64],
    ['85 %', 'ratio', 0.85],
    ['1 / 8', 'ratio', 0.125],
    ['2 * 4', 'count', 8],
  ] as const)('%s as %s is %d', (text, kind, value) => {
    expect(parseQuantity(text, kind)).toBe(value);
  });

  it('takes plain numbers where there is no dimension, and .inf for no limit', () => {
    expect(parseQuantity(4, 'count')).toBe(4);
    expect(parseQuantity(64, 'tokens')).toBe(64);
    expect(parseQuantity(0.85, 'ratio')).toBe(0.85);
    expect(parseQuantity(Number.POSITIVE_INFINITY, 'bandwidth')).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('refusals name the token and say what to write', () => {
  it.each([
    ['128 KiBs', 'bytes', "unknown unit 'KiBs'; did you mean KiB"],
    ['128 KB', 'bytes', 'write kB (1000 B) or KiB (1024 B)'],
    ['10 Gb', 'bytes', 'write Gbit for bits or GB for bytes'],
    ['10 GBps', 'bandwidth', 'write GB/s'],
    ['5 m', 'time', 'write min for minutes or ms'],
    ['10 GB/s', 'bytes', "found '10 GB/s', which is in B/s; allowed is a number of bytes in B"],
    ['40 us', 'bytes', 'which is in s'],
    ['64', 'bytes', 'which has no unit'],
    [64, 'bytes', 'found 64 without a unit'],
    [1.5, 'count', 'allowed is a whole number'],
    ['1.5', 'count', 'allowed is a whole number'],
    ['1 GiB + 2 s', 'bytes', "joins B and s by '+'"],
    ['sqrt(4) B', 'bytes', "the function 'sqrt'"],
    ['import("fs")', 'bytes', "the function 'import'"],
    ['a = 3 B', 'bytes', "'a = 3 B'"],
    ['[1, 2] B', 'bytes', "'[1, 2]'"],
    ['"4" B', 'bytes', "'4'"],
    ['true', 'count', "'true'"],
    ['5 % 3', 'count', "the operator '%'"],
    ['4!', 'count', "the operator '!'"],
    ['1 B to kB', 'bytes', "the operator 'to'"],
    ['constructor', 'count', "unknown unit 'constructor'"],
    ['1 / 0', 'ratio', 'no finite value'],
    ['1e400 B', 'bytes', 'no finite value'],
    ['4 MiB ^ 0.5', 'bytes', 'no whole number'],
    ['floor(2.5 ms)', 'time', 'by floor'],
    ['round(1, 2)', 'count', 'it takes one'],
    ['1 +', 'count', 'is no quantity'],
    ['', 'bytes', 'found nothing'],
    [`1 B${' + 1 B'.repeat(40)}`, 'bytes', 'allowed are at most 200'],
    [Number.NaN, 'count', 'found NaN'],
  ] as const)('%s as %s: %s', (text, kind, message) => {
    expect(() => parseQuantity(text, kind)).toThrow(message);
  });
});

const SHARED = ['ns', 'us', 'ms', 's', 'B', 'kB', 'MB', 'GB', 'KiB', 'MiB', 'GiB', 'TiB', 'Hz', 'kHz', 'GHz'];
const amount = fc.oneof(fc.integer({ min: 0, max: 1e6 }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }));

describe('against mathjs', () => {
  property([amount, fc.constantFrom(...SHARED), fc.option(fc.constantFrom('s', 'ms', 'us'))])(
    'NUMBER UNIT/UNIT has its value',
    (number, above, below) => {
      const text = `${number} ${above}${below ? `/${below}` : ''}`;
      const base = `${/B$/.test(above) ? 'B' : /Hz$/.test(above) ? 'Hz' : 's'}${below ? '/s' : ''}`;
      const theirs = unit(text).toNumber(base);
      expect(Math.abs(evaluate(text).value - theirs)).toBeLessThanOrEqual(1e-14 * Math.abs(theirs));
    },
  );

  property([amount, fc.constantFrom(...SHARED)])(
    'the short way and the parsed way agree exactly',
    (number, name) => {
      expect(evaluate(`(${number} ${name})`)).toEqual(evaluate(`${number} ${name}`));
    },
  );
});

property([fc.constantFrom(...(Object.keys(KINDS) as QuantityKind[])), fc.nat(2 ** 31 - 1), fc.nat(4)])(
  'what is written out parses to the same number',
  (kind, number, zeros) => {
    const value = Number(`${number}e${3 * zeros - 6}`);
    const given = KINDS[kind].whole ? Math.round(value) : value;
    expect(parseQuantity(formatQuantity(given, kind), kind)).toBe(given);
  },
);

it('writes out the shortest text', () => {
  expect(formatQuantity(2 ** 20, 'bytes')).toBe('1 MiB');
  expect(formatQuantity(960e9, 'bytes')).toBe('960 GB');
  expect(formatQuantity(64 * 2 ** 30, 'bytes')).toBe('64 GiB');
  expect(formatQuantity(84e6, 'time')).toBe('84 us');
  expect(formatQuantity(3330e6, 'bandwidth')).toBe('3.33 GB/s');
  expect(formatQuantity(0, 'bytes')).toBe('0 B');
});
