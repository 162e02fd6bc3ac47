/** The ideal device against latency + bytes / bandwidth by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdealDevice, READ, WRITE } from '../../devices/index.ts';
import { duration, SharedLink, Simulation, us } from '../../sim/index.ts';
import { blockDeviceCases } from './block-device.cases.ts';
import { closedLoop } from './closed-loop.ts';

const options = {
  name: 'ideal',
  capacity: 2 ** 40,
  readLatency: us(10),
  readBandwidth: 7e9,
  writeLatency: us(4),
  writeBandwidth: 5e9,
};
const ideal =
  (change: Partial<typeof options> = {}) =>
  (simulation: Simulation) =>
    new IdealDevice(simulation, { ...options, ...change });

blockDeviceCases(
  'ideal',
  fc
    .record({
      readLatency: fc.nat({ max: 100_000_000 }),
      writeLatency: fc.nat({ max: 100_000_000 }),
      readBandwidth: fc.constantFrom(1e9, 7.3e9, 80e9, Infinity),
      writeBandwidth: fc.constantFrom(1e9, 5e9, Infinity),
    })
    .map((drawn) => ({
      make: ideal(drawn),
      fastestRead: drawn.readLatency + duration(4096, drawn.readBandwidth),
    })),
);

describe('ideal device', () => {
  it('takes latency + bytes / bandwidth alone', () => {
    expect(closedLoop(ideal(), { depth: 1, bytes: 4096, count: 3 }).latencies).toEqual(
      Array(3).fill(10_000_000 + 585_143),
    );
    const write = closedLoop(ideal(), { depth: 1, bytes: 1 << 20, count: 1, operation: WRITE });
    expect(write.latencies).toEqual([4_000_000 + 209_715_200]);
  });

  it('overlaps the latencies and serialises the data', () => {
    const { latencies } = closedLoop(ideal(), { depth: 3, bytes: 7000 * 512, count: 3 });
    const data = 512_000_000;
    expect(latencies).toEqual([us(10) + data, us(10) + 2 * data, us(10) + 3 * data]);
  });

  it('may have no latency and no bandwidth limit', () => {
    const make = ideal({ readLatency: 0, readBandwidth: Infinity });
    expect(closedLoop(make, { depth: 4, bytes: 1 << 20, count: 8 }).seconds).toBe(0);
  });

  it('moves data both ways at once', () => {
    const simulation = new Simulation({ seed: '' });
    const device = ideal()(simulation);
    const times: number[] = [];
    const done = simulation.register((tag) => {
      times[tag] = simulation.now;
    });
    device.submit(READ, 0, 1 << 20, 0, done, 0);
    device.submit(WRITE, 0, 1 << 20, 0, done, 1);
    simulation.run();
    expect(times).toEqual([us(10) + duration(1 << 20, 7e9), us(4) + duration(1 << 20, 5e9)]);
  });

  it('counts depth, bytes and latency, and forgets them on restart', () => {
    const simulation = new Simulation({ seed: '' });
    const device = ideal()(simulation);
    const done = simulation.register(() => {});
    for (let i = 0; i < 4; i++) device.submit(READ, i * 4096, 4096, 0, done, 0);
    simulation.run();
    const { completed, bytes, depth, latency } = device.statistics;
    expect([completed[READ], bytes[READ], depth.max, latency[READ].count]).toEqual([4, 16384, 4, 4]);
    expect(latency[READ].sum).toBe(4 * us(10) + (1 + 2 + 3 + 4) * duration(4096, 7e9));
    expect(depth.integral(simulation.now)).toBe(latency[READ].sum);
    expect(device.busy.read).toBe(4 * duration(4096, 7e9));
    device.restartStatistics();
    expect(device.statistics.completed[READ]).toBe(0);
  });
});

describe('shared links on the way to memory', () => {
  const bytes = 7000 * 512;
  const alone = us(10) + 512_000_000;
  const withDram = (rate: number, before?: (dram: SharedLink, simulation: Simulation) => void) =>
    closedLoop(
      (simulation) => {
        const dram = new SharedLink(simulation, { name: 'dram', rate });
        before?.(dram, simulation);
        return new IdealDevice(simulation, { ...options, readPath: [dram] });
      },
      { depth: 1, bytes, count: 1 },
    ).latencies[0];

  it('add nothing while they are idle', () => {
    expect(withDram(60e9)).toBe(alone);
    expect(withDram(7e9)).toBe(alone);
  });

  it('halve the rate of a device that shares one with an equal flow', () => {
    const shared = withDram(7e9, (dram, simulation) => {
      dram.start(
        1e12,
        Infinity,
        simulation.register(() => {}),
        0,
        0,
      );
    });
    expect(shared).toBe(us(10) + 2 * 512_000_000);
  });

  it('hold the device back when they are slower than its own link', () => {
    expect(withDram(3.5e9)).toBe(us(10) + 1_024_000_000);
  });
});
