/** A host's kernels against max(FLOPs / rate, bytes / links), alone and in company. */
import { describe, expect, it } from 'vitest';
import {
  busBandwidth,
  fabricBandwidth,
  Host,
  IdealDevice,
  peakBandwidth,
  READ,
} from '../../devices/index.ts';
import { Simulation } from '../../sim/index.ts';

/** The dual-channel DDR5-5200 desktop of the facts: 83.2 GB/s peak, 57.6 GB/s through one CCD. */
const memory = {
  capacity: 30 * 2 ** 30,
  channels: 2,
  transferRate: 5.2e9,
  fabric: { ccds: 1, bytesPerCycle: 32, frequency: 1.8e9 },
};
const BYTES = 102_400_000;
const options = { cpu: { cores: 8, kernels: { matmul: 1e11 } }, memory };

function setUp(change = {}) {
  const simulation = new Simulation({ seed: 'host' });
  const host = new Host(simulation, { ...options, ...change });
  const times: number[] = [];
  const done = simulation.register((tag) => {
    times[tag] = simulation.now;
  });
  const run = () => {
    simulation.run();
    simulation.finish();
    return times.map((time) => time / 1e12);
  };
  return { simulation, host, done, run };
}

describe('memory', () => {
  it('has a peak, what streams reach of it, and the fabric', () => {
    expect(peakBandwidth(memory)).toBe(83.2e9);
    expect(busBandwidth(memory)).toBeCloseTo(66.56e9, 0);
    expect(fabricBandwidth(memory)).toBeCloseTo(57.6e9, 0);
    expect(fabricBandwidth({ ...memory, fabric: undefined })).toBe(Infinity);
  });
});

describe('a kernel alone', () => {
  it.each([
    ['bound by FLOPs on all cores', 8e11, 1e9, 8, 1],
    ['bound by FLOPs on two threads', 8e11, 1e9, 2, 4],
    ['with more threads than cores', 8e11, 1e9, 32, 1],
    ['bound by the fabric', 1e9, 57.6e9, 8, 1],
    ['of no bytes', 8e11, 0, 8, 1],
    ['of no FLOPs', 0, 57.6e9, 8, 1],
  ])('%s', (_, flops, bytes, threads, expected) => {
    const { host, done, run } = setUp();
    host.compute(flops, bytes, threads, done, 0);
    expect(run()[0]).toBe(expected);
  });

  it('is bound by the bus where there is no fabric limit', () => {
    const { host, done, run } = setUp({ memory: { ...memory, fabric: undefined } });
    host.compute(0, 66.56e9, 8, done, 0);
    expect(run()[0]).toBeCloseTo(1, 11);
  });

  it('is bound by what kernels are measured to read, where that is less', () => {
    const { host, done, run } = setUp({ memory: { ...memory, coreBandwidth: 20e9 } });
    host.compute(0, 40e9, 8, done, 0);
    expect(run()[0]).toBeCloseTo(2, 11);
    expect(fabricBandwidth({ ...memory, coreBandwidth: 90e9 })).toBe(57.6e9);
  });

  it('has a rate for each kernel class, and matmul for those without', () => {
    const { host, done, run } = setUp({ cpu: { cores: 8, kernels: { matmul: 1e11, attention: 2e10 } } });
    host.compute(8e10, 0, 8, done, 0, 'attention');
    host.compute(0, 1, 8, done, 1, 'head');
    expect(run()[0]).toBeCloseTo(0.5, 11);
    expect(host.cpu.coreSeconds(1e11, 'head')).toBe(1);
  });
});

describe('in company', () => {
  it('two kernels bound by cores take twice as long, two bound by memory too', () => {
    const { host, done, run } = setUp();
    host.compute(8e11, 0, 8, done, 0);
    host.compute(8e11, 0, 8, done, 1);
    expect(run()).toEqual([2, 2]);
    const second = setUp();
    second.host.compute(0, 57.6e9, 8, second.done, 0);
    second.host.compute(0, 57.6e9, 8, second.done, 1);
    expect(second.run()).toEqual([2, 2]);
  });

  it('a thread gets its core beside a kernel that could use them all', () => {
    const { host, done, run } = setUp();
    host.compute(7e11, 0, 8, done, 0);
    host.cpu.cores.start(1, 1, done, 1, 0);
    expect(run()).toEqual([1, 1]);
  });

  it('DMA does not cross the fabric but competes on the bus', () => {
    const { simulation, host, done, run } = setUp();
    const drive = new IdealDevice(simulation, {
      name: 'drive',
      capacity: 2 ** 40,
      readLatency: 0,
      readBandwidth: 50e9,
      writeLatency: 0,
      writeBandwidth: 50e9,
      readPath: [host.dram.bus],
    });
    // Half of the bus each, 33.28 GB/s, instead of 50 by the drive's link and 57.6 by the fabric.
    drive.submit(READ, 0, 33.28e9, 0, done, 0);
    host.compute(0, 33.28e9, 8, done, 1);
    const [dma, kernel] = run();
    expect(dma).toBeCloseTo(1, 9);
    expect(kernel).toBeCloseTo(1, 9);
  });

  it('streamed weights cross the bus twice: at most 33.3 GB/s on this host', () => {
    const { simulation, host, done, run } = setUp();
    const drives = Array.from(
      { length: 6 },
      (_, i) =>
        new IdealDevice(simulation, {
          name: `drive ${i}`,
          capacity: 2 ** 40,
          readLatency: 0,
          readBandwidth: 14e9,
          writeLatency: 0,
          writeBandwidth: 14e9,
          readPath: [host.dram.bus],
        }),
    );
    let left = 120;
    const landed = simulation.register((drive) => {
      host.compute(0, BYTES, 8, done, 0);
      if (left-- > 0) drives[drive].submit(READ, 0, BYTES, 0, landed, drive);
    });
    drives.forEach((drive, i) => {
      drive.submit(READ, 0, BYTES, 0, landed, i);
    });
    const rate = (126 * BYTES) / run()[0];
    expect(rate).toBeLessThanOrEqual(33.28e9 * 1.0001);
    expect(rate).toBeGreaterThan(32e9);
  });
});
