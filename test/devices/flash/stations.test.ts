/** The stations of a flash drive: every page, byte and command is accounted for, and waits are what queues make of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlashDevice } from '../../../devices/flash/flash-device.ts';
import type { FlashDeviceOptions } from '../../../devices/flash/flash-device-options.ts';
import { READ } from '../../../devices/index.ts';
import { nvmeMessages } from '../../../devices/nvme/messages.ts';
import { NOBODY, TlpLink } from '../../../devices/nvme/tlp-link.ts';
import { duration, ns, SharedLink, Simulation, us } from '../../../sim/index.ts';
import { property } from '../../property.ts';

const PAGE = 16384;
const options: FlashDeviceOptions = {
  name: 'flash',
  capacity: 2 ** 27,
  geometry: { channels: 2, chips: 2, dies: 1, planes: 1, blocks: 64, pages: 96, pageBytes: PAGE },
  nand: { readTimes: [us(50)], cacheRead: false },
  channel: { rate: 1.2e9, base: ns(140), perPlane: ns(160), planeBusy: ns(500) },
  allocation: { order: 'CWDP', layout: 'sequential' },
  controller: {
    firmware: { cores: 2, classes: [{ upTo: Infinity, read: us(1), write: us(2) }] },
    messages: nvmeMessages(24),
  },
  dram: { rate: 10e9 },
  link: { rate: 7.88e9, lanes: 4, payload: 512, overhead: 24 },
};

/** Reads of whole pages, all at once. */
function read(pages: readonly number[], change: Partial<FlashDeviceOptions> = {}) {
  const sim = new Simulation({ seed: '' });
  const device = new FlashDevice(sim, { ...options, ...change });
  const done = sim.register(() => {});
  for (const page of pages) device.submit(READ, page * PAGE, PAGE, 0, done, 0);
  sim.run();
  const { stations } = device;
  const of = (kind: string) => stations.filter((station) => station.kind === kind);
  return { stations, of, now: sim.now };
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe('the stations of a flash drive', () => {
  it('are its dies, channels, cores, DRAM and the link’s two ways', () => {
    const names = read([]).stations.map(({ name }) => name);
    expect(names).toEqual([
      'channel 0 die 0',
      'channel 0 die 1',
      'channel 1 die 0',
      'channel 1 die 1',
      'channel 0',
      'channel 1',
      'firmware core 0',
      'firmware core 1',
      'DRAM',
      'link to host',
      'link from host',
    ]);
  });

  it('a die serves its pages one after another: n reads of one die wait 0, 1, … n - 1 of its turns', () => {
    const onOneDie = [0, 0, 0];
    const { of } = read(onOneDie, {
      controller: { ...options.controller, firmware: { cores: Infinity, classes: [] } },
    });
    const [die, ...others] = of('die').sort((a, b) => b.visits - a.visits);
    expect([die.visits, die.busy]).toEqual([3, 3 * us(50)]);
    for (const other of others) expect([other.visits, other.busy, other.waited]).toEqual([0, 0, 0]);
    // Its turn: command, tR, and the transfer that empties the register for the next read.
    const turn = ns(140) + ns(160) + us(50);
    expect(die.waited).toBeGreaterThanOrEqual((1 + 2) * turn);
    expect(die.waited).toBeLessThanOrEqual((1 + 2) * (turn + duration(PAGE, 1.2e9)));
  });

  property([fc.array(fc.nat({ max: 2000 }), { minLength: 1, maxLength: 60 })])(
    'account for every page and every byte, and are busy no longer than there is time',
    (pages) => {
      const { stations, of, now } = read(pages);
      for (const { busy, name } of stations) expect(busy, name).toBeLessThanOrEqual(now);
      expect(sum(of('die').map(({ visits }) => visits))).toBe(pages.length);
      expect(sum(of('die').map(({ busy }) => busy))).toBe(pages.length * us(50));
      expect(sum(of('channel').map(({ visits }) => visits))).toBe(pages.length);
      const onChannel = duration(PAGE, 1.2e9) + ns(140) + ns(160);
      expect(sum(of('channel').map(({ busy }) => busy))).toBe(pages.length * onChannel);
      expect(sum(of('firmware core').map(({ busy }) => busy))).toBe(pages.length * us(1));
      expect(of('DRAM')[0].busy).toBe(pages.length * duration(PAGE, 5e9));
    },
  );
});

describe('a link', () => {
  it.each([
    ['alone', []],
    ['before a shared link', [1e12]],
  ])('%s makes each transfer wait for those before it', (_, shared) => {
    const sim = new Simulation({ seed: '' });
    const links = shared.map((rate) => new SharedLink(sim, { name: 'bus', rate }));
    const link = new TlpLink(sim, options.link, links);
    for (let i = 0; i < 100; i++) link.send(4096, 0, NOBODY, 0);
    sim.run();
    const time = link.dataTime(4096);
    expect(link.transfers).toBe(100);
    expect(link.waited / ((time * (100 * 99)) / 2)).toBeCloseTo(1, 6);
  });
});
