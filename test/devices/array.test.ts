/** Striping, unequal drives, and the join on the slowest command. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlockDevice, DeviceArray, IdealDevice, READ } from '../../devices/index.ts';
import { duration, Simulation, us } from '../../sim/index.ts';
import { property } from '../property.ts';
import { blockDeviceCases } from './block-device.cases.ts';
import { closedLoop } from './closed-loop.ts';

const MIB = 1 << 20;

const drive = (
  simulation: Simulation,
  name: string,
  change: Partial<IdealDevice> & { readBandwidth?: number } = {},
) =>
  new IdealDevice(simulation, {
    name,
    capacity: 2 ** 30,
    readLatency: us(10),
    readBandwidth: 4e9,
    writeLatency: us(10),
    writeBandwidth: 4e9,
    ...change,
  });

/** A device that only remembers what it was asked. */
function recorder(name: string, capacity: number, maxTransfer = Infinity) {
  const asked: [offset: number, bytes: number, queue: number][] = [];
  const device: BlockDevice = {
    name,
    fidelity: 'ideal',
    capacity,
    blockSize: 512,
    maxTransfer,
    queues: 4,
    submit: (_operation, offset, bytes, queue) => asked.push([offset, bytes, queue]),
  };
  return { device, asked };
}

blockDeviceCases(
  'array',
  fc
    .record({
      count: fc.integer({ min: 1, max: 6 }),
      stripe: fc.constantFrom(4096, 65536, MIB),
      bandwidths: fc.array(fc.constantFrom(2e9, 3.3e9, 14e9), { minLength: 6, maxLength: 6 }),
      weights: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 6, maxLength: 6 }),
    })
    .map(({ count, stripe, bandwidths, weights }) => ({
      make: (simulation: Simulation) =>
        new DeviceArray(simulation, {
          name: 'array',
          stripe,
          weights: weights.slice(0, count),
          devices: bandwidths
            .slice(0, count)
            .map((readBandwidth, i) =>
              drive(simulation, `drive ${i}`, { readBandwidth, maxTransfer: 128 * 1024 }),
            ),
        }),
      fastestRead: us(10) + duration(4096, 14e9),
    })),
);

describe('striping', () => {
  it('cuts at stripe boundaries and at MDTS, and places stripes round the drives', () => {
    const simulation = new Simulation({ seed: '' });
    const a = recorder('a', 2 ** 30, MIB / 2);
    const b = recorder('b', 2 ** 30);
    const array = new DeviceArray(simulation, { name: 'array', devices: [a.device, b.device], stripe: MIB });
    expect(array.commands(MIB / 4, 3 * MIB)).toBe(6);
    array.submit(READ, MIB / 4, 3 * MIB, 1, 0, 0);
    expect(a.asked).toEqual([
      [MIB / 4, MIB / 2, 1],
      [(3 * MIB) / 4, MIB / 4, 1],
      [MIB, MIB / 2, 1],
      [MIB + MIB / 2, MIB / 2, 1],
    ]);
    expect(b.asked).toEqual([
      [0, MIB, 1],
      [MIB, MIB / 4, 1],
    ]);
  });

  it('gives unequal drives unequal shares by weight, and the capacity that fits all', () => {
    const simulation = new Simulation({ seed: '' });
    const big = recorder('big', 10 * MIB + 512);
    const small = recorder('small', 4 * MIB);
    const devices = [big.device, small.device];
    expect(new DeviceArray(simulation, { name: 'equal', devices, stripe: MIB }).capacity).toBe(8 * MIB);
    const array = new DeviceArray(simulation, { name: 'weighted', devices, stripe: MIB, weights: [2, 1] });
    expect(array.capacity).toBe(12 * MIB);
    for (let offset = 0; offset < 6 * MIB; offset += MIB) array.submit(READ, offset, MIB, 0, 0, 0);
    expect(big.asked.map(([offset]) => offset / MIB)).toEqual([0, 1, 2, 3]);
    expect(small.asked.map(([offset]) => offset / MIB)).toEqual([0, 1]);
  });

  property([
    fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
    fc.nat({ max: 2000 }),
    fc.integer({ min: 1, max: 400 }),
  ])('maps every block of the array to one block of one drive, and none twice', (weights, block, blocks) => {
    const simulation = new Simulation({ seed: '' });
    const drives = weights.map((_, i) => recorder(`drive ${i}`, 2 ** 24));
    const devices = drives.map(({ device }) => device);
    const array = new DeviceArray(simulation, { name: 'array', devices, stripe: 8 * 512, weights });
    // Neighbouring requests: together they must cover each drive's blocks without overlap.
    array.submit(READ, 0, (block + 1) * 512, 0, 0, 0);
    array.submit(READ, (block + 1) * 512, blocks * 512, 0, 0, 0);
    const seen = drives.flatMap(({ asked }, i) =>
      asked.flatMap(([offset, bytes]) => {
        expect(offset + bytes).toBeLessThanOrEqual(2 ** 24);
        return Array.from({ length: bytes / 512 }, (_, k) => `${i}/${offset / 512 + k}`);
      }),
    );
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBe(block + 1 + blocks);
  });

  it('refuses stripes and weights that make no layout', () => {
    const simulation = new Simulation({ seed: '' });
    const devices = [recorder('a', MIB).device, recorder('b', MIB).device];
    expect(() => new DeviceArray(simulation, { name: 'x', devices })).toThrow(
      /stripe of Infinity B over 2 drives/,
    );
    expect(() => new DeviceArray(simulation, { name: 'x', devices, stripe: 1000 })).toThrow(
      /multiple of 512 B/,
    );
    expect(() => new DeviceArray(simulation, { name: 'x', devices, stripe: 512, weights: [1] })).toThrow(
      /weights/,
    );
    expect(() => new DeviceArray(simulation, { name: 'x', devices: [] })).toThrow(/at least one drive/);
  });
});

describe('an array of drives', () => {
  const array = (bandwidths: number[]) => (simulation: Simulation) =>
    new DeviceArray(simulation, {
      name: 'array',
      stripe: MIB,
      devices: bandwidths.map((readBandwidth, i) => drive(simulation, `drive ${i}`, { readBandwidth })),
    });

  it('completes a request with its slowest leg', () => {
    const { latencies } = closedLoop(array([4e9, 1e9]), { depth: 1, bytes: 2 * MIB, count: 1 });
    expect(latencies).toEqual([us(10) + duration(MIB, 1e9)]);
  });

  it('adds up the bandwidths of equal drives', () => {
    const loop = { depth: 16, bytes: 6 * MIB, count: 400 };
    const one = closedLoop(array([4e9]), loop).bytesPerSecond;
    expect(closedLoop(array(Array(6).fill(4e9)), loop).bytesPerSecond / one).toBeCloseTo(6, 2);
  });
});
