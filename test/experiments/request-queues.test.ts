/** When drives lie behind request queues. */
import { describe, expect, it } from 'vitest';
import { IdealDevice, RequestQueue } from '../../devices/index.ts';
import { behindRequestQueue } from '../../experiments/request-queues.ts';
import { Simulation } from '../../sim/index.ts';

const KIB = 1024;

describe('a queue is simulated where it is felt', () => {
  const simulation = new Simulation({ seed: 'felt' });
  const device = new IdealDevice(simulation, {
    name: 'drive',
    capacity: 2 ** 40,
    maxTransfer: 512 * KIB,
    queues: 2,
    readLatency: 0,
    writeLatency: 0,
    readBandwidth: 1e9,
    writeBandwidth: 1e9,
  });
  const depth = { threads: 4, queueDepth: 64, request: 1024 * KIB };
  const felt = (linux: Parameters<typeof behindRequestQueue>[2], of: typeof depth | undefined = depth) =>
    behindRequestQueue(simulation, device, linux, of) instanceof RequestQueue;

  it.each([
    // Four threads on two queues, 64 requests each of two commands: 256 in a queue.
    [false, {}],
    [false, { tags: 256 }],
    [true, { tags: 255 }],
    [true, { nrRequests: 128 }],
    [false, { maxSectors: 512 * KIB }],
    [true, { maxSectors: 256 * KIB }],
    [true, { maxSegments: 127 }],
    [true, { scheduler: 'kyber' }],
  ] as const)('%s with %o', (expected, linux) => expect(felt(linux)).toBe(expected));

  it('for reads through the page cache always, and at a depth beyond 1,023 tags', () => {
    expect(behindRequestQueue(simulation, device, {})).toBeInstanceOf(RequestQueue);
    expect(felt({}, { ...depth, queueDepth: 256 })).toBe(true);
  });
});
