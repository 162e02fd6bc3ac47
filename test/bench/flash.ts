/**
 * Speed of the flash fidelity: NAND page reads a second at 1 MiB requests over depths, and 4 KiB commands a second, on a
 * drive of 8 channels x 4 dies x 4 planes under the realistic defaults. Conservation checks are on.
 */
import { FlashDevice, type FlashDeviceOptions, READ } from '../../devices/index.ts';
import { nvmeMessages } from '../../devices/nvme/messages.ts';
import { ns, Simulation, us } from '../../sim/index.ts';
import { type BenchRow, median, timed } from './row.ts';

const REPEATS = 3;
const PAGE = 16384;
const MIB = 1 << 20;

export const options: FlashDeviceOptions = {
  name: 'bench',
  capacity: 2 ** 37,
  blockSize: 4096,
  geometry: { channels: 8, chips: 4, dies: 1, planes: 4, blocks: 512, pages: 256, pageBytes: PAGE },
  nand: { readTimes: [us(40)], readyTime: ns(20) },
  channel: { rate: 1e9, base: ns(140), perPlane: ns(150), planeBusy: ns(500) },
  allocation: { order: 'CWDP', layout: 'sequential' },
  controller: {
    firmware: { cores: 4, classes: [{ upTo: Infinity, read: ns(500), write: ns(500) }] },
    messages: nvmeMessages(24),
  },
  link: { rate: 7.88e9, lanes: 4, payload: 512, overhead: 24 },
};

/** Commands per second of wall time, random reads of `bytes` in a closed loop. */
function commands(bytes: number, depth: number, count: number): number {
  const sim = new Simulation({ seed: 'bench' });
  const device = new FlashDevice(sim, options);
  const random = sim.random('offsets');
  const blocks = device.capacity / bytes;
  let submitted = 0;
  const submit = (slot: number) => {
    submitted++;
    device.submit(READ, Math.floor(random() * blocks) * bytes, bytes, 0, done, slot);
  };
  const done = sim.register((slot) => {
    if (submitted < count) submit(slot);
  });
  const elapsed = timed(() => {
    for (let slot = 0; slot < depth; slot++) submit(slot);
    sim.run();
    sim.finish();
  });
  return count / elapsed;
}

const middle = (bytes: number, depth: number, count: number): number =>
  median(Array.from({ length: REPEATS }, () => commands(bytes, depth, count)));

export function flashBench(): BenchRow[] {
  const rows: BenchRow[] = [];
  const pages = new Map<number, number>();
  for (const depth of [1, 4, 32, 256, 1024]) {
    const value = (middle(MIB, depth, 8000 + depth) * (MIB / PAGE)) / 1e6;
    pages.set(depth, value);
    rows.push({ name: `flash, 1 MiB, depth ${depth}`, value, unit: 'M pages/s', bar: 1, met: value >= 1 });
  }
  const ratio = (pages.get(1024) ?? 0) / (pages.get(32) ?? 1);
  rows.push({
    name: 'flash, 1 MiB: depth 1024 / depth 32',
    value: ratio,
    unit: '',
    bar: 0.7,
    met: ratio >= 0.7,
  });
  for (const depth of [1, 32, 1024, 65536]) {
    const value = middle(4096, depth, 200_000 + 2 * depth) / 1e6;
    rows.push({
      name: `flash, 4 KiB, depth ${depth}`,
      value,
      unit: 'M commands/s',
      bar: 0.5,
      met: value >= 0.5,
    });
  }
  return rows;
}
