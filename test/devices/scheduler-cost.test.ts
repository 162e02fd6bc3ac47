/** What schedulers and batches cost and save: the lock's ceiling, the kernel worker, neighbours that become one command. */
import { describe, expect, it } from 'vitest';
import {
  DEMAND,
  DeviceArray,
  IdealDevice,
  IoUring,
  type IoUringOptions,
  READ,
  RequestQueue,
} from '../../devices/index.ts';
import { SharedLink, Simulation, us } from '../../sim/index.ts';

const KIB = 1024;
const REQUESTS = 4000;

/** `threads` threads read 4 KiB each of `drives` drives without latency or limit. */
function run(
  {
    scheduler,
    cores = 32,
    drives = 1,
    ...options
  }: Partial<IoUringOptions> & {
    scheduler?: { locked: number; unlocked: number; dispatch: number };
    cores?: number;
    drives?: number;
  },
  maxTransfer = 128 * KIB,
) {
  const sim = new Simulation({ seed: 'lock' });
  const devices = Array.from(
    { length: drives },
    (_, i) =>
      new IdealDevice(sim, {
        name: `drive ${i}`,
        capacity: 2 ** 40,
        maxTransfer,
        readLatency: 0,
        writeLatency: 0,
        readBandwidth: Number.POSITIVE_INFINITY,
        writeBandwidth: Number.POSITIVE_INFINITY,
      }),
  );
  const queues = devices.map((device) => new RequestQueue(sim, { device, scheduler: 'mq-deadline' }));
  const io = new IoUring(sim, {
    device: new DeviceArray(sim, {
      name: 'array',
      devices: queues,
      stripe: drives > 1 ? 4 * KIB : undefined,
    }),
    request: 4 * KIB,
    queueDepth: 32,
    cpu: {
      cores: new SharedLink(sim, { name: 'cores', rate: cores }),
      submitTime: us(1),
      completeTime: us(1),
      scheduler,
    },
    ...options,
  });
  let end = 0;
  const done = sim.register(() => {
    end = sim.now;
  });
  io.read(0, REQUESTS * 4 * KIB, DEMAND, done, 0);
  sim.run();
  sim.finish();
  const commands = devices.reduce((sum, { statistics }) => sum + statistics.completed[READ], 0);
  return { seconds: end / 1e12, commands, io, contended: queues[0].lock.counts.contended };
}

describe('a scheduler', () => {
  it('costs one thread its time under the lock and beside it, and a kernel worker’s for each request alone', () => {
    const times = { locked: us(2), unlocked: us(0.5), dispatch: us(3) };
    const { seconds, contended } = run({ scheduler: times });
    expect(seconds / REQUESTS).toBeCloseTo(7.5e-6, 8);
    expect(contended).toBe(0);
    expect(run({ scheduler: times, batch: 8 }).seconds / REQUESTS).toBeCloseTo(4.5e-6, 8);
  });

  it.each([
    1, 2,
  ])('lets %i drives have 1 / locked commands a second each, from any number of threads', (drives) => {
    const times = { locked: us(2), unlocked: 0, dispatch: 0 };
    const { seconds, contended } = run({ scheduler: times, threads: 16, drives });
    expect((REQUESTS * 2e-6) / drives / seconds).toBeGreaterThan(0.97);
    expect(contended).toBeGreaterThan(REQUESTS / drives / 2);
  });

  it('burns the cores of those that wait for the lock', () => {
    const times = { locked: us(2), unlocked: 0, dispatch: 0 };
    // 16 threads on 4 cores: three of four cores spin, and the lock's holder has a quarter of one.
    const crowded = run({ scheduler: times, threads: 16, cores: 4 }).seconds;
    expect(crowded).toBeGreaterThan(3 * run({ scheduler: times, threads: 16 }).seconds);
  });
});

describe('a batch of neighbours', () => {
  it('is one command for the drive, and every request still ends', () => {
    const { commands, io } = run({ batch: 8 });
    expect(commands).toBe(REQUESTS / 8);
    expect(io.statistics.requests).toBe(REQUESTS);
    expect(io.statistics.commands).toBe(commands);
  });

  it('no larger than the largest command, than 32 requests, or than without merges', () => {
    expect(run({ batch: 8 }, 16 * KIB).commands).toBe(REQUESTS / 4);
    expect(run({ batch: 64, queueDepth: 64 }, 1024 * KIB).commands).toBe(REQUESTS / 32);
    expect(run({ batch: 8, merges: false }).commands).toBe(REQUESTS);
  });

  it('joins across the stripes of no two drives', () => {
    expect(run({ batch: 8, drives: 2 }).commands).toBe(REQUESTS);
  });
});
