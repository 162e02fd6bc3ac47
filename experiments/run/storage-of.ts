/** The drives' and the I/O interface's counters, since they last began anew, as the result's `storage`. */
import { Histogram, type Picoseconds } from '../../sim/index.ts';
import type { Machine } from '../machine.ts';
import type { Storage } from '../result.ts';

/**
 * @param seconds length of the measured time
 * @param busy time that each drive's data path was taken, ps
 */
export function storageOf(
  machine: Machine,
  seconds: number,
  busy: readonly number[],
  now: Picoseconds,
): Storage {
  const { drives, io } = machine;
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
  const { statistics: asked } = io;
  return {
    bytesRead: sum((d) => d.bytesRead),
    bytesPerSecond: sum((d) => d.bytesPerSecond),
    iops: sum((d) => d.iops),
    requestBytes: sizesOf(size),
    queueDepth: { mean: sum((d) => d.queueDepth.mean), max: sum((d) => d.queueDepth.max) },
    latencySeconds: percentilesOf(latency),
    utilisation: sum((d) => d.utilisation) / drives.length,
    perDevice,
    application: {
      requests: asked.requests,
      requestBytes: sizesOf(asked.requestBytes),
      queueDepth: { mean: asked.depth.mean(now), max: asked.depth.max },
      latencySeconds: percentilesOf(asked.latency),
    },
    causes: [
      { cause: 'demand', requests: asked.requestsBy[0], bytes: asked.bytes[0] },
      { cause: 'prefetch', requests: asked.requestsBy[1], bytes: asked.bytes[1] },
    ].filter(({ requests }) => requests > 0),
  };
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
