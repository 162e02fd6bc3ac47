/** The block layer of a drive: cutting, places and tags, and in which order each scheduler lets waiting requests go. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BlockOperation,
  DeviceArray,
  IdealDevice,
  makeScheduler,
  READ,
  RequestQueue,
  type RequestQueueOptions,
  SCHEDULERS,
  WRITE,
} from '../../devices/index.ts';
import { ms, Simulation, us } from '../../sim/index.ts';
import { property } from '../property.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const LATENCY = us(10);

/** A drive that serves all it has at once, behind its request queue, and a log of completions in order. */
function setUp(options: Partial<RequestQueueOptions> = {}, drive: { maxTransfer?: number } = {}) {
  const simulation = new Simulation({ seed: 'queue' });
  const device = new IdealDevice(simulation, {
    name: 'drive',
    capacity: 2 ** 40,
    readLatency: LATENCY,
    writeLatency: LATENCY,
    readBandwidth: Number.POSITIVE_INFINITY,
    writeBandwidth: Number.POSITIVE_INFINITY,
    queues: 4,
    ...drive,
  });
  const queue = new RequestQueue(simulation, { device, ...options });
  const log: { tag: number; time: number }[] = [];
  const done = simulation.register((tag) => log.push({ tag, time: simulation.now }));
  const submit = (tag: number, offset: number, operation: BlockOperation = READ, hardwareQueue = 0) =>
    queue.submit(operation, offset, 4 * KIB, hardwareQueue, done, tag);
  const run = () => {
    simulation.run();
    simulation.finish();
    return log.map(({ tag }) => tag);
  };
  return { simulation, device, queue, log, done, submit, run };
}

describe('the largest command', () => {
  it.each([
    [{ maxSectors: 1280 * KIB }, 4 * MIB, 1280 * KIB],
    [{ maxSectors: 4 * MIB }, 512 * KIB, 512 * KIB],
    [{ maxSectors: 4 * MIB, maxSegments: 127 }, 2 * MIB, 508 * KIB],
    [{}, 128 * KIB, 128 * KIB],
    [{ maxSegments: 128 }, Number.POSITIVE_INFINITY, 512 * KIB],
  ])('of %o on a drive of MDTS %d is %d', (options, maxTransfer, largest) => {
    const { simulation, device, queue, done, run } = setUp(options, { maxTransfer });
    expect(queue.maxTransfer).toBe(largest);
    const driver = new DeviceArray(simulation, { name: 'driver', devices: [queue] });
    driver.submit(READ, 0, 10 * MIB, 0, done, 1);
    expect(run()).toEqual([1]);
    expect(device.statistics.completed[READ]).toBe(Math.ceil((10 * MIB) / largest));
    expect(device.statistics.bytes[READ]).toBe(10 * MIB);
  });

  it('ends at a stripe, too: what is left of it is a command of its own', () => {
    const { simulation, queue, device, done, run } = setUp({ maxSectors: 768 * KIB });
    const other = setUp({ maxSectors: 768 * KIB });
    const queues = [queue, new RequestQueue(simulation, { device: other.device, maxSectors: 768 * KIB })];
    const driver = new DeviceArray(simulation, { name: 'md', devices: queues, stripe: MIB });
    const lengths: number[] = [];
    driver.onCommand = (_, bytes) => lengths.push(bytes / KIB);
    expect(driver.commands(512 * KIB, 2 * MIB)).toBe(4);
    driver.submit(READ, 512 * KIB, 512 * KIB, 0, done, 1);
    driver.submit(READ, 2 * MIB, MIB, 0, done, 2);
    expect(lengths).toEqual([512, 768, 256]);
    run();
    expect(device.statistics.bytes[READ]).toBe(1.5 * MIB);
  });
});

describe('places and tags', () => {
  it.each(SCHEDULERS)('with %s, n requests on t tags take ceil(n / t) latencies', (scheduler) => {
    const { submit, log, run, device } = setUp({ scheduler, tags: 4 });
    for (let i = 0; i < 10; i++) submit(i, i * MIB);
    run();
    expect(log.map(({ time }) => time)).toEqual(
      Array.from({ length: 10 }, (_, i) => (Math.floor(i / 4) + 1) * LATENCY),
    );
    expect(device.statistics.depth.max).toBe(4);
  });

  it('are each hardware queue’s own', () => {
    const { submit, log, run } = setUp({ tags: 1 });
    for (let i = 0; i < 4; i++) submit(i, i * MIB, READ, i);
    run();
    expect(log.every(({ time }) => time === LATENCY)).toBe(true);
  });

  it('nr_requests below the tags holds the rest back, whatever the scheduler', () => {
    for (const scheduler of SCHEDULERS) {
      const { submit, run, queue, device } = setUp({ scheduler, tags: 8, nrRequests: 2 });
      for (let i = 0; i < 6; i++) submit(i, i * MIB);
      run();
      expect(device.statistics.depth.max).toBe(2);
      expect(queue.counts.waited).toBe(4);
    }
  });

  it('Kyber keeps the drive at 256 reads and 128 writes over all queues', () => {
    const { submit, run, device } = setUp({ scheduler: 'kyber', tags: 1023 });
    for (let i = 0; i < 1000; i++) submit(i, i * MIB, i < 600 ? READ : WRITE, i % 4);
    run();
    expect(device.statistics.depth.max).toBe(256 + 128);
  });
});

describe('the order of what waits', () => {
  it('mq-deadline goes up from where it is, then to the oldest', () => {
    const { submit, run } = setUp({ scheduler: 'mq-deadline', tags: 1, nrRequests: 64 });
    submit(0, 50 * MIB);
    for (const [tag, place] of [55, 70, 10, 60, 20].entries()) submit(tag + 1, place * MIB);
    // 50 is in the drive, 55 was given out and waits for its tag; 60 and 70 lie beyond; of 10 and 20, 10 came first.
    expect(run()).toEqual([0, 1, 4, 2, 3, 5]);
  });

  it('mq-deadline: 16 reads, then 16 more, then a write that has waited for two turns', () => {
    const { submit, run } = setUp({ scheduler: 'mq-deadline', tags: 1, nrRequests: 64 });
    for (let i = 0; i < 60; i++) {
      submit(i, i * MIB);
      if (i === 2) submit(1000, 0, WRITE);
    }
    // The first batch of 16 begins with the request that found the drive idle.
    expect(run().indexOf(1000)).toBe(3 * 16);
  });

  it('mq-deadline lets a read that has waited for 500 ms begin the next turn', () => {
    const { simulation, submit, run } = setUp({ scheduler: 'mq-deadline', tags: 1, nrRequests: 64 });
    let next = 300;
    for (let i = 0; i < 40; i++) submit(200 + i, (200 + i) * MIB);
    submit(7, 0);
    // Reads that lie ever further on keep the sweep going up until the one behind it expires.
    const more = simulation.register(() => {
      submit(next, (100 + next) * MIB);
      if (++next < 60_200) simulation.after(LATENCY, more);
    });
    simulation.after(LATENCY / 2, more);
    const at = run().indexOf(7) * LATENCY;
    expect(at).toBeGreaterThanOrEqual(ms(500));
    expect(at).toBeLessThanOrEqual(ms(500) + 17 * LATENCY);
  });

  it('BFQ serves one thread for 8 MiB at a time', () => {
    const requests = {
      now: 0,
      operationOf: (): BlockOperation => READ,
      offsetOf: (request: number) => request * 4 * MIB,
      bytesOf: () => 4 * MIB,
      queueOf: (request: number) => (request < 6 ? 0 : 1),
      sinceOf: () => 0,
    } as const;
    const bfq = makeScheduler('bfq', requests, 2);
    for (let request = 0; request < 10; request++) bfq.insert(request);
    const order = Array.from({ length: 10 }, () => bfq.next());
    expect(order).toEqual([0, 1, 6, 7, 2, 3, 8, 9, 4, 5]);
    expect(bfq.next()).toBe(-1);
  });
});

describe('a back merge', () => {
  it('joins a waiting request that ends where the new one begins, up to the largest command', () => {
    const { submit, run, queue, device } = setUp({
      scheduler: 'mq-deadline',
      tags: 1,
      nrRequests: 64,
      maxSectors: 16 * KIB,
    });
    submit(0, 100 * MIB);
    for (let i = 0; i < 10; i++) submit(1 + i, i * 4 * KIB);
    expect(run().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    // The first is in the drive, the second waits for its tag; the other nine become 16, 16 and 4 KiB.
    expect(queue.counts.merged).toBe(6);
    expect(device.statistics.completed[READ]).toBe(2 + 3);
    expect(device.statistics.bytes[READ]).toBe(11 * 4 * KIB);
  });
});

property([
  fc.array(
    fc.record({
      gap: fc.nat({ max: 20_000_000 }),
      block: fc.nat({ max: 60 }),
      write: fc.boolean(),
      hardwareQueue: fc.nat({ max: 3 }),
    }),
    { minLength: 1, maxLength: 150 },
  ),
  fc.constantFrom(...SCHEDULERS),
  fc.integer({ min: 1, max: 6 }),
  fc.integer({ min: 1, max: 8 }),
])(
  'whatever the order, each request ends once, its bytes are moved once, and no limit is passed',
  (requests, scheduler, tags, nrRequests) => {
    const { simulation, submit, run, device, queue } = setUp({
      scheduler,
      tags,
      nrRequests,
      maxSectors: 16 * KIB,
    });
    const start = simulation.register((tag) => {
      const { block, write, hardwareQueue } = requests[tag];
      submit(tag, block * 4 * KIB, write ? WRITE : READ, hardwareQueue);
    });
    let time = 0;
    requests.forEach(({ gap }, tag) => {
      time += gap;
      simulation.at(time, start, tag);
    });
    expect(run().sort((a, b) => a - b)).toEqual(requests.map((_, tag) => tag));
    const [read, written] = device.statistics.bytes;
    const writes = requests.filter(({ write }) => write).length;
    expect([read, written]).toEqual([(requests.length - writes) * 4 * KIB, writes * 4 * KIB]);
    expect(device.statistics.completed[READ] + device.statistics.completed[WRITE] + queue.counts.merged).toBe(
      requests.length,
    );
    expect(device.statistics.depth.max).toBeLessThanOrEqual(4 * Math.min(tags, nrRequests));
  },
);

it('refuses limits that let nothing through', () => {
  expect(() => setUp({ tags: 0 })).toThrow(/0 tags/);
  expect(() => setUp({ maxSectors: 100 })).toThrow(/commands of 100 B/);
});
