/** The drives' and the I/O interface's counters, since they last began anew, as the result's `storage`. */
import { type IoStatistics, PAGE_BYTES } from '../../devices/index.ts';
import { Histogram, type Picoseconds } from '../../sim/index.ts';
import type { Phase } from '../../workloads/inference/index.ts';
import type { Machine } from '../machine.ts';
import type { Storage } from '../result.ts';

/**
 * @param seconds length of the measured time
 * @param busy time that each drive's data path was taken, ps
 */
export function storageOf(
  machine: Machine,
  phase: Phase | 'window',
  seconds: number,
  busy: readonly number[],
  now: Picoseconds,
): Storage {
  const { drives } = machine;
  const per = (amount: number) => (seconds > 0 ? amount / seconds : 0);
  const perDevice = drives.map(({ name, statistics }, i) => ({
    name,
    bytesRead: statistics.bytes[0],
    bytesPerSecond: per(statistics.bytes[0]),
    iops: per(statistics.completed[0]),
    queueDepth: { mean: statistics.depth.mean(now), max: statistics.depth.max },
    utilisation: Math.min(1, per(busy[i] / 1e12)),
  }));
  const sum = (of: (device: (typeof perDevice)[number]) => number) =>
    perDevice.reduce((s, d) => s + of(d), 0);
  const latency = new Histogram();
  const size = new Histogram();
  for (const { statistics } of drives) {
    latency.merge(statistics.latency[0]);
    size.merge(statistics.commandBytes[0]);
  }
  const asked = [machine.reads, machine.mapped].flatMap((way) => (way ? [way.statistics] : []));
  return {
    bytesRead: sum((d) => d.bytesRead),
    bytesPerSecond: sum((d) => d.bytesPerSecond),
    iops: sum((d) => d.iops),
    requestBytes: sizesOf(size),
    queueDepth: { mean: sum((d) => d.queueDepth.mean), max: sum((d) => d.queueDepth.max) },
    latencySeconds: percentilesOf(latency),
    utilisation: sum((d) => d.utilisation) / drives.length,
    perDevice,
    application: applicationOf(asked, now),
    causes: causesOf(machine, phase).filter(({ bytes }) => bytes > 0),
  };
}

function applicationOf(ways: readonly IoStatistics[], now: Picoseconds): Storage['application'] {
  const latency = new Histogram();
  const size = new Histogram();
  for (const way of ways) {
    latency.merge(way.latency);
    size.merge(way.requestBytes);
  }
  const sum = (of: (way: IoStatistics) => number) => ways.reduce((total, way) => total + of(way), 0);
  return {
    requests: sum(({ requests }) => requests),
    requestBytes: sizesOf(size),
    queueDepth: { mean: sum(({ depth }) => depth.mean(now)), max: sum(({ depth }) => depth.max) },
    latencySeconds: percentilesOf(latency),
  };
}

/** Of a fault's window only the page that was asked for is demand. */
function causesOf({ reads, mapped }: Machine, phase: Phase | 'window') {
  const causes = [];
  if (reads) {
    const { requestsBy, bytes } = reads.statistics;
    causes.push({ cause: 'demand', requests: requestsBy[0], bytes: bytes[0] });
    causes.push({ cause: 'prefetch', requests: requestsBy[1], bytes: bytes[1] });
  }
  if (mapped) {
    const { requestsBy, bytes } = mapped.statistics;
    const all = bytes[0] + bytes[1];
    const demand = Math.min(all, (mapped.faults.major - mapped.faults.ahead) * PAGE_BYTES);
    if (phase === 'load')
      causes.push({ cause: 'populate', requests: requestsBy[0] + requestsBy[1], bytes: all });
    else {
      causes.push({ cause: 'demand fault', requests: requestsBy[0], bytes: demand });
      causes.push({ cause: 'readahead', requests: requestsBy[1], bytes: all - demand });
    }
  }
  return causes;
}

export const percentilesOf = (latency: Histogram) => ({
  mean: latency.mean / 1e12,
  p50: latency.percentile(50) / 1e12,
  p90: latency.percentile(90) / 1e12,
  p99: latency.percentile(99) / 1e12,
  p999: latency.percentile(99.9) / 1e12,
});

const sizesOf = (sizes: Histogram) => ({
  mean: sizes.mean,
  histogram: sizes.buckets().map(({ low, count }): [number, number] => [low, count]),
});
