/** Open loads (rate_iops) against queueing theory: Poisson arrivals at one constant server are M/D/1, even ones never wait. */
import { describe, expect, it } from 'vitest';
import { IdealDevice } from '../../../devices/index.ts';
import { jobOf } from '../../../experiments/fio/options.ts';
import { runFio } from '../../../experiments/fio/run.ts';

/** 4 KiB in 10 us on the link, one command after another, behind a latency of 50 us that holds nothing. */
const SERVICE = 10e-6;
const LATENCY = 50e-6;
const machine = {
  device: (sim: ConstructorParameters<typeof IdealDevice>[0]) =>
    new IdealDevice(sim, {
      name: 'server',
      capacity: 1e12,
      readLatency: LATENCY * 1e12,
      writeLatency: 0,
      readBandwidth: 4096 / SERVICE,
      writeBandwidth: 1e9,
    }),
};

function openLoad(load: number, process: 'linear' | 'poisson') {
  const options = {
    rw: 'randread',
    bs: '4k',
    iodepth: '4096',
    rate_iops: String(Math.round(load / SERVICE)),
    rate_process: process,
    number_ios: '200000',
    percentile_list: '50:99',
  };
  const target = { capacity: 1e12, blockSize: 512, defaultShare: 1, randomStart: false };
  const { job } = jobOf({ name: 'open', options }, target);
  const { measured } = runFio([job], machine, 'open-load');
  const { latency } = measured[0].directions[0];
  return { wait: latency.mean / 1e9 - LATENCY - SERVICE, iops: latency.count / measured[0].seconds };
}

describe('rate_iops', () => {
  it.each([0.3, 0.6, 0.8])('poisson at load %d waits as M/D/1: rho S / (2 (1 - rho))', (load) => {
    const { wait, iops } = openLoad(load, 'poisson');
    expect(wait / ((load * SERVICE) / (2 * (1 - load)))).toBeCloseTo(1, 1);
    expect((iops * SERVICE) / load).toBeCloseTo(1, 2);
  });

  it.each([0.3, 0.8, 1])('linear at load %d never waits', (load) => {
    const { wait, iops } = openLoad(load, 'linear');
    expect(Math.abs(wait)).toBeLessThan(2e-9);
    expect((iops * SERVICE) / load).toBeCloseTo(1, 3);
  });
});
