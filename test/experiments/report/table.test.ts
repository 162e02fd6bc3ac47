/** The table in a terminal: its width, what it shows, and that names cannot do anything there. */
import { expect, it } from 'vitest';
import { renderTable } from '../../../experiments/report/table.ts';
import { sampleCases, sampleResult, sampleSweep } from '../result/sample.ts';

const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));

it('fits 100 columns and cuts no name', () => {
  const long = sampleResult({
    label: 'cache.policy=w-tinylfu storage.count=8 prefetch.recall=0.85 io.queueDepth=64 last',
  });
  for (const results of [sampleCases(), sampleSweep(), [long]])
    expect(widest(renderTable(results))).toBeLessThanOrEqual(100);
  expect(renderTable([long])).toMatch(/last/);
});

it('shows rate with interval, GB/s, hit ratio, regret, exposed share and what binds', () => {
  const result = sampleResult({ tokensPerSecond: 3.1, hitRatio: 0.46, minHitRatio: 0.61 });
  const row = renderTable([result])
    .split('\n')
    .find((line) => line.includes('overlapped LRU'))!;
  expect(row.split('│').map((cell) => cell.trim())).toEqual([
    '',
    'overlapped LRU',
    '3.10 (3.01–3.19)',
    '19.2',
    '0.460',
    '0.150',
    '68.1 %',
    'link',
    '',
  ]);
});

it('leaves a dash where there is no cache, and marks lossy cases', () => {
  const text = renderTable([{ ...sampleResult(), cache: undefined, exact: false, lossy: ['top-k cut'] }]);
  expect(text).toContain('–');
  expect(text).toContain('(not exact)');
});

it('passes no escape sequence of a name to the terminal', () => {
  const text = renderTable([sampleResult({ label: 'a\u001b[2Jb\u0007\r\n\u202e' })]);
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
