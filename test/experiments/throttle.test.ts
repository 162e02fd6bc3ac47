/** `throttle` of a profile reaches the drive, in fio and in a run, at every fidelity. */
import { describe, expect, it } from 'vitest';
import { loadExperiments } from '../../experiments/load.ts';
import { runExperiment } from '../../experiments/run.ts';
import { say } from './cli/memory-terminal.ts';
import { experimentText, writeTemporary } from './experiment-text.ts';

const THROTTLE = '{bytes: {rate: 200 MB/s, burst: 1 MB}, commands: {rate: 20000 IOPS, burst: 100}}';

describe.each(['ideal', 'queue', 'flash'])('fidelity %s', (fidelity) => {
  it.each([
    ['128k', 200e6],
    ['4k', 20_000 * 4096],
  ])('fio of %s moves what the tighter bucket lets pass', async (bs, bytesPerSecond) => {
    const device = writeTemporary(await profile());
    const args = ['--device', device, '--fidelity', fidelity, '--rw=randread', `--bs=${bs}`];
    const { out, code } = await say('fio', ...args, '--iodepth=32', '--number_ios=4000', '--json');
    expect(code).toBe(0);
    const document = JSON.parse(out);
    expect('nvmoe' in document).toBe(fidelity === 'flash');
    expect(document.jobs[0].read.bw_bytes / bytesPerSecond).toBeCloseTo(1, 1);
  });
});

describe.each(['ideal', 'queue', 'flash'])('a run that is bound by its drive, at fidelity %s', (fidelity) => {
  const run = async (throttle: string) => {
    const text = experimentText({
      model: 'model: {architecture: olmoe, quantisation: Q4_K_M}',
      storage: `storage: {device: {like: samsung-980-pro-1tb, throttle: ${throttle}}, fidelity: ${fidelity}}`,
      cache: 'cache: {capacity: 0 B}',
      lossy: 'lossy: {topK: 2}',
      workload: 'workload: {prompt: 0, generate: 3, warmup: 1}',
    });
    return runExperiment((await loadExperiments(writeTemporary(text))).points[0].experiment);
  };

  it.each([
    100, 300,
  ])('makes as many tokens as %d MB/s carry, and warns that its bounds do not know', async (rate) => {
    const { tokensPerSecond, storage, tokens, warnings } = await run(
      `{bytes: {rate: ${rate} MB/s, burst: 1 MB}}`,
    );
    const bytesPerToken = storage.bytesRead / tokens.measured;
    expect((tokensPerSecond.mean * bytesPerToken) / (rate * 1e6)).toBeGreaterThan(0.95);
    expect((tokensPerSecond.mean * bytesPerToken) / (rate * 1e6)).toBeLessThan(1.02);
    expect(warnings.join()).toContain(`lets ${rate} MB/s pass after a burst of 1.00 MB`);
  });

  it('makes as many tokens as 500 commands a second carry', async () => {
    const result = await run('{commands: {rate: 500 IOPS, burst: 1}}');
    const { tokensPerSecond, storage, tokens, warnings } = result;
    const commandsPerToken = storage.bytesRead / storage.requestBytes.mean / tokens.measured;
    expect(commandsPerToken).toBeGreaterThan(100);
    expect((tokensPerSecond.mean * commandsPerToken) / 500).toBeCloseTo(1, 1);
    expect(warnings.join()).toContain('lets 500 IO/s pass after a burst of 1.00 IO');
  });
});

it.each([
  ['{bytes: {rate: 200 MB/s}}', 'is missing'],
  ['{bytes: {rate: 0 MB/s, burst: 1 MB}}', 'rate'],
  ['{iops: 3}', 'iops'],
])('%s is bad input', async (throttle, says) => {
  const path = writeTemporary(experimentText());
  const setting = `storage.device={like: samsung-980-pro-1tb, throttle: ${throttle}}`;
  const { code, error } = await say('run', path, '--set', setting);
  expect(code).toBe(2);
  expect(error).toContain(says);
});

async function profile(): Promise<string> {
  const { readFileSync } = await import('node:fs');
  const { libraryPath } = await import('../../experiments/load/library.ts');
  return `${readFileSync(libraryPath('devices', 'samsung-980-pro-1tb'), 'utf8')}\nthrottle: ${THROTTLE}\n`;
}
