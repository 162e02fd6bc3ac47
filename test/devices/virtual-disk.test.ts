/** A virtual disk: turns, their closed form, mixes, and what waits for the next one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { READ, VirtualDisk, type VirtualDiskParameters, WRITE } from '../../devices/index.ts';
import { Simulation, us } from '../../sim/index.ts';
import { blockDeviceCases } from './block-device.cases.ts';
import { closedLoop } from './closed-loop.ts';

const PARAMETERS: VirtualDiskParameters = {
  wakeTime: us(60),
  wakeTail: [],
  readTime: us(6),
  readRate: 2e9,
  writeTime: us(20),
  writeRate: 4e9,
};
const make = (sim: Simulation, change: Partial<VirtualDiskParameters> = {}) =>
  new VirtualDisk(sim, { name: 'vda', capacity: 1e9, parameters: { ...PARAMETERS, ...change } });

/** When reads that take 6 us each and are submitted at these times are over, us. */
function endsOf(times: readonly number[]): number[] {
  const sim = new Simulation({ seed: '1' });
  const disk = make(sim, { readRate: Number.POSITIVE_INFINITY });
  const ends: number[] = [];
  const done = sim.register(() => ends.push(sim.now / 1e6));
  const submit = sim.register((tag) => disk.submit(READ, 0, 4096, 0, done, tag));
  for (const time of times) sim.at(us(time), submit);
  sim.run();
  sim.finish();
  return ends;
}

describe('a virtual disk', () => {
  it.each([1, 2, 8, 64])('serves a closed loop of depth %d in turns of wake + depth x command', (depth) => {
    const { iops, latencies } = closedLoop(make, { depth, bytes: 4096, count: 40 * depth });
    const turn = 60e-6 + depth * (6e-6 + 4096 / 2e9);
    expect(iops / (depth / turn)).toBeCloseTo(1, 1);
    expect(Math.max(...latencies.slice(depth)) / 1e12).toBeCloseTo(turn, 8);
  });

  it('copies the bytes of a read and of a write at their own rates', () => {
    const one = (operation: typeof READ | typeof WRITE) =>
      closedLoop(make, { depth: 1, bytes: 2 ** 20, count: 2, operation }).latencies[0] / 1e6;
    expect(one(READ)).toBeCloseTo(60 + 6 + 2 ** 20 / 2e3, 3);
    expect(one(WRITE)).toBeCloseTo(60 + 20 + 2 ** 20 / 4e3, 3);
  });

  it('goes on until nothing waits, and completes the whole turn at once', () => {
    // The second arrives while the thread wakes, the third while it serves, the fourth after the interrupt at 60 + 3 x 6.
    expect(endsOf([0, 30, 63, 79])).toEqual([78, 78, 78, 79 + 66]);
  });

  it('ends a turn when the ring is full, however fast more arrives', () => {
    const ends = endsOf(Array.from({ length: 400 }, (_, i) => 5 * i));
    const turns = new Map<number, number>();
    for (const end of ends) turns.set(end, (turns.get(end) ?? 0) + 1);
    expect(ends.length).toBe(400);
    expect(turns.size).toBe(2);
    expect([...turns.values()][0]).toBeGreaterThanOrEqual(256);
  });

  it('wakes late as often as its tail says', () => {
    const wakeTail = [{ share: 0.25, extra: us(100) }];
    const { latencies } = closedLoop((sim) => make(sim, { wakeTail }), {
      depth: 1,
      bytes: 4096,
      count: 4000,
    });
    const late = latencies.filter((latency) => latency > us(100)).length;
    // 5 sigma of a binomial share.
    expect(Math.abs(late / 4000 - 0.25)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / 4000));
  });
});

blockDeviceCases(
  'a virtual disk',
  fc
    .record({ wake: fc.integer({ min: 0, max: 100 }), read: fc.integer({ min: 1, max: 50 }) })
    .map(({ wake, read }) => ({
      make: (sim: Simulation) => make(sim, { wakeTime: us(wake), readTime: us(read) }),
      fastestRead: us(wake + read),
    })),
);
