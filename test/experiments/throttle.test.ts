/** `throttle` of a profile reaches the drive, in fio and in a run, at every fidelity. */
import { describe, expect, it } from 'vitest';
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
    expect(JSON.parse(out).jobs[0].read.bw_bytes / bytesPerSecond).toBeCloseTo(1, 1);
  });
});

it('a run reads no faster', async () => {
  const path = writeTemporary(experimentText());
  const setting = `storage.device={like: samsung-980-pro-1tb, throttle: ${THROTTLE}}`;
  const { out } = await say('run', path, '--set', setting, '--json', '--workers', '0');
  expect(JSON.parse(out).storage.bytesPerSecond).toBeLessThan(205e6);
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
