/**
 * What holds for every block device, whatever its fidelity: one suite, called by the test of each implementation.
 * Conservation and Little's law are checked by the simulation's own audits (`finish`), and here from outside.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlockDevice, READ, WRITE } from '../../devices/index.ts';
import { Simulation } from '../../sim/index.ts';
import { property } from '../property.ts';
import { closedLoop } from './closed-loop.ts';

export interface DeviceCase {
  readonly make: (simulation: Simulation) => BlockDevice;
  /** No 4 KiB read can take less, ps. */
  readonly fastestRead: number;
}

const command = fc.record({
  operation: fc.constantFrom(READ, WRITE),
  block: fc.nat({ max: 2 ** 20 }),
  blocks: fc.integer({ min: 1, max: 256 }),
  queue: fc.nat({ max: 7 }),
  gap: fc.nat({ max: 50_000_000 }),
});

/** Runs the suite on devices drawn from `arbitrary`. */
export function blockDeviceCases(name: string, arbitrary: fc.Arbitrary<DeviceCase>): void {
  describe(`${name} as a block device`, () => {
    property([arbitrary, fc.array(command, { minLength: 1, maxLength: 200 })], { numRuns: 60 })(
      'completes every command once, and conserves commands, bytes and time',
      ({ make }, workload) => {
        const simulation = new Simulation({ seed: 'cases' });
        const device = make(simulation);
        const limit = Math.min(256, device.maxTransfer / 4096);
        const completions = new Array<number>(workload.length).fill(0);
        let inside = 0;
        let area = 0;
        let since = 0;
        let visits = 0;
        const started: number[] = [];
        const step = (change: number) => {
          area += inside * (simulation.now - since);
          since = simulation.now;
          inside += change;
        };
        const done = simulation.register((tag, b) => {
          step(-1);
          expect(b).toBe(0);
          completions[tag]++;
          visits += simulation.now - started[tag];
        });
        const submit = simulation.register((tag) => {
          const { operation, block, blocks, queue } = workload[tag];
          step(1);
          started[tag] = simulation.now;
          const bytes = Math.min(blocks, limit) * 4096;
          const offset = (block * 4096) % (device.capacity - bytes);
          device.submit(operation, offset - (offset % 4096), bytes, queue % device.queues, done, tag);
        });
        let time = 0;
        workload.forEach(({ gap }, tag) => {
          time += gap;
          simulation.at(time, submit, tag);
        });
        simulation.run();
        simulation.finish();
        expect(completions).toEqual(new Array(workload.length).fill(1));
        expect(area).toBeCloseTo(visits, -3);
      },
    );

    property([arbitrary, fc.integer({ min: 1, max: 64 })], { numRuns: 30 })(
      'reads 4 KiB no faster than its physical parts allow, at any depth',
      ({ make, fastestRead }, depth) => {
        const { latencies } = closedLoop(make, { depth, bytes: 4096, count: 200 });
        expect(Math.min(...latencies)).toBeGreaterThanOrEqual(fastestRead);
      },
    );

    property([arbitrary], { numRuns: 20 })('repeats itself exactly', ({ make }) => {
      const loop = { depth: 8, bytes: 16384, count: 100 };
      expect(closedLoop(make, loop)).toEqual(closedLoop(make, loop));
    });

    const [{ make }] = fc.sample(arbitrary, { numRuns: 1, seed: 1 });
    const device = make(new Simulation({ seed: 'refusals' }));
    it.each([
      ['half a block', 0, 2048 + 1],
      ['an offset inside a block', 1, 4096],
      ['nothing', 0, 0],
      ['a transfer beyond the capacity', device.capacity - 4096, 8192],
    ])('refuses %s', (_, offset, bytes) => {
      expect(() => device.submit(READ, offset, bytes, 0, 0, 0)).toThrow(RangeError);
    });
  });
}
