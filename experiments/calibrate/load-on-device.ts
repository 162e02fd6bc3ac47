/**
 * A measured row's load on a simulated device: a closed loop of depth x jobs requests, as fio runs it. The first tenth of
 * the completions, and those of the first requests in flight, are left out.
 */
import { type BlockDevice, type BlockOperation, DeviceArray, READ, WRITE } from '../../devices/index.ts';
import { type HandlerId, Simulation, toSeconds } from '../../sim/index.ts';
import type { MakeDevice } from './parameters.ts';
import { isWrite, type MeasuredRow } from './rows.ts';

/** Figures of one load: requests per second, seconds. */
export interface Simulated {
  readonly iops: number;
  readonly mean: number;
  /** Interpolated between the latencies, so that it changes smoothly with the parameters. */
  readonly percentile: (percent: number) => number;
}

export type Load = Pick<MeasuredRow, 'pattern' | 'bytes' | 'depth' | 'jobs'>;

/** Takes a request of a job; calls done(slot). */
export type Submit = (
  operation: BlockOperation,
  offset: number,
  bytes: number,
  job: number,
  done: HandlerId,
  slot: number,
) => void;

/** What lies between the jobs and a device. */
export type Front = (sim: Simulation, device: BlockDevice) => Submit;

/** The driver alone: it cuts what is larger than a command. */
export const driver: Front = (sim, device) => {
  const array = new DeviceArray(sim, { name: 'driver', devices: [device] });
  return (operation, offset, bytes, job, done, slot) =>
    array.submit(operation, offset, bytes, job % device.queues, done, slot);
};

/** Completions that make p99 of a simulated load stable to some percent. */
export function completionsFor({ bytes, depth, jobs }: Load): number {
  const base = bytes > 128 * 1024 ? 2000 : 5000;
  return base + 100 * depth * jobs;
}

/** @param completions that count */
export function simulateLoad(
  row: Load,
  make: MakeDevice,
  seed: string,
  completions = completionsFor(row),
  front: Front = driver,
): Simulated {
  const sim = new Simulation({ seed });
  const device = make(sim);
  const request = front(sim, device);
  const { bytes, depth, jobs } = row;
  const operation = isWrite(row) ? WRITE : READ;
  const random = row.pattern.startsWith('rand');
  const offsets = sim.random('calibrate/offsets');
  const blocks = Math.max(1, Math.floor(device.capacity / bytes));
  const slots = depth * jobs;
  const warm = Math.max(10 * slots, Math.ceil(completions / 10));
  const next = Float64Array.from({ length: jobs }, (_, job) => Math.floor((blocks * job) / jobs));
  const started = new Float64Array(slots);
  const latencies = new Float64Array(completions);
  let completed = 0;
  let from = 0;
  let to = 0;
  const submit = (slot: number) => {
    const job = slot % jobs;
    const block = random ? Math.floor(offsets() * blocks) : next[job]++ % blocks;
    started[slot] = sim.now;
    request(operation, block * bytes, bytes, job, done, slot);
  };
  const done = sim.register((slot) => {
    if (completed === warm) from = sim.now;
    if (completed >= warm && completed < warm + completions) {
      latencies[completed - warm] = sim.now - started[slot];
      to = sim.now;
    }
    if (++completed < warm + completions) submit(slot);
  });
  for (let slot = 0; slot < slots; slot++) submit(slot);
  sim.run();
  return simulated(latencies, (completions - 1) / toSeconds(to - from));
}

/** @param latencies ps, in any order; they are sorted */
export function simulated(latencies: Float64Array, iops: number): Simulated {
  const sorted = latencies.sort();
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length / 1e12;
  const percentile = (percent: number) => {
    const at = (sorted.length - 1) * (percent / 100);
    const low = Math.floor(at);
    const high = Math.min(low + 1, sorted.length - 1);
    return (sorted[low] + (sorted[high] - sorted[low]) * (at - low)) / 1e12;
  };
  return { iops, mean, percentile };
}
