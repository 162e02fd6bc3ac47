/** Numbers as a reader sees them. */
import { expect, it } from 'vitest';
import {
  formatBandwidth,
  formatBytes,
  formatRequest,
  formatSeconds,
  percent,
  ratio,
  significant,
  withInterval,
} from '../../../experiments/report/format.ts';

it.each([
  [significant(0), '0'],
  [significant(0.0123), '0.0123'],
  [significant(3.1), '3.10'],
  [significant(99.96), '100.0'],
  [significant(100), '100'],
  [significant(1234.5), '1,235'],
  [percent(0.6812), '68.1 %'],
  [ratio(0.80294), '0.803'],
  [ratio(-1e-9), '0.000'],
  [formatBytes(24_772_608), '24.8 MB'],
  [formatBandwidth(3.94e9), '3.94 GB/s'],
  [formatRequest(131072), '128 KiB'],
  [formatRequest(1 << 20), '1 MiB'],
  [formatRequest(512), '512 B'],
  [formatSeconds(240e-6), '240 µs'],
  [formatSeconds(0.0012), '1.20 ms'],
  [formatSeconds(21.4), '21.4 s'],
  [formatSeconds(0), '0 s'],
  [withInterval(3.1, [3.01, 3.19]), '3.10 (3.01–3.19)'],
  [withInterval(3.1), '3.10'],
])('%s is written %s', (written, expected) => {
  expect(written).toBe(expected);
});
