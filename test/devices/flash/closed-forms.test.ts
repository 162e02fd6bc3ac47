/** The flash model under realistic defaults against formulas: pipelining, interleaved commands, rate sweep, switches. */
import { describe, expect, it } from 'vitest';
import type { FlashDeviceOptions } from '../../../devices/flash/flash-device-options.ts';
import { MQSIM_COMMAND, type MqsimDevice } from '../../../devices/flash/mqsim.ts';
import type { ChannelPriority } from '../../../devices/flash/timing.ts';
import { ns, us } from '../../../sim/index.ts';
import { DEVICES, flashLoop, realistic } from './mqsim-devices.ts';

const MIB = 1 << 20;
const { A, B } = DEVICES;
const stream = (options: FlashDeviceOptions, depth: number) =>
  flashLoop(options, { depth, bytes: MIB, count: Math.max(600, 3 * depth), streaming: true, start: 0 })
    .bytesPerSecond;

/** n P / max(command + n P / rate, (command + tDBSY + tR + n P / rate) / dies of a channel), by all channels, or the link. */
function interleaved({ geometry, readTime, channelRate, lanes, laneRate }: MqsimDevice): number {
  const { channels, chips, dies, planes, pageBytes } = geometry;
  const data = (planes * pageBytes) / channelRate;
  const command = 140e-9 + planes * 150e-9;
  const array = command + (planes - 1) * 500e-9 + readTime / 1e12 + 20e-9 + data;
  const flash = (channels * planes * pageBytes) / Math.max(command + data, array / (chips * dies));
  return Math.min(flash, (lanes * laneRate * 128) / (128 + 28));
}

describe('1 MiB at depth 1 on device B', () => {
  it('is pipelined page by page: 40.02 + 0.94 + 16.38 + 159.74 us', () => {
    const { latencies } = flashLoop(realistic(B), { depth: 1, bytes: MIB, count: 1 });
    expect(latencies[0] / 1e3).toBeGreaterThan(217.08);
    expect(latencies[0] / 1e3).toBeLessThan(217.2);
  });

  it('is slower as a whole request, and faster in TLPs, by one page on the channel', () => {
    const take = (hostTransfer: FlashDeviceOptions['hostTransfer']) =>
      flashLoop(realistic(B, { hostTransfer }), { depth: 1, bytes: MIB, count: 1 }).latencies[0] / 1e3;
    expect(take('per-request')).toBeCloseTo(40.02 + 0.94 + 8 * 16.384 + 159.74, 0);
    // Eight channels hand the link a first TLP each after 128 ns; from there the link is the bottleneck.
    expect(take('per-tlp')).toBeCloseTo(40.02 + 0.94 + 0.128 + 159.74, 0);
  });
});

describe('saturation with interleaved commands', () => {
  it('uses at least 97 % of the channels on device A, where data first reaches 72 %', () => {
    const channels = A.geometry.channels * A.channelRate;
    expect(stream(realistic(A), 32) / channels).toBeGreaterThan(0.97);
    const chip: Partial<FlashDeviceOptions> = {
      dieParallelism: 'chip',
      nand: { readTimes: [A.readTime], cacheRead: false },
    };
    const priority = (order: ChannelPriority) =>
      stream(
        realistic(A, { ...chip, channel: { rate: A.channelRate, ...MQSIM_COMMAND, priority: order } }),
        32,
      ) / channels;
    expect(priority('data-first')).toBeCloseTo(0.72, 2);
    expect(priority('interleave')).toBeGreaterThan(0.97);
    expect(priority('command-first')).toBeGreaterThan(0.97);
  });

  const rates = [200, 333, 400, 533, 667, 800, 1000, 1200, 1600, 2000, 2400, 3200, 3600];
  const noCache = (device: MqsimDevice) => ({
    nand: { readTimes: [device.readTime], readyTime: ns(20), cacheRead: false },
  });
  it.each(rates)('equals the formula at %d MT/s, without cache read', (rate) => {
    for (const device of [A, B]) {
      const at = { ...device, channelRate: rate * 1e6 };
      expect(Math.abs(stream(realistic(at, noCache(at)), 64) / interleaved(at) - 1)).toBeLessThan(0.01);
    }
  });
});

describe('switches of the array', () => {
  const few = { ...B, geometry: { ...B.geometry, channels: 1, chips: 1 }, channelRate: 4e9 };
  const page = few.geometry.pageBytes;
  const nand = { readTimes: [few.readTime], multiPlane: true, cacheRead: false };
  const rate = (change: Partial<FlashDeviceOptions>, depth = 64) =>
    flashLoop(realistic(few, { nand, ...change }), {
      depth,
      bytes: page,
      count: 4000,
      streaming: true,
      start: 0,
    }).bytesPerSecond;
  const seconds = few.readTime / 1e12;
  const data = page / few.channelRate;

  it('multi-plane: all planes of a die in one array time', () => {
    const four = (4 * page) / (seconds + 740e-9 + 1500e-9 + 4 * data);
    expect(Math.abs(rate({}) / four - 1)).toBeLessThan(0.01);
    const one = page / (seconds + 290e-9 + data);
    expect(Math.abs(rate({ nand: { ...nand, multiPlane: false } }) / one - 1)).toBeLessThan(0.01);
  });

  it('cache read: the array works while the register is emptied', () => {
    const cached = (4 * page) / (seconds + 740e-9 + 1500e-9);
    expect(Math.abs(rate({ nand: { ...nand, cacheRead: true } }) / cached - 1)).toBeLessThan(0.01);
  });

  it('independent planes: reads at different offsets overlap in one die', () => {
    const aged = { allocation: { order: 'CWDP', layout: 'aged' as const } };
    const together = rate(aged, 16);
    const apart = rate({ ...aged, dieParallelism: 'plane' }, 16);
    expect(apart / together).toBeGreaterThan(2.5);
  });

  it('page types: each page takes the time of its type', () => {
    const types = { nand: { ...nand, readTimes: [us(30), us(60), us(90)] } };
    const { latencies } = flashLoop(realistic(few, types), {
      depth: 1,
      bytes: page,
      count: 300,
      streaming: true,
      start: 0,
    });
    const least = latencies[1] / 1e3;
    expect(latencies[150] / 1e3 - least).toBeCloseTo(30, 1);
    expect(latencies[299] / 1e3 - least).toBeCloseTo(60, 1);
  });

  it('partial reads and read retry change the array time of some', () => {
    const change = {
      nand: {
        ...nand,
        partialRead: { bytes: 4096, readTimes: [us(25)] },
        readTail: [{ share: 0.1, extra: us(100) }],
      },
    };
    const small = flashLoop(realistic(few, change), { depth: 1, bytes: 4096, count: 2000 }).latencies;
    const whole = flashLoop(realistic(few, change), { depth: 1, bytes: page, count: 2000 }).latencies;
    expect((whole[1] - small[1]) / 1e3).toBeCloseTo(15 + (12288 / 4e9) * 1e6 + ((96 * 156) / 8e9) * 1e6, 1);
    const slow = small.filter((latency) => latency > small[1] + 99_000).length;
    expect(slow).toBeGreaterThan(150);
    expect(slow).toBeLessThan(250);
  });
});

describe('allocation orders', () => {
  it.each([
    ['CWDP', 8],
    ['PCWD', 4],
    ['WCDP', 2],
  ])('%s puts eight pages on %d channels', (order, channels) => {
    const options = realistic(A, { allocation: { order, layout: 'sequential' } });
    const { latencies } = flashLoop(options, {
      depth: 1,
      bytes: 8 * 8192,
      count: 1,
      streaming: true,
      start: 0,
    });
    const perChannel = (8 / channels) * 8192 * 3e-3;
    expect(latencies[0] / 1e3).toBeGreaterThan(75 + perChannel);
    expect(latencies[0] / 1e3).toBeLessThan(75 + perChannel + 27);
  });

  it('refuses an order that is none', () => {
    expect(() =>
      flashLoop(realistic(A, { allocation: { order: 'CWDD', layout: 'aged' } }), {
        depth: 1,
        bytes: 4096,
        count: 1,
      }),
    ).toThrow(/each once/);
  });
});

describe('device memory', () => {
  const rate = (change: Partial<FlashDeviceOptions>) => stream(realistic(B, change), 32);

  it('data passes the drive’s DRAM as often as it is told to', () => {
    expect(rate({ dram: { rate: 4e9 } }) / 2e9).toBeCloseTo(1, 2);
    expect(rate({ dram: { rate: 4e9, passes: 1 } }) / 4e9).toBeCloseTo(1, 2);
    expect(rate({ dram: { rate: 1e12 } }) / rate({})).toBeCloseTo(1, 2);
  });

  it('a mapping cache costs a second flash read on each miss', () => {
    const loop = { depth: 1, bytes: 4096, count: 2000 };
    const whole = flashLoop(realistic(B), loop).latencies;
    const cache = { bytes: 1 << 20, segmentBytes: 4096, mappedBytes: 4 << 20 };
    const { latencies, device } = flashLoop(realistic(B, { mappingCache: cache }), loop);
    const { mappingCache } = device.activity;
    const segments = (0.6 * device.capacity) / cache.mappedBytes;
    const misses = mappingCache?.misses ?? 0;
    expect(misses / 2000).toBeCloseTo(1 - 256 / segments, 1);
    const second = 40.02 + 0.29 + 4.096;
    const slow = latencies.filter((latency) => latency > whole[1999] + 1000);
    expect(slow.length).toBe(misses);
    expect((slow[slow.length >> 1] - whole[1000]) / 1e3).toBeCloseTo(second, 1);
  });

  it('holds everything when it is large enough', () => {
    const cache = { bytes: 64 << 20, segmentBytes: 4096, mappedBytes: 4 << 20 };
    const { device } = flashLoop(realistic(B, { mappingCache: cache }), {
      depth: 8,
      bytes: 1 << 20,
      count: 40_000,
      streaming: true,
      start: 0,
    });
    const { hits = 0, misses = 0 } = device.activity.mappingCache ?? {};
    expect(hits + misses).toBe(40_000);
    expect(misses).toBeLessThanOrEqual(Math.ceil((0.6 * device.capacity) / cache.mappedBytes));
  });
});
