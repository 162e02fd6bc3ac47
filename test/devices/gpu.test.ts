/** A GPU's kernels and copies against max(FLOP / rate, bytes / links). */
import { expect, it } from 'vitest';
import { Gpu } from '../../devices/index.ts';
import { SharedLink, Simulation } from '../../sim/index.ts';

function setUp(bus = 100e9) {
  const simulation = new Simulation({ seed: 'gpu' });
  const dram = new SharedLink(simulation, { name: 'dram', rate: bus });
  const gpu = new Gpu(simulation, { bandwidth: 900e9, flops: 50e12, linkRate: 25e9 }, dram);
  const times: number[] = [];
  const done = simulation.register((tag) => {
    times[tag] = simulation.now;
  });
  const run = () => {
    simulation.run();
    simulation.finish();
    return times.map((time) => time / 1e12);
  };
  return { gpu, done, run };
}

it('a kernel is bound by its memory or its units', () => {
  const { gpu, done, run } = setUp();
  gpu.compute(50e12, 90e9, done, 0);
  expect(run()[0]).toBeCloseTo(1, 11);
  const second = setUp();
  second.gpu.compute(5e12, 900e9, second.done, 0);
  expect(second.run()[0]).toBeCloseTo(1, 11);
});

it('copies share the link, and are held by a slower memory bus', () => {
  const { gpu, done, run } = setUp();
  gpu.copy(25e9, done, 0);
  gpu.copy(25e9, done, 1);
  expect(run()).toEqual([expect.closeTo(2, 11), expect.closeTo(2, 11)]);
  const slow = setUp(10e9);
  slow.gpu.copy(25e9, slow.done, 0);
  expect(slow.run()[0]).toBeCloseTo(2.5, 11);
});

it('what goes back has a direction of its own, and shares the bus', () => {
  const { gpu, done, run } = setUp();
  gpu.demote(25e9);
  gpu.copy(25e9, done, 0);
  expect(run()[0]).toBeCloseTo(1, 11);
  const narrow = setUp(25e9);
  narrow.gpu.demote(25e9);
  narrow.gpu.copy(25e9, narrow.done, 0);
  expect(narrow.run()[0]).toBeCloseTo(2, 11);
});
