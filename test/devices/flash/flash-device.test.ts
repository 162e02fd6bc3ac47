/** The flash device as a block device, over random profiles; and writes: acknowledgement, the medium's rate, reads behind. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlashDevice } from '../../../devices/flash/flash-device.ts';
import type { FlashDeviceOptions } from '../../../devices/flash/flash-device-options.ts';
import { validShare } from '../../../devices/flash/garbage.ts';
import { physicalBytes } from '../../../devices/flash/geometry.ts';
import { LAYOUTS } from '../../../devices/flash/mapping.ts';
import { CHANNEL_PRIORITIES, DIE_PARALLELISMS } from '../../../devices/flash/timing.ts';
import { READ, WRITE } from '../../../devices/index.ts';
import { nvmeMessages } from '../../../devices/nvme/messages.ts';
import { duration, ms, ns, SharedLink, Simulation, toSeconds, us } from '../../../sim/index.ts';
import { property } from '../../property.ts';
import { blockDeviceCases } from '../block-device.cases.ts';
import { closedLoop } from '../closed-loop.ts';

const base: FlashDeviceOptions = {
  name: 'flash',
  capacity: 2 ** 30,
  blockSize: 4096,
  geometry: { channels: 4, chips: 2, dies: 1, planes: 2, blocks: 64, pages: 96, pageBytes: 16384 },
  nand: { readTimes: [us(40), us(50), us(60)] },
  channel: { rate: 1.2e9, base: ns(140), perPlane: ns(150), planeBusy: ns(500) },
  allocation: { order: 'CWDP', layout: 'aged' },
  controller: {
    firmware: { cores: 2, classes: [{ upTo: Infinity, read: us(1), write: us(2) }] },
    messages: nvmeMessages(24),
  },
  link: { rate: 7.88e9, lanes: 4, payload: 512, overhead: 24 },
};
const size = {
  ...base,
  capacity: physicalBytes(base.geometry) * 0.8 - ((physicalBytes(base.geometry) * 0.8) % 4096),
};
const writing: FlashDeviceOptions = {
  ...size,
  write: {
    programTimes: [us(500)],
    pagesAtOnce: 3,
    eraseTime: ms(3),
    bufferBytes: 2 << 20,
    acknowledgeTime: us(5),
    steadyState: true,
  },
};

const profiles = fc.record({
  channels: fc.integer({ min: 1, max: 4 }),
  chips: fc.integer({ min: 1, max: 3 }),
  dies: fc.integer({ min: 1, max: 2 }),
  planes: fc.constantFrom(1, 2, 4),
  pageBytes: fc.constantFrom(4096, 16384),
  readTimes: fc.array(fc.integer({ min: 1_000_000, max: 90_000_000 }), { minLength: 1, maxLength: 3 }),
  rate: fc.constantFrom(2e8, 1.2e9, 3.6e9),
  priority: fc.constantFrom(...CHANNEL_PRIORITIES),
  dieParallelism: fc.constantFrom(...DIE_PARALLELISMS),
  hostTransfer: fc.constantFrom('per-page', 'per-tlp', 'per-request'),
  layout: fc.constantFrom(...LAYOUTS),
  order: fc.constantFrom('CWDP', 'PDWC', 'WPCD'),
  multiPlane: fc.boolean(),
  cacheRead: fc.boolean(),
  cores: fc.constantFrom(1, 3, Infinity),
  hostReadTime: fc.constantFrom(0, 600_000),
  fetchLimit: fc.constantFrom(1, 7, Infinity),
  commandSlots: fc.constantFrom(1, 20, Infinity),
  suspend: fc.constantFrom(undefined, { time: us(5), resume: us(10), limit: 3 }),
  readsFirst: fc.constantFrom(1, 8, undefined),
  bufferBytes: fc.constantFrom(65_536, 4 << 20),
  slcCache: fc.constantFrom(undefined, { bytes: 1 << 20, refillRate: 1e8 }),
  steadyState: fc.boolean(),
  shared: fc.boolean(),
  dram: fc.constantFrom(undefined, { rate: 6e9 }),
  mappingCache: fc.constantFrom(undefined, { bytes: 16384, segmentBytes: 4096, mappedBytes: 1 << 20 }),
});

blockDeviceCases(
  'flash',
  profiles.map((drawn) => {
    const { channels, chips, dies, planes, pageBytes, readTimes, rate, cores } = drawn;
    const { multiPlane, cacheRead, hostReadTime, fetchLimit, commandSlots } = drawn;
    const geometry = { channels, chips, dies, planes, pageBytes, blocks: 128, pages: 66 };
    const options: FlashDeviceOptions = {
      ...base,
      capacity: Math.floor((physicalBytes(geometry) * 0.85) / 4096) * 4096,
      geometry,
      nand: { readTimes, multiPlane, cacheRead, readTail: [{ share: 0.01, extra: us(80) }] },
      channel: { ...base.channel, rate, priority: drawn.priority },
      dieParallelism: drawn.dieParallelism,
      hostTransfer: drawn.hostTransfer as FlashDeviceOptions['hostTransfer'],
      allocation: { order: drawn.order, layout: drawn.layout },
      controller: {
        firmware: { cores, classes: base.controller.firmware.classes },
        messages: nvmeMessages(24, true),
        hostReadTime,
        arbitration: { fetchLimit, commandSlots, burst: 2, weights: [1, 3] },
      },
      write: { ...writing.write!, ...drawn },
      dram: drawn.dram,
      mappingCache: drawn.mappingCache,
    };
    const make = (sim: Simulation) => {
      const path = drawn.shared ? [new SharedLink(sim, { name: 'dram', rate: 5e9 })] : [];
      return new FlashDevice(sim, { ...options, readPath: path, writePath: path });
    };
    const moves = [duration(4096, rate), duration(4096, 7.88e9)];
    const moving = drawn.hostTransfer === 'per-tlp' ? Math.max(...moves) : moves[0] + moves[1];
    const least = us(1) + Math.min(...readTimes) + moving + hostReadTime;
    return { make, fastestRead: least };
  }),
);

describe('depth and size', () => {
  const make = (sim: Simulation) => new FlashDevice(sim, size);
  it('completes every command: 65,535 in flight, and 64 MiB at depth 64', () => {
    expect(closedLoop(make, { depth: 65_535, bytes: 4096, count: 100_000 }).latencies).toHaveLength(100_000);
    expect(closedLoop(make, { depth: 64, bytes: 64 << 20, count: 80 }).latencies).toHaveLength(80);
  });
});

describe('writes', () => {
  const make =
    (change: Partial<NonNullable<FlashDeviceOptions['write']>> = {}) =>
    (sim: Simulation) =>
      new FlashDevice(sim, { ...writing, write: { ...writing.write!, ...change } });

  it('are acknowledged from the buffer', () => {
    const { latencies } = closedLoop(make(), { depth: 1, bytes: 4096, count: 20, operation: WRITE });
    expect(Math.max(...latencies)).toBeLessThan(us(9));
    expect(Math.min(...latencies)).toBeGreaterThan(us(7));
  });

  it('come down to the dies’ rate over the write amplification', () => {
    const amplification = 1 / (1 - validShare(1 / 0.8));
    const unit = 2 * 3 * 16384;
    const program = 500e-6 + unit / 1.2e9 + 290e-9;
    const copyRead = 3 * (50e-6 + (2 * 16384) / 1.2e9);
    const erase = (3e-3 * unit * amplification) / (2 * 96 * 16384);
    const perHostUnit = amplification * program + (amplification - 1) * copyRead + erase;
    const expected = (8 * unit) / perHostUnit;
    const { bytesPerSecond } = closedLoop(make(), { depth: 32, bytes: 65536, count: 4000, operation: WRITE });
    expect(bytesPerSecond / expected).toBeGreaterThan(0.9);
    expect(bytesPerSecond / expected).toBeLessThan(1.1);
  });

  it('are faster on a fresh drive, and faster still into the SLC cache', () => {
    const rate = (change: Partial<NonNullable<FlashDeviceOptions['write']>>) =>
      closedLoop(make(change), { depth: 32, bytes: 65536, count: 3000, operation: WRITE }).bytesPerSecond;
    const fresh = rate({ steadyState: false });
    expect(fresh / rate({})).toBeGreaterThan(1.8);
    const slc = { slcProgramTime: us(200), slcCache: { bytes: 1 << 30, refillRate: 0 } };
    expect(rate({ steadyState: false, ...slc }) / fresh).toBeGreaterThan(1.8);
  });

  it('without a load of writes no garbage is collected', () => {
    const sim = new Simulation({ seed: '' });
    const device = make()(sim);
    const done = sim.register(() => {});
    for (let i = 0; i < 5000; i++) device.submit(READ, (i * 4096 * 7919) % (1 << 28), 4096, 0, done, 0);
    sim.run();
    sim.finish();
    const { writes } = device.activity;
    expect([writes?.copiedBytes, writes?.erases, writes?.hostBytes]).toEqual([0, 0, 0]);
  });
});

describe('reads beside writes', () => {
  /** Sorted latencies (us) of reads that arrive every 20 us while 64 KiB writes arrive every `gap`. */
  const beside = (gap: number, change: Partial<NonNullable<FlashDeviceOptions['write']>> = {}) => {
    const sim = new Simulation({ seed: 'mixed' });
    const device = new FlashDevice(sim, { ...writing, write: { ...writing.write!, ...change } });
    const random = sim.random('offsets');
    const blocks = device.capacity / 65536;
    const latencies: number[] = [];
    const started = new Float64Array(4000);
    const done = sim.register((tag) => latencies.push((sim.now - started[tag]) / 1e6));
    const ignored = sim.register(() => {});
    const offset = () => Math.floor(random() * (blocks - 1)) * 65536;
    const read = sim.register((tag) => {
      started[tag] = sim.now;
      device.submit(READ, offset(), 4096, 0, done, tag);
    });
    const write = sim.register(() => device.submit(WRITE, offset(), 65536, 1, ignored, 0));
    for (let i = 0; i < 4000; i++) sim.at(us(20) * i, read, i);
    for (let t = 0; gap > 0 && t < us(80_000); t += gap) sim.at(t, write);
    sim.run();
    sim.finish();
    return latencies.sort((a, b) => a - b);
  };

  it('wait behind programs, and less where these can be suspended', () => {
    const alone = beside(0);
    const behind = beside(us(900));
    const suspending = beside(us(900), { suspend: { time: us(5), resume: us(10), limit: 8 } });
    expect(alone[3960]).toBeLessThan(150);
    expect(behind[3960]).toBeGreaterThan(300);
    expect(behind[2000] / alone[2000]).toBeLessThan(1.5);
    expect(suspending[3960]).toBeLessThan(0.85 * behind[3960]);
  });
});

describe('analytic garbage collection', () => {
  it.each([
    [1.07, 7.2],
    [1.25, 2.5],
    [2, 1.25],
  ])('at %d physical bytes a logical byte the amplification is about %d', (ratio, amplification) => {
    const found = 1 / (1 - validShare(ratio));
    expect(found / amplification).toBeGreaterThan(0.85);
    expect(found / amplification).toBeLessThan(1.15);
  });

  property([fc.double({ min: 1.01, max: 10, noNaN: true })])('solves its equation', (ratio) => {
    const amplification = 1 / (1 - validShare(ratio));
    // A page survives one turn of the log of ratio x logical / amplification writes with probability e^(-ratio / A).
    expect(validShare(ratio)).toBeCloseTo(Math.exp(-ratio / amplification), 6);
  });

  it('refuses a drive without spare flash', () => expect(() => validShare(1)).toThrow(/more than 1/));
});

describe('where time goes', () => {
  it('sums the work of dies, channels and firmware, and the waits', () => {
    const sim = new Simulation({ seed: '' });
    const device = new FlashDevice(sim, { ...size, nand: { readTimes: [us(50)] } });
    const done = sim.register(() => {});
    for (let i = 0; i < 64; i++) device.submit(READ, i * 16384, 16384, 0, done, 0);
    sim.run();
    const { nand, firmware } = device.activity;
    const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
    expect(sum(nand.dataBusy)).toBe(64 * duration(16384, 1.2e9));
    expect(firmware.busy).toBe(64 * us(1));
    expect(sum(nand.pages)).toBe(64);
    expect(sum(nand.pageWait)).toBeGreaterThan(0);
    expect(sum(nand.arrayBusy) % us(50)).toBe(0);
    const overTime = nand.series
      .flatMap((series) => series.points())
      .reduce((total, point) => total + point.sum, 0);
    expect(overTime).toBe(sum(nand.arrayBusy));
    expect(device.busy.units / sim.now).toBeLessThanOrEqual(1);
    expect(toSeconds(sim.now)).toBeGreaterThan(64 * (16384 / (4 * 1.2e9)));
  });
});
