/** nvmoe validate: the judge's rules, the solver, quick cases of the library, and wrong cases. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Check,
  judgeOrder,
  judgeRow,
  summaryOf,
  verdictOf,
} from '../../../experiments/validate/judge.ts';
import { loadCases } from '../../../experiments/validate/load-case.ts';
import { solve } from '../../../experiments/validate/solve.ts';
import { validateCases } from '../../../experiments/validate/validate.ts';
import { property } from '../../property.ts';
import { say } from '../cli/memory-terminal.ts';
import { writeTemporary } from '../experiment-text.ts';

describe('a known miss', () => {
  const known = { error: -0.4, reason: 'stated in the case' };
  it.each([
    [0.05, undefined, 'ok'],
    [-0.4, undefined, 'miss'],
    [-0.4, known, 'known miss'],
    [-0.33, known, 'known miss'],
    [-0.31, known, 'miss'],
    [-0.49, known, 'miss'],
    [0.4, known, 'miss'],
    [0.05, known, 'miss'],
  ])('error %d with record %j is a %s', (error, record, verdict) => {
    expect(verdictOf(error, 0.1, record).verdict).toBe(verdict);
  });
});

describe('errors summed up', () => {
  it('by linear quantiles of |error|', () => {
    const checks = [-0.4, 0.1, 0.2, 0.3, 0].map((error) => ({ error }) as Check);
    const summary = summaryOf('all', checks);
    expect(summary.median).toBeCloseTo(0.2, 12);
    expect(summary.p90).toBeCloseTo(0.36, 12);
  });
});

describe('the solver', () => {
  it.each([0.3, 1, 7.7, 90])('finds where a rate of %d is met', async (wanted) => {
    const found = await solve(async (value) => Math.log(value ** 1.5 / wanted ** 1.5), 0.1, 100);
    expect(found!.value / wanted).toBeCloseTo(1, 2);
  });
  property([fc.double({ min: 0.01, max: 50, noNaN: true }), fc.double({ min: 0, max: 5, noNaN: true })])(
    'finds the constant of a token time a + b / x to 0.1 %',
    async (wanted, fixed) => {
      const rate = (x: number) => 1 / (fixed + 3 / x);
      const found = await solve(async (x) => Math.log(rate(x) / rate(wanted)), 0.001, 1000);
      expect(Math.abs(rate(found!.value) / rate(wanted) - 1)).toBeLessThan(2e-3);
    },
  );
  it('says when the range does not hold it', async () => {
    expect(await solve(async (value) => Math.log(value / 1000), 1, 10)).toBeUndefined();
  });
});

const CASE = `
name: pair
kind: fio
topic: device curve
source: worked out by hand
machine: an ideal drive
calibrated: nothing
tolerance: 0.05
device: {fidelity: ideal, name: ideal, latency: 100 us, bandwidth: 4 GB/s, capacity: 1 TB}
fio: {rw: randread, direct: 1, number_ios: 200}
ladder: {metric: iops}
rows:
  - {name: one, fio: {bs: 4k, iodepth: 1}, measured: {iops: 9900 IOPS}}
  - {name: eight, fio: {bs: 4k, iodepth: 8}, measured: {iops: 79000 IOPS, latency: 300 us}}
`;

describe('a case', () => {
  it('is judged figure by figure, with its ladder; a figure outside its tolerance exits with 1', async () => {
    const path = writeTemporary(CASE);
    const { code, out, error } = await say('validate', path, '--json');
    expect([code, error.includes('1 figure or order is outside')]).toEqual([1, true]);
    const { cases, failed } = JSON.parse(out);
    expect(failed).toBe(1);
    expect(cases[0].checks.map(({ verdict }: { verdict: string }) => verdict)).toEqual(['ok', 'ok', 'miss']);
    expect(cases[0].order.verdict).toBe('ok');
  });

  it('passes with the miss recorded, but not under --strict', async () => {
    const recorded = CASE.replace(
      'latency: 300 us',
      'latency: {value: 300 us, knownMiss: {error: -0.66, reason: written for this test}}',
    );
    const path = writeTemporary(recorded);
    expect((await say('validate', path)).code).toBe(0);
    expect((await say('validate', path, '--strict')).code).toBe(1);
  });

  it('solves for the constant that it calibrates', async () => {
    const path = writeTemporary(
      CASE.replace(
        'tolerance: 0.05',
        'tolerance: 0.05\ncalibrate: {key: device.latency, unit: us, from: 10, to: 900, on: one}',
      )
        .replace('9900 IOPS', '5000 IOPS')
        .replace('79000 IOPS, latency: 300 us', '40000 IOPS, latency: 200 us'),
    );
    const { code, out } = await say('validate', path, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out).cases[0].checks[0].verdict).toBe('calibration');
  });

  it('is written as a page and as markdown', async () => {
    const path = writeTemporary(CASE.replace('name: one', "name: '<b>one|two</b>'"));
    const [page, markdown] = ['page.html', 'page.md'].map((name) => join(dirname(path), name));
    await say('validate', path, '--quiet', '--html', page, '--markdown', markdown);
    expect(readFileSync(markdown, 'utf8')).toContain('| &lt;b&gt;one\\|two&lt;/b&gt; | iops | 9,900 IOPS |');
    const text = readFileSync(page, 'utf8');
    expect(text).toContain('Measured against predicted');
    expect(text).not.toContain('<b>one');
  });

  it.each([
    ['tolerance: 0.05', 'tolerance: -1', 'tolerance'],
    ['iops: 9900 IOPS', 'iops: 9900 GB/s', 'iops'],
    ['kind: fio', 'kind: fioo', 'kind'],
    ['rw: randread', 'rw: randreed', 'randreed'],
    ['measured: {iops: 9900 IOPS}', 'measured: {}', 'nothing measured'],
  ])('%s as %s is bad input', async (right, wrong, says) => {
    const { code, out, error } = await say('validate', writeTemporary(CASE.replace(right, wrong)));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toContain(says);
    expect(error).not.toMatch(/\bat .*:\d+:\d+/);
  });

  it('that is not there names those that are near', async () => {
    const { code, error } = await say('validate', 'waste-kimi-linea');
    expect(code).toBe(2);
    expect(error).toContain('waste-kimi-linear');
  });
});

it('a row of two orders is judged pair by pair', () => {
  const [{ data }] = loadCases([writeTemporary(CASE)]);
  const checks = [
    ...judgeRow(data, data.rows[0], { iops: 50_000 }, false),
    ...judgeRow(data, data.rows[1], { iops: 40_000, latency: 3e-4 }, false),
  ];
  expect(judgeOrder(data, checks, false)).toMatchObject({
    pairs: 1,
    wrong: [['one', 'eight']],
    verdict: 'miss',
  });
});

it('the quick cases of the library pass, or miss as recorded', async () => {
  const cases = loadCases([]).filter(({ data }) => data.quick);
  expect(cases.length).toBeGreaterThanOrEqual(8);
  const report = await validateCases(cases, {});
  const wrong = report.cases.flatMap(({ name, checks }) =>
    checks
      .filter(({ verdict }) => verdict === 'miss')
      .map(({ row, metric, error }) => [name, row, metric, error]),
  );
  expect(wrong).toEqual([]);
});

it('the library holds at least 40 measurements, each with its source', () => {
  const cases = loadCases([]);
  const measured = cases.flatMap(({ data }) => data.rows.flatMap((row) => Object.keys(row.measured)));
  expect(measured.length).toBeGreaterThanOrEqual(100);
  expect(new Set(cases.map(({ data }) => data.name)).size).toBe(cases.length);
});
