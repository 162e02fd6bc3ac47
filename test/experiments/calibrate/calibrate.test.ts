/** `calibrate`: known parameters found again, figures that cannot be true refused, and the 980 PRO's other depths. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { calibrate } from '../../../experiments/calibrate/command.ts';
import { csvRows } from '../../../experiments/calibrate/csv-rows.ts';
import { checkRows } from '../../../experiments/calibrate/plausibility.ts';
import { serviceTail } from '../../../experiments/calibrate/service-tail.ts';
import { packageRoot } from '../../../experiments/load/library.ts';
import { driveSchema } from '../../../experiments/schema/drive.ts';
import { describeMeasured, measured } from '../../data.ts';
import { writeTemporary } from '../experiment-text.ts';

const HEADER = 'rw,bs,iodepth,numjobs,iops,lat_mean_us,lat_p50_us,lat_p99_us';
const rowsOf = (...lines: string[]) => csvRows([HEADER, ...lines].join('\n'), 'table.csv').rows;

describe('rows', () => {
  it('reads sizes, percents and units', () => {
    const [row] = rowsOf('randread,4k,16,2,230000,139,120,260');
    expect(row).toMatchObject({ pattern: 'randread', bytes: 4096, depth: 16, jobs: 2, iops: 230000 });
    expect(row.percentiles.map(([percent]) => percent)).toEqual([50, 99]);
    expect(row.percentiles[1][1]).toBeCloseTo(260e-6, 12);
  });

  it('says what a table lacks', () => {
    expect(() => csvRows('bs,iops\n4k,3', 'table.csv')).toThrow(/iodepth.*is needed/);
  });

  it('refuses figures that cannot be true, by name', () => {
    const found = checkRows(
      [
        ...rowsOf('randread,4k,1,1,108000,8.87,17112760,17112760'),
        ...rowsOf('randread,1m,64,1,9000,7000,7000,8000'),
        ...rowsOf('randread,4k,1,1,50000,60,55,90'),
      ],
      { rawRate: 7.88e9, blockSize: 512 },
    );
    expect(found.rows).toHaveLength(1);
    expect(found.rows[0].percentiles).toEqual([]);
    expect(found.refused.join('\n')).toMatch(/Markov[\s\S]*above the raw rate[\s\S]*Little/);
  });
});

describe('the tail of the service time', () => {
  it('has the mean of the row where only p50 and p99 are known', () => {
    const steps = serviceTail({
      mean: 60e-6,
      percentiles: [
        [50, 56e-6],
        [99, 69e-6],
      ],
    });
    expect(steps).toEqual([{ share: expect.closeTo(4 / 13, 6), extra: 13e6 }]);
  });
});

describeMeasured('calibrated 980 PRO', ['nvme/samsung-980pro-fio.csv'], () => {
  it('predicts depths 4 and 64 from 1, 16 and 256: IOPS within 10 %, p99 within 25 %', () => {
    const file = measured('nvme/samsung-980pro-fio.csv');
    expect(readFileSync(file, 'utf8')).toContain('4kb');
    const found = calibrate({
      fio: [file],
      where: ['engine=io_uring', 'cores=1,'],
      holdOut: ['iodepth=4,64'],
      folds: 0,
    });
    const wrong = found.rows.filter(
      ({ measured, predicted }) =>
        Math.abs(predicted.iops / measured.iops - 1) > 0.1 ||
        Math.abs(predicted.p99Seconds / measured.p99Seconds - 1) > 0.25,
    );
    expect(found.rows.filter(({ fitted }) => !fitted)).toHaveLength(2);
    expect(wrong).toEqual([]);
    expect(driveSchema.parse(parse(found.profile)).queue?.units).toBeGreaterThan(1);
  }, 120_000);
});

describe('a calibrated virtual disk', () => {
  it('predicts loads that it has not seen: median error of the rate 15 %, most within the spread of the repeats', () => {
    const file = join(packageRoot, 'experiments/validation/virtual-disk-loop.csv');
    const found = calibrate({ fio: [file], where: [], holdOut: ['set=held-out'], folds: 0, virtual: true });
    const unseen = found.rows.filter(({ fitted }) => !fitted);
    expect(unseen).toHaveLength(17);
    const errors = unseen
      .map(({ measured, predicted }) => Math.abs(predicted.iops / measured.iops - 1))
      .sort();
    expect(errors[8]).toBeLessThan(0.15);
    const { virtual } = driveSchema.parse(parse(found.profile));
    // A turn of depth 1 is what is measured there.
    const turn = virtual!.wakeTime + virtual!.readTime + (4096 / virtual!.readRate) * 1e12;
    expect(turn / 1e6).toBeGreaterThan(50);
    expect(turn / 1e6).toBeLessThan(86);
  });

  it('finds known parameters again', () => {
    const line = (rw: string, bytes: number, depth: number, time: number, rate: number) => {
      const turn = 60e-6 + depth * (time + bytes / rate);
      const us = (turn * 1e6).toFixed(3);
      return `${rw},${bytes},${depth},1,${(depth / turn).toFixed(3)},${us},${us},${us}`;
    };
    const loads = [1, 16].flatMap((depth) =>
      [4096, 65536].flatMap((bytes) => [
        line('randread', bytes, depth, 6e-6, 2e9),
        line('randwrite', bytes, depth, 20e-6, 4e9),
      ]),
    );
    const file = writeTemporary([HEADER, ...loads].join('\n'), 'table.csv');
    const { parameters } = calibrate({ fio: [file], where: [], holdOut: [], folds: 0, virtual: true });
    const of = (name: string) => parameters.find((parameter) => parameter.name === name)!.value;
    expect(of('wakeTime') / 60e-6).toBeCloseTo(1, 1);
    expect(of('readTime') / 6e-6).toBeCloseTo(1, 1);
    expect(of('readRate') / 2e9).toBeCloseTo(1, 1);
    expect(of('writeTime') / 20e-6).toBeCloseTo(1, 1);
  });
});
