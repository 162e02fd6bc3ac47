/**
 * Memory of a long run: a flash drive under 4 KiB reads for 100 M events, with its histograms, series and checks. What
 * is alive after collection at 10 M events, when every buffer has its size, and at the end.
 */

import { FlashDevice } from '../../devices/flash/flash-device.ts';
import { READ } from '../../devices/index.ts';
import { Simulation } from '../../sim/index.ts';
import { options } from './flash.ts';
import type { BenchRow } from './row.ts';

const EVENTS = 100e6;
const SETTLED = 10e6;
const DEPTH = 32;
const BYTES = 4096;
const LOOK_EVERY = 1 << 14;

export function memoryBench(): BenchRow[] {
  const sim = new Simulation({ seed: 'bench' });
  const device = new FlashDevice(sim, options);
  const random = sim.random('offsets');
  const blocks = device.capacity / BYTES;
  let commands = 0;
  let events = 0;
  let settled = 0;
  const submit = (slot: number) => {
    if (commands++ % LOOK_EVERY === 0) {
      events = sim.reserveOrder();
      if (settled === 0 && events >= SETTLED) settled = alive();
    }
    device.submit(READ, Math.floor(random() * blocks) * BYTES, BYTES, 0, done, slot);
  };
  const done = sim.register((slot) => {
    if (events < EVENTS) submit(slot);
  });
  for (let slot = 0; slot < DEPTH; slot++) submit(slot);
  sim.run();
  sim.finish();
  const grown = (alive() - settled) / 1e6;
  return [
    { name: 'flash, 100 M events: alive at 10 M', value: settled / 1e6, unit: 'MB' },
    {
      name: 'flash, 100 M events: grown since',
      value: grown,
      unit: 'MB',
      bar: 1,
      barText: '<= 1 MB',
      met: grown <= 1,
    },
    {
      name: 'flash, 4 KiB: events a command',
      value: events / commands,
      unit: '',
      bar: 8,
      barText: '<= 8',
      met: events <= 8 * commands,
    },
  ];
}

/** Bytes in use. */
function alive(): number {
  if (!globalThis.gc) throw new Error('memory: run with node --expose-gc');
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
