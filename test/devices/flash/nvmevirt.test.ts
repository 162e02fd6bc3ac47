/**
 * NVMeVirt's parameters of the Samsung 970 PRO (ssd_config.h): firmware 21.5 us, array 35.76 us -+ 6 us by page type, 32
 * units of 128 B at 152 ns on the channel and at 36 ns on the link: 57,276 ns for an LSB page, 69,276 ns for an MSB page.
 */
import { expect, it } from 'vitest';
import type { FlashDeviceOptions } from '../../../devices/flash/flash-device-options.ts';
import { ns } from '../../../sim/index.ts';
import { flashLoop } from './mqsim-devices.ts';

const UNIT = 128;
const SILENT = { doorbell: 0, fetchRequest: 0, submissionEntry: 0, completionEntry: 0, interrupt: 0 };
const samsung970: FlashDeviceOptions = {
  name: '970 PRO',
  capacity: 2 ** 38,
  geometry: { channels: 8, chips: 2, dies: 1, planes: 1, blocks: 2048, pages: 512, pageBytes: 32768 },
  nand: {
    readTimes: [ns(36_013 - 6_000), ns(36_013 + 6_000)],
    partialRead: { bytes: 4096, readTimes: [ns(35_760 - 6_000), ns(35_760 + 6_000)] },
    cacheRead: false,
  },
  channel: { rate: UNIT / 152e-9, base: 0, perPlane: 0, planeBusy: 0 },
  dieParallelism: 'die',
  allocation: { order: 'CWDP', layout: 'sequential' },
  controller: {
    firmware: {
      cores: Infinity,
      classes: [
        { upTo: 4 * 4096, read: ns(21_500), write: 0 },
        { upTo: Infinity, read: ns(30_490), write: 0 },
      ],
    },
    messages: SILENT,
    prpLists: false,
  },
  link: { rate: UNIT / 36e-9, lanes: 1, payload: 4096, overhead: 0 },
};

it('reads 4 KiB at depth 1 in 57,276 ns or 69,276 ns', () => {
  const { latencies } = flashLoop(samsung970, { depth: 1, bytes: 4096, count: 2000 });
  expect(new Set(latencies)).toEqual(new Set([57_276, 69_276]));
  const mean = latencies.reduce((a, b) => a + b) / latencies.length;
  expect(mean / 63_276).toBeCloseTo(1, 2);
});

it('takes the larger firmware time beyond 16 KiB', () => {
  const take = (bytes: number) =>
    flashLoop(samsung970, { depth: 1, bytes, count: 1, streaming: true, start: 0 }).latencies[0];
  const whole = (bytes: number) => (bytes / UNIT) * (152 + 36);
  expect(take(16384)).toBe(21_500 + 30_013 + whole(16384));
  expect(take(32768)).toBe(30_490 + 30_013 + whole(32768));
});
