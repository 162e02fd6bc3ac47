/** Token buckets against the cell rate algorithm, and throttled drives of every fidelity against closed forms. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlashDevice } from '../../devices/flash/flash-device.ts';
import { mqsimOptions } from '../../devices/flash/mqsim.ts';
import {
  type Drive,
  IdealDevice,
  pcieLink,
  QueueDevice,
  queueParameters,
  READ,
  ThrottledDrive,
  type ThrottleOptions,
  WRITE,
} from '../../devices/index.ts';
import { TokenBucket } from '../../devices/token-bucket.ts';
import { Simulation, seconds, us } from '../../sim/index.ts';
import { property } from '../property.ts';
import { blockDeviceCases } from './block-device.cases.ts';
import { closedLoop } from './closed-loop.ts';
import { DEVICES } from './flash/mqsim-devices.ts';

const MIB = 2 ** 20;
const capacity = 2 ** 28;
const claims = {
  readBandwidth: 7e9,
  writeBandwidth: 7e9,
  readIops: 1e6,
  writeIops: 1e6,
  readIopsDepth: 512,
  readLatency: us(20),
  writeLatency: us(10),
  pageBytes: 4096,
  nandRate: Infinity,
};
const parameters = queueParameters('disk', claims, pcieLink({ generation: 4, lanes: 4 }));
const latencies = { readLatency: us(10), writeLatency: us(10), readBandwidth: 7e9, writeBandwidth: 7e9 };
const DRIVES: Record<Drive['fidelity'], (sim: Simulation) => Drive> = {
  ideal: (sim) => new IdealDevice(sim, { name: 'disk', capacity, ...latencies }),
  queue: (sim) => new QueueDevice(sim, { name: 'disk', capacity, parameters }),
  flash: (sim) => new FlashDevice(sim, mqsimOptions('disk', DEVICES.C)),
};
const FIDELITIES = ['ideal', 'queue', 'flash'] as const;
const throttled = (fidelity: Drive['fidelity'], throttle: ThrottleOptions) => (sim: Simulation) =>
  new ThrottledDrive(sim, DRIVES[fidelity](sim), throttle);

describe('a token bucket', () => {
  // ITU-T I.371 in its other form: the time at which the bucket will be full again, moved on by tokens / rate.
  property([
    fc.integer({ min: 1, max: 1000 }),
    fc.integer({ min: 0, max: 5000 }),
    fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 1, max: 800 })), { minLength: 1 }),
  ])('passes commands when the cell rate algorithm does', (rate, burst, arrivals) => {
    const bucket = new TokenBucket({ rate, burst });
    let arrival = 0;
    let at = 0;
    let full = 0;
    for (const [gap, tokens] of arrivals) {
      arrival += seconds(gap / 1000);
      const from = Math.max(at, arrival);
      const expected = Math.max(from, full - seconds((burst - Math.min(tokens, burst)) / rate));
      full = Math.max(expected, full) + seconds(tokens / rate);
      at = bucket.readyAt(from, tokens);
      bucket.take(at, tokens);
      expect(Math.abs(at - expected)).toBeLessThanOrEqual(arrivals.length);
    }
  });

  it('refuses a rate of nothing', () => {
    expect(() => new TokenBucket({ rate: 0, burst: 1 })).toThrow(/above 0/);
  });
});

describe.each(FIDELITIES)('a throttled drive at fidelity %s', (fidelity) => {
  const loop = { depth: 32, bytes: 4096, count: 4000 };

  it('moves burst + rate x time: the bytes', () => {
    const rate = 100e6;
    const burst = 10 * MIB;
    const { seconds: took } = closedLoop(throttled(fidelity, { bytes: { rate, burst } }), loop);
    const expected = (loop.count * loop.bytes - burst) / rate;
    expect(took / expected).toBeGreaterThan(1);
    expect(took / expected).toBeLessThan(1.005);
  });

  it('moves burst + rate x time: the commands, reads and writes together', () => {
    const make = throttled(fidelity, { commands: { rate: 50_000, burst: 1000 } });
    for (const operation of [READ, WRITE] as const) {
      const { seconds: took, iops } = closedLoop(make, { ...loop, operation });
      expect(took / ((loop.count - 1000) / 50_000)).toBeCloseTo(1, 1);
      expect(iops / 50_000).toBeCloseTo(1, 1);
    }
  });

  it('obeys the tighter of both', () => {
    const commands = { rate: 20_000, burst: 0 };
    const bytes = { rate: 20e6, burst: 0 };
    const both = closedLoop(throttled(fidelity, { commands, bytes }), { ...loop, count: 1000 });
    expect(both.bytesPerSecond / 20e6).toBeCloseTo(1, 2);
  });

  it('costs nothing below its limits, and counts the wait in its latency above them', () => {
    const free = closedLoop(throttled(fidelity, { bytes: { rate: 1e12, burst: 2 ** 40 } }), loop);
    expect(free).toEqual(closedLoop(DRIVES[fidelity], loop));
    const sim = new Simulation({ seed: 'throttle' });
    const drive = throttled(fidelity, { commands: { rate: 1000, burst: 0 } })(sim);
    const done = sim.register(() => {});
    for (let i = 0; i < 11; i++) drive.submit(READ, i * 4096, 4096, 0, done, i);
    sim.run();
    sim.finish();
    expect(drive.statistics.latency[0].max / 1e9).toBeCloseTo(10, 1);
    expect(drive.statistics.depth.max).toBe(11);
  });
});

blockDeviceCases(
  'throttled',
  fc
    .record({
      fidelity: fc.constantFrom(...FIDELITIES),
      rate: fc.constantFrom(1e6, 1e9),
      burst: fc.constantFrom(0, 65_536, 1e7),
      commands: fc.constantFrom(undefined, { rate: 1e4, burst: 5 }),
    })
    .map(({ fidelity, rate, burst, commands }) => ({
      make: throttled(fidelity, { bytes: { rate, burst }, commands }),
      fastestRead: us(3),
    })),
);
