/** Seconds of a token by what they are spent on. */
import { expect, it } from 'vitest';
import { loadExperiments } from '../../../experiments/load.ts';
import { breakdownText } from '../../../experiments/report/breakdown.ts';
import { runExperiment } from '../../../experiments/run.ts';
import { experimentText, writeTemporary } from '../experiment-text.ts';

it('adds up to a token’s time, whatever overlaps with reading', async () => {
  const file = writeTemporary(
    experimentText({
      model: 'model: {architecture: qwen3-30b, quantisation: Q4_K_M}',
      cache: 'cache: {capacity: 2 GiB}',
      workload: 'workload: {prompt: 4, generate: 12, warmup: 4}',
    }),
  );
  const { points } = await loadExperiments(file, ['software={perByte: 0.1 ns/B, perToken: 1 ms}']);
  const result = runExperiment(points[0].experiment);
  const { ioServiceSeconds, ...parts } = result.breakdown!;
  const sum = Object.values(parts).reduce((total, seconds) => total + seconds, 0);
  expect(sum).toBeCloseTo(result.tokenSeconds.mean, 12);
  expect(parts.exposedIoSeconds / sum).toBeCloseTo(result.time.exposedIo, 9);
  expect(parts.softwareSeconds).toBeCloseTo(1e-3 + (0.1e-9 * result.cache!.bytesMissed) / 8, 8);
  expect(parts.attentionSeconds).toBeGreaterThan(0);
  expect(parts.expertSeconds).toBeGreaterThan(parts.headSeconds);
  expect(ioServiceSeconds).toBeGreaterThan(parts.exposedIoSeconds);
  expect(breakdownText(result)).toMatch(
    /^token time .* = exposed I\/O .*\n {2}\+ .*software .*\n {2}I\/O service/,
  );
});
