/**
 * A trace replayed on a simulated device with its dependencies kept: a request is issued when as many requests have
 * completed as had in the trace, and the one before it is issued, plus the pause that followed there. So a closed loop stays
 * one however fast the device is, bursts and pauses stay what they were, and the depth is the trace's.
 *
 * Of a long trace, stretches spread evenly over it, one behind the other; requests at the beginning of a stretch, which in
 * the trace shared the device with requests before it, are replayed and not counted.
 */
import { DeviceArray } from '../../devices/index.ts';
import { Simulation } from '../../sim/index.ts';
import type { BlockTrace } from '../../workloads/traces/index.ts';
import { type Simulated, simulated } from './load-on-device.ts';
import type { MakeDevice } from './parameters.ts';

/** Requests, one entry of each array; in order of issue. Times in ps. */
export interface ReplayPlan {
  readonly count: number;
  readonly operation: Uint8Array;
  /** NaN: at random. */
  readonly offset: Float64Array;
  readonly bytes: Float64Array;
  /** Completions that precede it. */
  readonly after: Int32Array;
  /** Since then and the issue before. */
  readonly pause: Float64Array;
  readonly depth: Float64Array;
  readonly latency: Float64Array;
  /** Class of operation, size and depth; -1: not counted. */
  readonly group: Int32Array;
  /** Requests of the trace that are not replayed. */
  readonly left: number;
}

const STRETCHES = 8;
const REPLAYED = 20_000;
const SEED = 'replay';

/** @param rows of the trace, in issue order, that have all figures */
export function replayPlan(
  { trace, rows }: { trace: BlockTrace; rows: readonly number[] },
  blockSize: number,
): ReplayPlan {
  const count = Math.min(rows.length, REPLAYED);
  const whole = rows.length <= REPLAYED;
  const length = whole ? count : Math.floor(REPLAYED / STRETCHES);
  const stretches = whole ? 1 : STRETCHES;
  const column = () => new Float64Array(length * stretches);
  const plan = {
    count: length * stretches,
    operation: new Uint8Array(length * stretches),
    offset: column(),
    bytes: column(),
    after: new Int32Array(length * stretches),
    pause: column(),
    depth: column(),
    latency: column(),
    group: new Int32Array(length * stretches),
    left: rows.length - length * stretches,
  };
  const ends = Float64Array.from(rows, (row) => trace.completeOf(row)).sort();
  for (let k = 0; k < stretches; k++) {
    const first = stretches === 1 ? 0 : Math.floor((k * (rows.length - length)) / (stretches - 1));
    const before = first - countUpTo(ends, trace.issueOf(rows[first]));
    addStretch(plan, k * length, trace, rows.slice(first, first + length), 2 * before, blockSize);
  }
  return plan;
}

/** @param base of the plan's entries @param uncounted requests at its beginning */
function addStretch(
  plan: ReplayPlan,
  base: number,
  trace: BlockTrace,
  rows: readonly number[],
  uncounted: number,
  blockSize: number,
): void {
  const completes = Float64Array.from(rows, (row) => trace.completeOf(row)).sort();
  let ended = 0;
  rows.forEach((row, k) => {
    const i = base + k;
    const issue = trace.issueOf(row);
    while (completes[ended] <= issue) ended++;
    const since = Math.max(k > 0 ? trace.issueOf(rows[k - 1]) : issue, ended > 0 ? completes[ended - 1] : 0);
    const bytes = Math.ceil(trace.bytesOf(row) / blockSize) * blockSize;
    const depth = k - ended + 1;
    plan.operation[i] = trace.opOf(row);
    plan.offset[i] = Math.floor(trace.offsetOf(row) / blockSize) * blockSize;
    plan.bytes[i] = bytes;
    plan.after[i] = base + ended;
    plan.pause[i] = issue - since;
    plan.depth[i] = depth;
    plan.latency[i] = trace.completeOf(row) - issue;
    plan.group[i] =
      k < uncounted
        ? -1
        : (Math.floor(Math.log2(bytes)) * 64 + Math.floor(Math.log2(depth))) * 2 + trace.opOf(row);
  });
}

/** How many of a sorted column are no more than `limit`. */
function countUpTo(sorted: Float64Array, limit: number): number {
  let low = 0;
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @returns figures of each class that is asked for */
export function replayTrace(plan: ReplayPlan, make: MakeDevice, groups: readonly number[]): Simulated[] {
  const sim = new Simulation({ seed: SEED });
  const device = make(sim);
  const array = new DeviceArray(sim, { name: 'driver', devices: [device] });
  const { count, operation, offset, bytes, after, pause } = plan;
  const random = sim.random('replay/offsets');
  const started = new Float64Array(count);
  const latency = new Float64Array(count);
  let next = 0;
  let completed = 0;
  let waits = true;
  const look = () => {
    if (!waits || next === count || completed < after[next]) return;
    waits = false;
    sim.after(pause[next], issue);
  };
  const issue = sim.register(() => {
    const i = next++;
    const room = Math.floor((device.capacity - bytes[i]) / device.blockSize) + 1;
    const block = Number.isNaN(offset[i])
      ? Math.floor(random() * room)
      : (offset[i] / device.blockSize) % room;
    started[i] = sim.now;
    waits = true;
    array.submit(operation[i] as 0 | 1, block * device.blockSize, bytes[i], 0, done, i);
    look();
  });
  const done = sim.register((i) => {
    latency[i] = sim.now - started[i];
    completed++;
    look();
  });
  look();
  sim.run();
  return groups.map((group) => {
    const own = latency.filter((_, i) => plan.group[i] === group);
    return simulated(own, Number.NaN);
  });
}
