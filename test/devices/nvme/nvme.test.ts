/** The NVMe front end by hand: messages on the link, fetch limits, arbitration, firmware, PRP lists, interrupts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { READ, WRITE } from '../../../devices/block-device.ts';
import type { FlashDeviceOptions } from '../../../devices/flash/flash-device-options.ts';
import { Firmware } from '../../../devices/nvme/firmware.ts';
import { nvmeMessages, prpListBytes } from '../../../devices/nvme/messages.ts';
import { QueuePairs } from '../../../devices/nvme/queue-pairs.ts';
import { NOBODY, TlpLink, tlpLinkOptions } from '../../../devices/nvme/tlp-link.ts';
import { pcieLink } from '../../../devices/pcie/link.ts';
import { duration, ns, SharedLink, Simulation, us } from '../../../sim/index.ts';
import { property } from '../../property.ts';
import { DEVICES, flashLoop, realistic } from '../flash/mqsim-devices.ts';

describe('link', () => {
  const link = (shared: number[] = []) => {
    const sim = new Simulation({ seed: '' });
    const paths = shared.map((rate) => new SharedLink(sim, { name: 'path', rate }));
    const tlp = new TlpLink(sim, { rate: 4e9, lanes: 4, payload: 128, overhead: 28, quantum: ns(1) }, paths);
    const ends: number[] = [];
    const done = sim.register(() => ends.push(sim.now / 1e3));
    return { sim, tlp, ends, done };
  };

  it('takes bytes + overhead, spread over the lanes, in whole quanta', () => {
    const { tlp } = link();
    expect(tlp.dataTime(4096)).toBe(ns((4096 + 32 * 28) / 4));
    expect(tlp.dataTime(100)).toBe(ns(128 / 4));
    expect([30, 32, 100, 44].map((bytes) => tlp.messageTime(bytes))).toEqual([8, 8, 25, 11].map(ns));
  });

  it.each([[[]], [[1e12]]])('is first in, first out, with shared links %j behind it too', (shared) => {
    const { sim, tlp, ends, done } = link(shared);
    tlp.send(4096, 0, done, 0);
    tlp.send(0, ns(8), NOBODY, 0);
    tlp.send(4096, ns(11), done, 0);
    sim.run();
    expect(ends).toEqual([1248, 1248 + 8 + 1248 + 11]);
    expect(tlp.busy).toBe(ns(2 * 1248 + 8 + 11));
  });

  it('is held back by a slower shared link, one transfer at a time', () => {
    const { sim, tlp, ends, done } = link([1e9]);
    for (let i = 0; i < 100; i++) tlp.send(4096, 0, done, i);
    sim.run();
    expect(ends).toEqual(Array.from({ length: 100 }, (_, i) => (i + 1) * 4096));
  });

  property([fc.constantFrom(1, 2, 3, 4, 5, 6), fc.constantFrom(128, 256, 512)])(
    'moves large data at the usable rate of the generation',
    (generation, maxPayload) => {
      const port = pcieLink({ generation, lanes: 4, maxPayload });
      const tlp = new TlpLink(new Simulation({ seed: '' }), tlpLinkOptions(port));
      const bytes = 1 << 20;
      expect(tlp.dataTime(bytes) / duration(bytes, port.usableRate)).toBeCloseTo(1, 3);
    },
  );
});

describe('firmware', () => {
  const run = (cores: number) => {
    const sim = new Simulation({ seed: '' });
    const classes = [
      { upTo: 4096, read: us(1), write: us(2) },
      { upTo: Infinity, read: us(4), write: us(8) },
    ];
    const firmware = new Firmware(sim, { cores, classes });
    const ends: number[] = [];
    const done = sim.register((tag) => {
      ends[tag] = sim.now / 1e6;
    });
    [READ, WRITE, READ].forEach((operation, tag) => {
      firmware.submit(operation as 0 | 1, tag === 2 ? 65536 : 4096, done, tag);
    });
    sim.run();
    return { ends, firmware };
  };

  it('serves by core, in order, by operation and size', () => {
    expect(run(1).ends).toEqual([1, 3, 7]);
    expect(run(2).ends).toEqual([1, 2, 5]);
    expect(run(Infinity).ends).toEqual([1, 2, 4]);
  });

  it('counts its work and the waits', () => {
    const { firmware } = run(1);
    expect([firmware.busy, firmware.waited]).toEqual([us(7), us(0 + 1 + 3)]);
  });

  it('refuses a fraction of a core', () => expect(() => run(1.5)).toThrow(/whole number/));
});

describe('arbitration', () => {
  const order = (options: ConstructorParameters<typeof QueuePairs>[1], counts: number[]) => {
    const pairs = new QueuePairs(counts.length, options);
    let command = 0;
    const queueOf: number[] = [];
    counts.forEach((count, queue) => {
      for (let i = 0; i < count; i++) {
        queueOf[command] = queue;
        pairs.announce(queue, command++);
      }
    });
    const taken: number[] = [];
    for (let next = pairs.take(); next >= 0; next = pairs.take()) taken.push(queueOf[next]);
    return { taken, pairs };
  };

  it('goes round the queues, by bursts and weights', () => {
    expect(order({}, [3, 1, 2]).taken).toEqual([0, 1, 2, 0, 2, 0]);
    expect(order({ burst: 2 }, [3, 1, 2]).taken).toEqual([0, 0, 1, 2, 2, 0]);
    expect(order({ weights: [1, 3] }, [2, 4]).taken).toEqual([0, 1, 1, 1, 0, 1]);
  });

  it('keeps the limits of a queue and of the controller until commands complete', () => {
    const { taken, pairs } = order({ fetchLimit: 2, commandSlots: 3 }, [4, 4]);
    expect(taken).toEqual([0, 1, 0]);
    pairs.release(0);
    expect(pairs.take()).toBeGreaterThanOrEqual(4);
    expect(pairs.take()).toBe(-1);
  });

  property([fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 5 })])(
    'takes every command once, each queue in its order',
    (counts, burst) => {
      const { taken } = order({ burst }, counts);
      const found = counts.map((_, queue) => taken.filter((each) => each === queue).length);
      expect(found).toEqual(counts);
    },
  );
});

describe('messages', () => {
  it('need a PRP list beyond two memory pages', () => {
    expect([4096, 8192, 8193, 1 << 20].map(prpListBytes)).toEqual([0, 0, 16, 8 * 255]);
  });

  const { B } = DEVICES;
  const take = (change: Partial<FlashDeviceOptions['controller']>, bytes = 65536) => {
    const { controller } = realistic(B);
    return flashLoop(realistic(B, { controller: { ...controller, ...change } }), {
      depth: 1,
      bytes,
      count: 1,
    }).latencies[0];
  };

  it('cost what they take on the link', () => {
    const plain = take({});
    const wire = (bytes: number) => Math.ceil(bytes / 4) * 0.5;
    expect(take({ prpLists: true }) - plain).toBeCloseTo(wire(28) + wire(120 + 28), 3);
    expect(take({ hostReadTime: ns(600) }) - plain).toBeCloseTo(600, 3);
    expect(take({ hostReadTime: ns(600), prpLists: true }) - plain).toBeCloseTo(
      1200 + wire(28) + wire(148),
      3,
    );
    expect(take({ messages: nvmeMessages(28, true) }) - plain).toBeCloseTo(wire(32), 3);
  });

  it('a limit of commands bounds the rate as a shallower queue would', () => {
    const rate = (depth: number, arbitration = {}) => {
      const { controller } = realistic(B);
      const options = realistic(B, { controller: { ...controller, arbitration } });
      return flashLoop(options, { depth, bytes: 4096, count: 4000 }).iops;
    };
    expect(rate(64, { commandSlots: 4 }) / rate(4)).toBeCloseTo(1, 1);
    expect(rate(64, { fetchLimit: 4 }) / rate(4)).toBeCloseTo(1, 1);
    expect(rate(64) / rate(4)).toBeGreaterThan(5);
  });
});
