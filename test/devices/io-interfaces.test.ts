/**
 * Interfaces by their cost: fio's 4 KiB random reads on seven Optane drives (linux-io-api-optane.csv). Cycles a request
 * come from the rows of one thread; the rest is predicted.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { DEMAND, IdealDevice, IoUring } from '../../devices/index.ts';
import { duration, SharedLink, Simulation, us } from '../../sim/index.ts';
import { describeMeasured, measured } from '../data.ts';

const FILE = 'nvme/linux-io-api-optane.csv';
const CORES = 20;
/** What the seven drives give together: "threads to saturate 4.12 M" of the same measurements. */
const DRIVES_IOPS = 4.12e6;
/** SPDK's latency at depth 1, 6.89 us, less its own 0.98 us of processor. */
const DEVICE_LATENCY = us(5.9) - duration(1, DRIVES_IOPS);

/** How an interface waits: sleeping threads need a wake-up (derived in the facts of the same measurements). */
const WAYS = {
  psync: { wakeUp: us(1.6) },
  aio: { wakeUp: us(2.4) },
  iou: { wakeUp: us(2.4) },
  iou_c: { polls: true },
  iou_s: { kernel: true },
  spdk_fio: { polls: true },
} as const;
type Interface = keyof typeof WAYS;

/** Mean operations per second and latency (s) of `threads` threads at `depth` each. */
function run(name: Interface, seconds: number, threads: number, depth: number, requests: number) {
  const sim = new Simulation({ seed: name });
  const device = new IdealDevice(sim, {
    name: 'optane',
    capacity: 2 ** 40,
    readLatency: DEVICE_LATENCY,
    readBandwidth: DRIVES_IOPS * 4096,
    writeLatency: 0,
    writeBandwidth: 1,
  });
  const way: { wakeUp?: number; polls?: boolean; kernel?: boolean } = WAYS[name];
  const half = Math.round((seconds / 2) * 1e12);
  const io = new IoUring(sim, {
    device,
    request: 4096,
    queueDepth: depth,
    threads,
    cpu: {
      cores: new SharedLink(sim, { name: 'cores', rate: CORES }),
      submitTime: half,
      completeTime: half,
      wakeUp: way.wakeUp,
      polls: way.polls,
      kernelThread: way.kernel ? { submitTime: half, completeTime: half } : undefined,
    },
  });
  let end = 0;
  const done = sim.register(() => {
    end = sim.now;
  });
  io.read(0, requests * 4096, DEMAND, done, 0);
  sim.run();
  sim.finish();
  return { iops: requests / (end / 1e12), latency: end / 1e12 / requests };
}

describeMeasured('seven Optane drives', [FILE], () => {
  let rows: { experiment: string; name: string; threads: number; iops: number; latency: number }[];
  beforeAll(() => {
    rows = readFileSync(measured(FILE), 'utf8')
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => line.split(','))
      .map(([experiment, name, threads, iops, latency]) => ({
        experiment,
        name: name.replace('_dev1', ''),
        threads: Number(threads),
        iops: Number(iops),
        latency: Number(latency) / 1e6,
      }));
  });
  const row = (name: string, threads: number, one = false) =>
    rows.find((r) => r.name === name && r.threads === threads && r.experiment.startsWith('fig2') === one)!;
  /** Core time of a request, from the row of one thread; psync: 6,770 cycles at 2.4 GHz. */
  const cost = (name: Interface) => (name === 'psync' ? 6770 / 2.4e9 : 1 / row(name, 1).iops);

  const queued = ['aio', 'iou', 'iou_c', 'iou_s', 'spdk_fio'] as const;
  it.each(
    queued.flatMap((name) => [4, 10].map((threads) => [name, threads] as const)),
  )('%s on %i threads', (name, threads) => {
    const { iops } = run(name, cost(name), threads, 128, 100_000);
    const found = row(name, threads).iops;
    expect(Math.abs(iops / found - 1)).toBeLessThanOrEqual(0.07);
  });

  it.each(Object.keys(WAYS) as Interface[])('%s at depth 1', (name) => {
    const { latency } = run(name, cost(name), 1, 1, 1000);
    const found = row(name, 1, true).latency;
    expect(Math.abs(latency / found - 1)).toBeLessThanOrEqual(0.1);
  });

  /** 4.12 M at 10 threads, 3.27 M at 16, 2.55 M at 20 on 20 cores: published with the same measurements. */
  it.each([
    [16, 3.27e6],
    [20, 2.55e6],
  ])('SQPOLL falls when %i pairs share 20 cores', (threads, found) => {
    const { iops } = run('iou_s', cost('iou_s'), threads, 128, 100_000);
    expect(Math.abs(iops / found - 1)).toBeLessThanOrEqual(0.07);
  });
});
