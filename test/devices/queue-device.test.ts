/** The queue fidelity against its formulas, and against the claims it was derived from. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DriveClaims,
  pcieLink,
  QueueDevice,
  type QueueParameters,
  queueParameters,
  READ,
  WRITE,
} from '../../devices/index.ts';
import { duration, ns, Simulation, us } from '../../sim/index.ts';
import { property } from '../property.ts';
import { blockDeviceCases } from './block-device.cases.ts';
import { closedLoop, mean } from './closed-loop.ts';

const link = pcieLink({ generation: 5, lanes: 4 });
const claims: DriveClaims = {
  readBandwidth: 14e9,
  writeBandwidth: 6.75e9,
  readIops: 2.7e6,
  writeIops: 310e3,
  readIopsDepth: 512,
  readLatency: us(73),
  writeLatency: us(15),
  pageBytes: 16384,
  nandRate: 1.066e9,
};
const drive = (parameters: QueueParameters) => (simulation: Simulation) =>
  new QueueDevice(simulation, { name: 'drive', capacity: 2 ** 40, maxTransfer: 2 ** 20, parameters });
const derived = (change: Partial<DriveClaims> = {}) =>
  queueParameters('drive', { ...claims, ...change }, link);

/** Round numbers for work by hand: 8 units, 16 KiB pages, 1 us controller, 50 us access, 4.096 GB/s. */
const byHand: QueueParameters = {
  readCommandTime: us(1),
  writeCommandTime: us(1),
  overheadTime: 0,
  units: 8,
  pageBytes: 16384,
  accessTime: us(50),
  nandRate: 1.024e9,
  readTail: [],
  readRate: 4.096e9,
  writeRate: 4.096e9,
  programRate: 1.024e9,
  programIops: 1e5,
  acknowledgeTime: us(10),
};

blockDeviceCases(
  'queue',
  fc
    .record({
      units: fc.integer({ min: 1, max: 64 }),
      accessTime: fc.integer({ min: 0, max: 100_000_000 }),
      readCommandTime: fc.integer({ min: 0, max: 3_000_000 }),
      pageBytes: fc.constantFrom(4096, 16384, 65536),
      nandRate: fc.constantFrom(1e9, Infinity),
      readRate: fc.constantFrom(3.3e9, 14e9, Infinity),
      tail: fc.double({ min: 0, max: 0.5, noNaN: true }),
      channels: fc.constantFrom(undefined, 1, 3),
      pageTransfers: fc.boolean(),
      cores: fc.integer({ min: 1, max: 4 }),
      commandSlots: fc.constantFrom(undefined, 1, 5),
      bufferBytes: fc.constantFrom(undefined, 1 << 20),
    })
    .map(({ tail, ...drawn }) => ({
      make: drive({ ...byHand, ...drawn, readTail: [{ share: tail, extra: us(20) }] }),
      // A page that a unit still holds costs no access.
      fastestRead:
        drawn.readCommandTime +
        Math.min(drawn.accessTime, duration(4096, drawn.nandRate)) +
        duration(4096, drawn.readRate),
    })),
);

describe('a read by hand', () => {
  const one = (bytes: number) => closedLoop(drive(byHand), { depth: 1, bytes, count: 1 }).latencies[0];

  it('of 4 KiB: controller, access, data', () => {
    expect(one(4096)).toBe(us(1) + us(50) + us(1));
  });

  it('of a page: the rest of it crosses the NAND interface', () => {
    expect(one(16384)).toBe(us(1) + us(50) + us(12) + us(4));
  });

  it('of 8 pages: all units at once, then the data', () => {
    expect(one(8 * 16384)).toBe(us(1) + us(62) + us(32));
  });

  it('of 16 pages: two rounds; the data starts so that it ends with the last page', () => {
    expect(one(16 * 16384)).toBe(us(1) + us(124) + us(4));
  });

  it('of 64 pages at 8 units is bound by the units', () => {
    expect(one(64 * 16384)).toBe(us(1) + 8 * us(62) + us(4));
  });

  it('reads of one page at once: the second takes it from the register', () => {
    const small = { ...byHand, pageBytes: 16384, units: 8 };
    const { latencies } = closedLoop(drive(small), { depth: 2, bytes: 4096, count: 2, sequential: true });
    expect(latencies).toEqual([us(52), us(1) + us(50) + us(4) + us(1)]);
  });
});

describe('reads by hand', () => {
  /** Latencies of reads of (bytes, offset) submitted at these instants. */
  const latencies = (parameters: QueueParameters, reads: readonly [number, number, number][]) => {
    const simulation = new Simulation({ seed: 'hand' });
    const device = drive(parameters)(simulation);
    const found: number[] = [];
    const done = simulation.register((tag) => {
      found[tag] = simulation.now - reads[tag][0];
    });
    const submit = simulation.register((tag) => {
      const [, bytes, offset] = reads[tag];
      device.submit(READ, offset, bytes, 0, done, tag);
    });
    for (const [tag, [time]] of reads.entries()) simulation.at(time, submit, tag);
    simulation.run();
    simulation.finish();
    return found;
  };
  const paged: QueueParameters = { ...byHand, nandRate: Infinity, listTime: us(2), pageTransfers: true };

  it('with page transfers: controller, PRP list, access, data', () => {
    expect(latencies(paged, [[0, 4096, 0]])).toEqual([us(1) + us(50) + us(1)]);
    expect(latencies(paged, [[0, 16384, 0]])).toEqual([us(2) + us(1) + us(50) + us(4)]);
  });

  it('with page transfers: a page’s worth that straddles two pages reads both', () => {
    // Two halves on two channels at once; the second crosses the link behind the first.
    expect(latencies(paged, [[0, 16384, 8192]])).toEqual([us(2) + us(1) + us(50) + us(4)]);
  });

  it('with page transfers: one that comes while data is on the link is fetched behind it', () => {
    // Four pages are on the link from 53 to 69 us.
    const [first, second] = latencies(paged, [
      [0, 65536, 0],
      [us(54), 4096, 5 * 16384],
    ]);
    expect([first, second]).toEqual([us(69), us(69 - 54) + us(52)]);
  });

  it('with page transfers: commands and data take turns on a channel, and pages on the link', () => {
    // Read 0 crosses the channel from 51 to 55 us. Read 1 would begin at 53: its command waits for that.
    const slow = { ...paged, listTime: 0, units: 2, channels: 1, nandRate: 4.096e9 };
    const [first, second] = latencies(slow, [
      [0, 16384, 0],
      [us(52), 16384, 16384],
    ]);
    expect([first, second]).toEqual([us(51 + 4 + 4), us(55 - 52) + us(50 + 4 + 4)]);
  });

  it('with command slots: those beyond wait for a completion', () => {
    const [first, second] = latencies({ ...byHand, commandSlots: 1 }, [
      [0, 4096, 0],
      [0, 4096, 16384],
    ]);
    expect([first, second]).toEqual([us(52), us(104)]);
  });

  it('on several cores: as many at once', () => {
    const [first, second] = latencies({ ...byHand, cores: 2 }, [
      [0, 4096, 0],
      [0, 4096, 16384],
    ]);
    expect([first, second]).toEqual([us(52), us(53)]);
  });
});

describe('a write by hand', () => {
  it('is acknowledged from the buffer when the medium is free', () => {
    const { latencies } = closedLoop(drive(byHand), { depth: 1, bytes: 4096, count: 1, operation: WRITE });
    expect(latencies).toEqual([us(1) + us(1) + us(10)]);
  });

  it('waits for the medium when it comes faster than that', () => {
    const small = closedLoop(drive(byHand), { depth: 16, bytes: 4096, count: 4000, operation: WRITE });
    expect(small.iops / 1e5).toBeCloseTo(1, 2);
    const large = closedLoop(drive(byHand), { depth: 4, bytes: 1 << 20, count: 400, operation: WRITE });
    expect(large.bytesPerSecond / 1.024e9).toBeCloseTo(1, 1);
  });

  it('waits only for what the buffer does not hold', () => {
    // 4 KiB take the medium 10 us: the fifth finds 40 us of work, of which the buffer holds 20.
    const buffered = { ...byHand, cores: 8, writeRate: Infinity, bufferBytes: 8192 };
    const { latencies } = closedLoop(drive(buffered), { depth: 5, bytes: 4096, count: 5, operation: WRITE });
    expect(latencies).toEqual([us(11), us(11), us(11), us(11), us(21)]);
  });
});

describe('derived from claims', () => {
  it('by the stated formulas', () => {
    const parameters = derived();
    const controller = 370_370;
    const data = duration(4096, 14e9);
    expect(parameters.readCommandTime).toBe(controller);
    expect(parameters.accessTime).toBe(us(73) - controller - data);
    const busy = 2.7e6 * 72.337059e-6;
    expect(parameters.units).toBe(Math.ceil((busy * 511) / (512 - busy)));
    expect(parameters.readRate).toBe(14e9);
    expect(parameters.writeRate).toBe(link.usableRate);
  });

  it('obeys the link where the claim is above it', () => {
    expect(derived({ readBandwidth: 15.5e9 }).readRate).toBe(link.usableRate);
  });

  it('has units enough to stream where IOPS alone would need fewer', () => {
    const { units } = derived({ readIops: 1e4, readLatency: us(173) });
    const page = us(173) - us(100) - duration(4096, 14e9) + duration(12288, 1.066e9);
    expect(units).toBe(Math.ceil((14e9 * page) / 1e12 / 16384));
  });

  it.each([
    ['latency shorter than its parts', { readLatency: ns(500) }, /leaves nothing for the medium/],
    ['IOPS that Little forbids', { readIopsDepth: 100 }, /need at least 196 reads in flight/],
  ])('refuses %s', (_, change, message) => {
    expect(() => derived(change)).toThrow(message);
  });

  it('latency at depth 1 is the claim', () => {
    const { latencies } = closedLoop(drive(derived()), { depth: 1, bytes: 4096, count: 200 });
    expect(mean(latencies)).toBeCloseTo(us(73), -1);
  });

  it('the tail is part of the mean', () => {
    const tail = derived({ readTail: [{ share: 0.3, extra: us(12) }] });
    const { latencies } = closedLoop(drive(tail), { depth: 1, bytes: 4096, count: 20_000 });
    expect(mean(latencies) / us(73)).toBeCloseTo(1, 2);
    expect(new Set(latencies).size).toBe(2);
  });

  it.each([
    [512, 4096, 2.7e6 * 4096, 0.02],
    [2, 1 << 20, 13e9, 0.08],
    [8, 1 << 20, 14e9, 0.01],
    [32, 65536, 14e9, 0.02],
  ])('at depth %i, reads of %i B: %d B/s', (depth, bytes, expected, tolerance) => {
    const { bytesPerSecond } = closedLoop(drive(derived()), { depth, bytes, count: 20 * depth + 20_000 });
    expect(Math.abs(bytesPerSecond / expected - 1)).toBeLessThan(tolerance);
  });

  it('small reads need depth: 4 KiB at depth 16 keep nearly 16 units busy, not more', () => {
    const { iops } = closedLoop(drive(derived()), { depth: 16, bytes: 4096, count: 20_000 });
    expect(iops).toBeLessThan(16 / 73e-6);
    expect(iops).toBeGreaterThan(0.95 * (16 / 73e-6));
  });

  property(
    [
      fc.record({
        readBandwidth: fc.double({ min: 1e9, max: 15e9, noNaN: true }),
        readIops: fc.integer({ min: 50_000, max: 3_000_000 }),
        readLatency: fc.integer({ min: us(40), max: us(120) }),
      }),
    ],
    { numRuns: 25 },
  )('meets any consistent claims: latency, IOPS at depth, bandwidth', (drawn) => {
    const make = drive(derived({ ...drawn, readIopsDepth: 1024 }));
    const alone = closedLoop(make, { depth: 1, bytes: 4096, count: 50 });
    expect(Math.abs(mean(alone.latencies) - drawn.readLatency)).toBeLessThanOrEqual(1);
    const random = closedLoop(make, { depth: 1024, bytes: 4096, count: 30_000 });
    const expected = Math.min(drawn.readIops, drawn.readBandwidth / 4096);
    expect(random.iops).toBeLessThan(expected * 1.03);
    expect(random.iops).toBeGreaterThan(expected * 0.9);
    const stream = closedLoop(make, { depth: 16, bytes: 1 << 20, count: 600, sequential: true });
    expect(stream.bytesPerSecond).toBeLessThanOrEqual(drawn.readBandwidth * 1.000001);
    expect(stream.bytesPerSecond).toBeGreaterThan(drawn.readBandwidth * 0.97);
  });
});
