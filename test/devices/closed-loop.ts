/**
 * A closed loop for the device tests: `depth` commands in flight, one new command per completion, addresses from a
 * seeded stream.
 */
import { type BlockDevice, type BlockOperation, READ } from '../../devices/index.ts';
import { Simulation, toSeconds } from '../../sim/index.ts';

export interface Loop {
  readonly depth: number;
  readonly bytes: number;
  readonly count: number;
  readonly operation?: BlockOperation;
  /** Consecutive instead of random addresses. */
  readonly sequential?: boolean;
}

export interface Measured {
  /** Of the whole run. */
  readonly seconds: number;
  /** In the steady state: from a quarter of the completions to the last submission. */
  readonly iops: number;
  readonly bytesPerSecond: number;
  /** Submission to completion of each command in order of completion, ps. */
  readonly latencies: number[];
}

export function closedLoop(make: (simulation: Simulation) => BlockDevice, loop: Loop): Measured {
  const simulation = new Simulation({ seed: 'closed-loop' });
  const device = make(simulation);
  const { depth, bytes, count, operation = READ, sequential = false } = loop;
  const random = simulation.random('addresses');
  const blocks = Math.floor(device.capacity / bytes);
  const started = new Float64Array(depth);
  const latencies: number[] = [];
  const steady = { from: 0, to: 0, completions: 0 };
  let submitted = 0;
  const submit = (slot: number) => {
    const block = sequential ? submitted % blocks : Math.floor(random() * blocks);
    submitted++;
    started[slot] = simulation.now;
    device.submit(operation, block * bytes, bytes, slot % device.queues, done, slot);
  };
  const done = simulation.register((slot) => {
    latencies.push(simulation.now - started[slot]);
    if (latencies.length === Math.floor(count / 4)) steady.from = simulation.now;
    if (submitted === count) return;
    submit(slot);
    steady.to = simulation.now;
    steady.completions = latencies.length - Math.floor(count / 4);
  });
  for (let slot = 0; slot < Math.min(depth, count); slot++) submit(slot);
  simulation.run();
  simulation.finish();
  const seconds = toSeconds(simulation.now);
  const iops = steady.completions / toSeconds(steady.to - steady.from);
  return { seconds, iops, bytesPerSecond: iops * bytes, latencies };
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, v) => sum + v, 0) / values.length;
