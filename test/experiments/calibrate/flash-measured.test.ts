/** A flash section and the host's cost, calibrated on a measured drive. */
import { expect, it } from 'vitest';
import { calibrate } from '../../../experiments/calibrate/command.ts';
import { describeMeasured, measured } from '../../data.ts';

const FILE = 'nvme/samsung-980pro-fio.csv';
describeMeasured('980 PRO through SPDK and io_uring at flash fidelity', [FILE], () => {
  it('predicts depths 4 and 64 from 1, 16 and 256: IOPS within 10 %, p99 within 25 %', () => {
    const found = calibrate({
      fio: [measured(FILE)],
      where: ['engine=io_uring,spdk', 'scheduler=none,bypass', 'cores=1,', 'bs=4k'],
      holdOut: ['iodepth=4,64'],
      folds: 0,
      device: 'samsung-980-pro-1tb',
      fidelity: 'flash',
      host: 'fit',
    });
    expect(found.rows.filter(({ fitted }) => !fitted)).toHaveLength(2);
    expect(found.rows).toHaveLength(8);
    const wrong = found.rows.filter(
      ({ measured, predicted }) =>
        Math.abs(predicted.iops / measured.iops - 1) > 0.1 ||
        Math.abs(predicted.p99Seconds / measured.p99Seconds - 1) > 0.25,
    );
    expect(wrong).toEqual([]);
    const { value } = found.parameters.find(({ name }) => name === 'io_uring cpuTime')!;
    expect(value).toBeGreaterThan(2.5e-6);
    expect(value).toBeLessThan(2.9e-6);
  }, 600_000);
});
