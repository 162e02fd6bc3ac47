/** The `mqsim` preset against MQSim's own output, and against its latency written out by hand. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mqsimOptions } from '../../../devices/flash/mqsim.ts';
import { describeMeasured, measured } from '../../data.ts';
import { DEVICES, flashLoop } from './mqsim-devices.ts';

const preset = (name: 'A' | 'B' | 'C') => mqsimOptions(name, DEVICES[name]);

describe('the mqsim preset at depth 1, written out', () => {
  // doorbell + SQE request + SQE + command + (tR + 20) + channel + link + CQE; then a CQ doorbell more for each request.
  it.each([
    ['A', 4096, 8 + 8 + 25 + 290 + 75020 + 12288 + 1248 + 11],
    ['A', 16384, 8 + 8 + 25 + 290 + 75020 + 24576 + 4992 + 11],
    ['C', 4096, 2 + 2 + 6 + 290 + 3020 + 4096 + 312 + 2],
  ] as const)('%s, %d B', (name, bytes, first) => {
    const { latencies } = flashLoop(preset(name), { depth: 1, bytes, count: 3 });
    const doorbell = name === 'A' ? 8 : 2;
    expect([...latencies]).toEqual([first, first + doorbell, first + doorbell]);
  });

  it('B, 1 MiB: 64 pages on 32 chips, two planes each, stored and forwarded', () => {
    const expected = 4 + 4 + 12 + 3 * 940 + 0 + 40020 + 8 * 16384 + 159744 + 5;
    const { latencies } = flashLoop(preset('B'), { depth: 1, bytes: 1 << 20, count: 1 });
    // The commands of the later chips hide under the first one's array time.
    expect(Math.abs(latencies[0] - (expected - 3 * 940 + 940))).toBeLessThanOrEqual(1);
    expect(latencies[0] / 1e3).toBeCloseTo(331.8, 0);
  });
});

describe('lock-step in saturation', () => {
  it.each(
    (['A', 'B', 'C'] as const).flatMap((name) => [16, 32, 64, 256].map((depth) => [name, depth] as const)),
  )('%s at depth %d: C W n P / (command + tR + 20 ns + W n P / rate)', (name, depth) => {
    const { geometry, readTime, channelRate, lanes, laneRate } = DEVICES[name];
    const { channels, chips, planes, pageBytes } = geometry;
    const command = 140e-9 + planes * 150e-9 + (planes - 1) * 500e-9;
    const moved = chips * planes * pageBytes;
    const flash = (channels * moved) / (command + readTime / 1e12 + 20e-9 + moved / channelRate);
    const link = (lanes * laneRate * 128) / 156;
    const { bytesPerSecond } = flashLoop(preset(name), {
      depth,
      bytes: 1 << 20,
      count: 1500,
      streaming: true,
      start: 0,
    });
    expect(Math.abs(bytesPerSecond / Math.min(flash, link) - 1)).toBeLessThan(0.01);
  });
});

describeMeasured('MQSim, measured', ['mqsim/reads.csv'], () => {
  it('reads: depth 1 to the nanosecond, streams within 1 %, random within 3 %, medians within 5 %', () => {
    const rows = readFileSync(measured('mqsim/reads.csv'), 'utf8').trim().split('\n').slice(1);
    expect(rows.length).toBe(32);
    const wrong: string[] = [];
    for (const row of rows) {
      const [device, pattern, size, depth, , , , iops, , , min, p50] = row.split(',');
      const streaming = pattern === 'STREAMING';
      const bytes = Number(size);
      const count = Math.max(600, Math.min(40_000, Math.floor(2e9 / bytes)));
      // A stream of half pages depends on whether it starts with a first or a second half; MQSim's began with a second.
      const start = bytes < 8192 && streaming ? { start: 12_801 } : {};
      const loop = { bytes, depth: Number(depth), count, streaming, ...start };
      const { latencies, iops: found } = flashLoop(preset(device as 'A' | 'C'), loop);
      const check = (what: string, error: number, limit: number) => {
        if (Math.abs(error) > limit)
          wrong.push(`${device} ${pattern} ${size} QD${depth}: ${what} off by ${error}`);
      };
      if (loop.depth === 1) check('minimum (ns)', latencies[0] - Number(min), 1);
      check('rate', found / Number(iops) - 1, streaming ? 0.01 : 0.03);
      check('p50', latencies[count >> 1] / Number(p50) - 1, 0.05);
    }
    expect(wrong).toEqual([]);
  }, 60_000);
});
