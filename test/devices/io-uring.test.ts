/** io_uring: cutting, priorities, cancellation, queue depth, and what it costs the cores. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEMAND,
  DeviceArray,
  IdealDevice,
  IoUring,
  type IoUringOptions,
  PREFETCH,
  READ,
  RequestQueue,
} from '../../devices/index.ts';
import { duration, SharedLink, Simulation, us } from '../../sim/index.ts';
import { property } from '../property.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const LATENCY = us(10);
const BANDWIDTH = 4e9;

/** An io_uring on an ideal drive, and a log of completions in order. */
function setUp(
  options: Partial<IoUringOptions> = {},
  drive: { maxTransfer?: number; readLatency?: number; readBandwidth?: number } = {},
) {
  const simulation = new Simulation({ seed: 'io' });
  const device = new IdealDevice(simulation, {
    name: 'drive',
    capacity: 2 ** 40,
    readLatency: LATENCY,
    readBandwidth: BANDWIDTH,
    writeLatency: LATENCY,
    writeBandwidth: BANDWIDTH,
    ...drive,
  });
  const io = new IoUring(simulation, { device, request: MIB, queueDepth: 64, ...options });
  const log: { tag: number; cancelled: number; time: number }[] = [];
  const done = simulation.register((tag, cancelled) => log.push({ tag, cancelled, time: simulation.now }));
  const run = () => {
    simulation.run();
    simulation.finish();
    return log;
  };
  return { simulation, device, io, done, log, run };
}

describe('closed forms without CPU cost', () => {
  it('a 4 KiB read takes latency + bytes / bandwidth', () => {
    const { io, done, run } = setUp();
    io.read(0, 4 * KIB, DEMAND, done, 7);
    expect(run()).toEqual([{ tag: 7, cancelled: 0, time: LATENCY + 1_024_000 }]);
  });

  it('is widened to whole blocks of O_DIRECT', () => {
    const { io, done, run, device } = setUp();
    io.read(4 * KIB - 1, 2, DEMAND, done, 0);
    expect(run()[0].time).toBe(LATENCY + duration(8 * KIB, BANDWIDTH));
    expect(device.statistics.bytes[READ]).toBe(8 * KIB);
  });

  it('a large read is cut at `request`, and its pieces overlap their latencies', () => {
    const { io, done, run } = setUp();
    io.read(0, 10 * MIB, DEMAND, done, 0);
    expect(run()[0].time).toBe(LATENCY + 10 * duration(MIB, BANDWIDTH));
    expect(io.statistics.requests).toBe(10);
    expect(io.statistics.depth.max).toBe(10);
  });

  it('queue depth 1 takes them one after another', () => {
    const { io, done, run } = setUp({ queueDepth: 1 });
    io.read(0, 4 * MIB, DEMAND, done, 0);
    expect(run()[0].time).toBe(4 * (LATENCY + duration(MIB, BANDWIDTH)));
  });

  it('the drive sees more commands than the program has requests when MDTS cuts them', () => {
    const { io, done, run, device } = setUp({ queueDepth: 1 }, { maxTransfer: 128 * KIB });
    io.read(0, MIB, DEMAND, done, 0);
    expect(run()[0].time).toBe(LATENCY + 8 * duration(128 * KIB, BANDWIDTH));
    expect(io.statistics.commands).toBe(8);
    expect(io.statistics.depth.max).toBe(1);
    expect(device.statistics.depth.max).toBe(8);
  });

  it('a striped read joins on all its drives', () => {
    const { simulation, done, run } = setUp();
    const drives = [0, 1, 2, 3].map(
      (i) =>
        new IdealDevice(simulation, {
          name: `drive ${i}`,
          capacity: 2 ** 40,
          readLatency: LATENCY,
          readBandwidth: BANDWIDTH,
          writeLatency: 0,
          writeBandwidth: BANDWIDTH,
        }),
    );
    const device = new DeviceArray(simulation, { name: 'array', devices: drives, stripe: MIB });
    const io = new IoUring(simulation, { device, request: 4 * MIB, queueDepth: 1 });
    io.read(0, 4 * MIB, DEMAND, done, 0);
    expect(run()[0].time).toBe(LATENCY + duration(MIB, BANDWIDTH));
  });
});

describe('priorities and cancellation', () => {
  it('demand goes before prefetch that is not submitted', () => {
    const { io, done, run } = setUp({ queueDepth: 1 });
    io.read(0, 2 * MIB, PREFETCH, done, 1);
    io.read(MIB * 100, MIB, DEMAND, done, 2);
    expect(run().map(({ tag }) => tag)).toEqual([2, 1]);
    expect(io.statistics.bytes).toEqual([MIB, 2 * MIB]);
  });

  it('a promoted prefetch goes behind the demand reads that wait, before other prefetches', () => {
    const { io, done, run } = setUp({ queueDepth: 1 });
    io.read(0, MIB, DEMAND, done, 0);
    io.read(0, MIB, PREFETCH, done, 1);
    const promoted = io.read(0, MIB, PREFETCH, done, 2);
    io.read(0, MIB, DEMAND, done, 3);
    io.promote(promoted);
    expect(run().map(({ tag }) => tag)).toEqual([0, 3, 2, 1]);
  });

  it('cancelling gives up what is not submitted; what is in flight completes', () => {
    const { io, done, run } = setUp({ queueDepth: 2 });
    const read = io.read(0, 5 * MIB, PREFETCH, done, 1);
    expect(io.cancel(read)).toBe(3 * MIB);
    expect(io.cancel(read)).toBe(0);
    expect(run()).toEqual([{ tag: 1, cancelled: 1, time: LATENCY + 2 * duration(MIB, BANDWIDTH) }]);
    expect(io.statistics.cancelledBytes).toBe(3 * MIB);
    expect(io.statistics.bytes[PREFETCH]).toBe(2 * MIB);
  });

  it('a read cancelled whole is over at once, but not inside cancel', () => {
    const { simulation, io, done, log, run } = setUp({ queueDepth: 1 });
    io.read(0, MIB, DEMAND, done, 1);
    const read = io.read(0, MIB, PREFETCH, done, 2);
    const cancel = simulation.register(() => {
      expect(io.cancel(read)).toBe(MIB);
      expect(log).toEqual([]);
    });
    simulation.at(us(5), cancel);
    expect(run()[0]).toEqual({ tag: 2, cancelled: 1, time: us(5) });
  });

  it('a read may be started from the completion of another', () => {
    const { simulation, io, done, run } = setUp({ queueDepth: 1, threads: 2 });
    const again = simulation.register(() => io.read(0, 4 * KIB, DEMAND, done, 2));
    io.read(0, 4 * KIB, DEMAND, again, 1);
    expect(run()[0].time).toBe(2 * (LATENCY + 1_024_000));
  });
});

describe('CPU cost', () => {
  const cpu = (simulation: Simulation, cores: number, extra = {}) => ({
    cores: new SharedLink(simulation, { name: 'cores', rate: cores }),
    submitTime: us(1),
    completeTime: us(2),
    ...extra,
  });

  it('comes before the command and after it, with the wake-up between', () => {
    const { simulation, device, done, run } = setUp();
    const io = new IoUring(simulation, {
      device,
      request: MIB,
      queueDepth: 4,
      cpu: cpu(simulation, 8, { wakeUp: us(3) }),
    });
    io.read(0, 4 * KIB, DEMAND, done, 0);
    expect(run()[0].time).toBe(us(1) + LATENCY + 1_024_000 + us(3) + us(2));
  });

  it('is charged for each NVMe command of a request', () => {
    const { simulation, device, done, run } = setUp({}, { maxTransfer: 256 * KIB });
    const io = new IoUring(simulation, { device, request: MIB, queueDepth: 4, cpu: cpu(simulation, 8) });
    io.read(0, MIB, DEMAND, done, 0);
    expect(run()[0].time).toBe(us(4) + LATENCY + duration(256 * KIB, BANDWIDTH) * 4 + us(8));
  });

  it('is charged for each byte before the drive has the request', () => {
    const { simulation, device, done, run } = setUp();
    const io = new IoUring(simulation, {
      device,
      request: MIB,
      queueDepth: 4,
      cpu: cpu(simulation, 8, { byteTime: 500 }),
    });
    io.read(0, 4 * KIB, DEMAND, done, 0);
    expect(run()[0].time).toBe(us(1) + 500 * 4 * KIB + LATENCY + 1_024_000 + us(2));
  });

  it('makes the cores the wall at many I/Os: one thread is serial, four threads on two cores twice as fast', () => {
    const iops = (threads: number, cores: number) => {
      const { simulation, device, done, run } = setUp({}, { readLatency: us(10), readBandwidth: Infinity });
      const io = new IoUring(simulation, {
        device,
        request: 4 * KIB,
        queueDepth: 64,
        threads,
        cpu: cpu(simulation, cores),
      });
      io.read(0, 3000 * 4 * KIB, DEMAND, done, 0);
      return 3000 / (run()[0].time / 1e12);
    };
    expect(iops(1, 8)).toBeCloseTo(1e6 / 3, -4);
    expect(iops(2, 8)).toBeCloseTo(2e6 / 3, -4);
    expect(iops(4, 2)).toBeCloseTo(2e6 / 3, -4);
  });

  it('slows the matrix work that shares the cores, and is slowed by it', () => {
    const { simulation, device, done, run } = setUp({}, { readLatency: 0, readBandwidth: Infinity });
    const costs = cpu(simulation, 1);
    const io = new IoUring(simulation, { device, request: 4 * KIB, queueDepth: 1, cpu: costs });
    costs.cores.start(10e-6, 1, done, 99, 0);
    io.read(0, 4 * KIB, DEMAND, done, 0);
    expect(run()).toEqual([
      { tag: 0, cancelled: 0, time: us(6) },
      { tag: 99, cancelled: 0, time: us(13) },
    ]);
  });
});

const action = fc.record({
  gap: fc.nat({ max: 30_000_000 }),
  offset: fc.nat({ max: 2 ** 30 }),
  bytes: fc.integer({ min: 1, max: 3 * MIB }),
  priority: fc.constantFrom(DEMAND, PREFETCH),
  cancelAfter: fc.option(fc.nat({ max: 2_000_000_000 })),
  promoteAfter: fc.option(fc.nat({ max: 2_000_000_000 })),
});

property([
  fc.array(action, { minLength: 1, maxLength: 60 }),
  fc.integer({ min: 1, max: 4 }),
  fc.integer({ min: 1, max: 8 }),
  fc.constantFrom(4 * KIB, 128 * KIB, MIB),
  fc.boolean(),
  fc.constantFrom(1, 1, 3, 8),
  fc.boolean(),
])(
  'every read ends once; what was asked is read or cancelled',
  (actions, threads, queueDepth, request, paid, batch, scheduled) => {
    const { simulation, device } = setUp({}, { maxTransfer: 256 * KIB });
    const cores = new SharedLink(simulation, { name: 'cores', rate: 2 });
    const scheduler = scheduled ? { locked: us(1), unlocked: us(1), dispatch: us(2) } : undefined;
    const cpu = paid
      ? { cores, submitTime: us(1), completeTime: us(1), wakeUp: us(2), scheduler }
      : undefined;
    const queue = new RequestQueue(simulation, { device, scheduler: 'mq-deadline', tags: 3 });
    const io = new IoUring(simulation, { device: queue, request, queueDepth, threads, cpu, batch });
    const ids = new Map<number, number>();
    const ended: number[] = [];
    let asked = 0;
    let given = 0;
    const givenUp = new Set<number>();
    const done = simulation.register((tag, cancelled) => {
      expect(cancelled).toBe(givenUp.has(tag) ? 1 : 0);
      ids.delete(tag);
      ended.push(tag);
    });
    const start = simulation.register((tag) => {
      const { offset, bytes, priority } = actions[tag];
      asked += Math.ceil((offset + bytes) / 4096) * 4096 - Math.floor(offset / 4096) * 4096;
      ids.set(tag, io.read(offset, bytes, priority, done, tag));
    });
    const cancel = simulation.register((tag) => {
      const id = ids.get(tag);
      if (id === undefined) return;
      const bytes = io.cancel(id);
      given += bytes;
      if (bytes > 0) givenUp.add(tag);
    });
    const promote = simulation.register((tag) => {
      const id = ids.get(tag);
      if (id !== undefined) io.promote(id);
    });
    let time = 0;
    actions.forEach(({ gap, cancelAfter, promoteAfter }, tag) => {
      time += gap;
      simulation.at(time, start, tag);
      if (cancelAfter !== null) simulation.at(time + cancelAfter, cancel, tag);
      if (promoteAfter !== null) simulation.at(time + promoteAfter, promote, tag);
    });
    simulation.run();
    simulation.finish();
    expect(ended.sort((a, b) => a - b)).toEqual(actions.map((_, tag) => tag));
    expect(device.statistics.bytes[READ]).toBe(asked - given);
    expect(io.statistics.cancelledBytes).toBe(given);
    expect(io.statistics.depth.max).toBeLessThanOrEqual(threads * queueDepth);
  },
);

describe('options', () => {
  it.each([
    [{ queueDepth: 0 }, /queueDepth 0/],
    [{ threads: 1.5 }, /threads 1.5/],
    [{ alignment: 100 }, /alignment 100 B/],
    [{ request: 5000 }, /request of 5000 B/],
  ])('refuses %o', (options, message) => {
    expect(() => setUp(options)).toThrow(message);
  });

  it('refuses an empty read', () => {
    const { io, done } = setUp();
    expect(() => io.read(0, 0, DEMAND, done, 0)).toThrow(/nothing to read/);
  });
});
