/** k-fold held-out error: how loads are dealt, and what it says of a model in closed form, latency = a + b x depth. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitModel, type Method } from '../../../experiments/calibrate/fit.ts';
import { foldsOf, heldOut } from '../../../experiments/calibrate/held-out.ts';
import { timeParameter } from '../../../experiments/calibrate/parameters.ts';
import { loadOf, type MeasuredRow, median } from '../../../experiments/calibrate/rows.ts';
import { property } from '../../property.ts';
import { say } from '../cli/memory-terminal.ts';
import { temporaryFolder, writeTemporary } from '../experiment-text.ts';

const rowOf = (depth: number, off = 1): MeasuredRow => {
  const latency = (50e-6 + 4e-6 * depth) * off;
  return {
    where: '',
    file: '',
    pattern: 'randread',
    bytes: 4096,
    depth,
    jobs: 1,
    engine: '',
    iops: depth / latency,
    percentiles: [[99, latency]],
    labels: {},
  };
};
const DEPTHS = [1, 2, 4, 8, 16, 32, 64, 128];
const method: Method = {
  modelFor: () => ({
    parameters: [timeParameter('a', 60e-6, ''), timeParameter('b', 3e-6, '')],
    starts: [],
    device: () => () => {
      throw new Error('not simulated');
    },
    warnings: [],
  }),
  simulate: (rows, _, { a, b }) =>
    rows.map(({ depth }) => {
      const latency = a + b * depth;
      return { iops: depth / latency, mean: latency, percentile: () => latency };
    }),
  host: [],
};

describe('folds', () => {
  property([fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 4, maxLength: 20 }), fc.nat()])(
    'hold each load once, are of equal size but for one, and do not depend on the order of the file',
    (depths, pick) => {
      const k = 2 + (pick % (depths.length - 3));
      const names = (rows: readonly MeasuredRow[]) => foldsOf(rows, k).map((fold) => fold.map(loadOf));
      const folds = names(depths.map((depth) => rowOf(depth)));
      expect(folds.flat().sort()).toEqual(depths.map((depth) => loadOf(rowOf(depth))).sort());
      const sizes = folds.map(({ length }) => length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      expect(names([...depths].reverse().map((depth) => rowOf(depth)))).toEqual(folds);
    },
  );

  it('must leave two loads to each fit', () => {
    const rows = [1, 4, 16].map((depth) => rowOf(depth));
    expect(foldsOf(rows, 3)).toHaveLength(3);
    expect(() => foldsOf(rows, 2)).toThrow(/--folds 2: found 3 loads to fit, which leave 1 for a fit/);
    expect(() => foldsOf(rows, 4)).toThrow(/a load for each fold/);
  });
});

describe('held-out error', () => {
  it('is nothing where the model is true', () => {
    const found = heldOut(
      DEPTHS.map((depth) => rowOf(depth)),
      method,
      4,
    );
    expect(found).toMatchObject({ folds: 4, mean: undefined, p50: undefined });
    expect(found.iops).toBeLessThan(0.005);
    expect(found.p99).toBeLessThan(0.005);
  });

  it('is that of fits that have not seen the load, each by itself', () => {
    const rows = DEPTHS.map((depth, i) => rowOf(depth, 1 + 0.03 * (i % 4)));
    const errors = rows.map((row) => {
      const { values } = fitModel(
        rows.filter((other) => other !== row),
        method,
      );
      return Math.abs(row.depth / (values.a + values.b * row.depth) / row.iops! - 1);
    });
    const found = heldOut(rows, method, rows.length);
    expect(found.iops).toBeCloseTo(median(errors)!, 12);
    expect(found.iops).toBeGreaterThan(0.005);
  });
});

describe('--folds', () => {
  const lines = [1, 4, 16].flatMap((depth) =>
    [4096, 65536].map((bytes) => {
      const us = 60 + depth * (6 + bytes / 2000);
      return `randread,${bytes},${depth},${(depth / us) * 1e6},${us},${us}`;
    }),
  );
  const table = (rows: readonly string[]) =>
    writeTemporary(['rw,bs,iodepth,iops,lat_mean_us,lat_p99_us', ...rows].join('\n'), 'table.csv');
  const run = (file: string, ...more: string[]) =>
    say('calibrate', '--virtual', '--fio', file, '--out', `${temporaryFolder()}/out.yaml`, ...more);

  it('prints the error of each figure that was measured', async () => {
    const file = table(lines);
    const { code, out } = await run(file, '--folds', '3');
    expect(code).toBe(0);
    const found =
      /^held out in 3 folds: median \|error\| ([\d.]+) % of IOPS, ([\d.]+) % of mean latency, ([\d.]+) % of p99$/m.exec(
        out,
      );
    expect(Number(found?.[1])).toBeLessThan(5);
    const json = JSON.parse((await run(file, '--folds', '3', '--json')).out);
    expect((100 * json.heldOut.iops).toFixed(1)).toBe(found?.[1]);
  });

  it('refuses what cannot be', async () => {
    const few = await run(table(lines.slice(0, 3)), '--folds', '2');
    expect(few).toMatchObject({ code: 2, out: '' });
    expect(few.error).toContain('--folds 2: found 3 loads to fit, which leave 1 for a fit');
    expect((await run(table(lines), '--folds', '1')).error).toContain('Allowed is a whole number from 2');
  });
});
