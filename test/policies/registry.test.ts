import { describe, expect, it } from 'vitest';
import {
  admissionFilters,
  completeParameters,
  createPolicy,
  findPolicy,
  formatSpec,
  parseSpec,
  parseSpecs,
  policies,
} from '../../policies/index.ts';

const options = { capacity: 4, objects: 8 };

describe('specs', () => {
  it.each([
    ['lru', { name: 'lru', parameters: {} }],
    ['clock:bits=2', { name: 'clock', parameters: { bits: '2' } }],
    ['s3-fifo:small=.25:move=1', { name: 's3-fifo', parameters: { small: '.25', move: '1' } }],
    ['s3-fifo:small=.25,move=1', { name: 's3-fifo', parameters: { small: '.25', move: '1' } }],
    [
      'SLRU+second-hit:window=9',
      { name: 'slru', parameters: {}, admission: { name: 'second-hit', parameters: { window: '9' } } },
    ],
  ])('%s', (text, spec) => {
    expect(parseSpec(text)).toEqual(spec);
    expect(parseSpec(formatSpec(spec))).toEqual(spec);
  });

  it('come in lists', () => {
    expect(parseSpecs('clock:bits=2, sieve,2q:in=.3,out=.4').map(formatSpec)).toEqual([
      'clock:bits=2',
      'sieve',
      '2q:in=.3:out=.4',
    ]);
    expect(parseSpecs('lru+frequency:requests=3,halve=100,fifo').map(formatSpec)).toEqual([
      'lru+frequency:requests=3:halve=100',
      'fifo',
    ]);
  });

  it.each([
    '',
    'lru,,fifo',
    'bits=2',
    'clock:bits',
    'clock:bits=1=2',
    'clock:=2',
    ':bits=2',
  ])('refuses %j', (text) => {
    expect(() => parseSpecs(text)).toThrow(RangeError);
  });

  it('refuses two where one is expected, and two filters', () => {
    expect(() => parseSpec('lru,fifo')).toThrow('names 2 policies');
    expect(() => parseSpec('lru+size+second-hit')).toThrow('2 admission filters; at most one');
  });
});

describe('the registry', () => {
  it.each([
    'lru',
    'fifo',
    'clock',
    'sieve',
    's3-fifo',
    'lfu',
    'lfuda',
    'arc',
    '2q',
    'slru',
    'lirs',
    'gdsf',
    'w-tinylfu',
    'lecar',
    'hyperbolic',
    'lrfu',
    'least-stale',
    'random',
    'min',
  ])('knows %s by its name', (name) => {
    expect(findPolicy(name).name).toBe(name);
  });

  it.each([
    ['s3fifo', 's3-fifo'],
    ['twoq', '2q'],
    ['wtinylfu', 'w-tinylfu'],
    ['belady', 'min'],
  ])('knows %s as %s', (alias, name) => {
    expect(findPolicy(alias).name).toBe(name);
  });

  it('gives each name and alias to one policy, and each policy a paragraph', () => {
    const names = policies.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
    for (const { description, version } of [...policies, ...admissionFilters]) {
      expect(description.length).toBeGreaterThan(20);
      expect(version).toBeGreaterThanOrEqual(1);
    }
  });

  it('has defaults within their own limits', () => {
    for (const definition of [...policies, ...admissionFilters]) {
      const defaults = completeParameters(definition);
      expect(completeParameters(definition, defaults)).toEqual(defaults);
    }
  });

  it.each([
    ['lru2', "unknown policy 'lru2'; there are: 2q, arc, clock"],
    ['lru:bits=1', "lru has no parameter 'bits'; it has: none"],
    ['clock:bit=1', "clock has no parameter 'bit'; it has: bits"],
    ['clock:bits=1.5', "clock:bits is '1.5'; it must be a whole number from 0 to 8"],
    ['clock:bits=9', 'from 0 to 8'],
    ['clock:bits=x', "clock:bits is 'x'"],
    ['2q:in=-1', "2q:in is '-1'; it must be a number from 0 to 1"],
    ['lfuda:variant=other', 'it must be one of: libcachesim, paper'],
    ['min:bypass=1', 'min needs the option'],
    ['random', "random needs the option 'random'"],
    ['least-stale', "least-stale needs the option 'layers'"],
    ['static-pin', "static-pin needs the option 'popularity'"],
    ['lru+probability', "probability needs the option 'random'"],
    ['lru+tinylfu', "unknown admission filter 'tinylfu'"],
  ])('refuses %s', (spec, message) => {
    expect(() => createPolicy(spec, options)).toThrow(message);
  });

  it('takes typed parameters too', () => {
    expect(() => createPolicy({ name: 'clock', parameters: { bits: 2 } }, options)).not.toThrow();
    expect(completeParameters(findPolicy('min'), { bypass: 'true' })).toEqual({ bypass: true });
    expect(() => completeParameters(findPolicy('min'), { bypass: 'yes' })).toThrow('true or false');
  });

  it('refuses a negative capacity and sizes that are too few', () => {
    expect(() => createPolicy('lru', { capacity: -1, objects: 2 })).toThrow('it must be 0 or more');
    expect(() => createPolicy('lru', { capacity: 1, objects: 2, sizes: Float64Array.of(1) })).toThrow(
      '1 entries for 2',
    );
  });

  it('refuses to unprotect more often than it protected', () => {
    const policy = createPolicy('lru', options);
    policy.protect(1);
    policy.protect(1);
    policy.unprotect(1);
    policy.unprotect(1);
    expect(() => policy.unprotect(1)).toThrow('object 1 is unprotected more often than protected');
  });
});
