/**
 * A measured row's load on a simulated device: a closed loop of depth x jobs requests, as fio runs it. The first tenth of
 * the completions, and those of the first requests in flight, are left out.
 */
import { type BlockDevice, READ, WRITE } from '../../devices/index.ts';
import { Simulation, toSeconds } from '../../sim/index.ts';
import { isWrite, type MeasuredRow } from './rows.ts';

/** Figures of one load: requests per second, seconds. */
export interface Simulated {
  readonly iops: number;
  readonly mean: number;
  /** Interpolated between the latencies, so that it changes smoothly with the parameters. */
  readonly percentile: (percent: number) => number;
}

export type Load = Pick<MeasuredRow, 'pattern' | 'bytes' | 'depth' | 'jobs'>;

/** Completions that make p99 of a simulated load stable to some percent. */
export function completionsFor({ bytes, depth, jobs }: Load): number {
  const base = bytes > 128 * 1024 ? 2000 : 5000;
  return base + 20 * depth * jobs;
}

/** @param completions that count */
export function simulateLoad(
  row: Load,
  make: (sim: Simulation) => BlockDevice,
  seed: string,
  completions = completionsFor(row),
): Simulated {
  const sim = new Simulation({ seed });
  const device = make(sim);
  const { bytes, depth, jobs } = row;
  const operation = isWrite(row) ? WRITE : READ;
  const random = row.pattern.startsWith('rand');
  const offsets = sim.random('calibrate/offsets');
  const blocks = Math.max(1, Math.floor(device.capacity / bytes));
  const slots = depth * jobs;
  const warm = Math.max(2 * slots, Math.ceil(completions / 10));
  const next = Float64Array.from({ length: jobs }, (_, job) => Math.floor((blocks * job) / jobs));
  const started = new Float64Array(slots);
  const latencies = new Float64Array(completions);
  const parts = new Int32Array(slots);
  let completed = 0;
  let from = 0;
  let to = 0;
  /** The driver cuts what is larger than a command. */
  const cut = (offset: number, queue: number, slot: number) => {
    const { maxTransfer } = device;
    parts[slot] = Math.ceil(bytes / maxTransfer);
    for (let at = 0; at < bytes; at += maxTransfer) {
      device.submit(operation, offset + at, Math.min(bytes - at, maxTransfer), queue, done, slot);
    }
  };
  const submit = (slot: number) => {
    const job = slot % jobs;
    const block = random ? Math.floor(offsets() * blocks) : next[job]++ % blocks;
    started[slot] = sim.now;
    cut(block * bytes, job % device.queues, slot);
  };
  const done = sim.register((slot) => {
    if (parts[slot] > 0 && --parts[slot] > 0) return;
    if (completed === warm) from = sim.now;
    if (completed >= warm && completed < warm + completions) {
      latencies[completed - warm] = sim.now - started[slot];
      to = sim.now;
    }
    if (++completed < warm + completions) submit(slot);
  });
  for (let slot = 0; slot < slots; slot++) submit(slot);
  sim.run();
  return simulated(latencies.sort(), (completions - 1) / toSeconds(to - from));
}

function simulated(sorted: Float64Array, iops: number): Simulated {
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length / 1e12;
  const percentile = (percent: number) => {
    const at = (sorted.length - 1) * (percent / 100);
    const low = Math.floor(at);
    const high = Math.min(low + 1, sorted.length - 1);
    return (sorted[low] + (sorted[high] - sorted[low]) * (at - low)) / 1e12;
  };
  return { iops, mean, percentile };
}
