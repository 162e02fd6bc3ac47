/** `calibrate --fidelity flash` and `--host`: parameters of known drives and hosts found again from simulated fio. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { calibrate } from '../../../experiments/calibrate/command.ts';
import { libraryPath } from '../../../experiments/load/library.ts';
import { driveSchema } from '../../../experiments/schema/drive.ts';
import { say } from '../cli/memory-terminal.ts';
import { temporaryFolder } from '../experiment-text.ts';

const DRIVE = 'samsung-980-pro-1tb';
const ONLY = { where: [], holdOut: [], folds: 0 };

/** Runs simulated fio for each line of options; the files of its JSON. */
async function fioFiles(lines: readonly string[], ...common: string[]): Promise<string[]> {
  const folder = temporaryFolder();
  const files: string[] = [];
  for (const [i, line] of lines.entries()) {
    const { code, out, error } = await say('fio', '--rw=randread', ...line.split(' '), ...common, '--json');
    expect(code, error).toBe(0);
    files.push(join(folder, `${i}.json`));
    writeFileSync(files[i], out);
  }
  return files;
}

const valuesOf = ({ parameters }: ReturnType<typeof calibrate>) =>
  Object.fromEntries(parameters.map(({ name, value }) => [name, value]));

describe('a calibrated flash section', () => {
  it('finds tR, spread, firmware and channel rate of a known drive again, from the profile of another', async () => {
    const known = join(temporaryFolder(), 'known.yaml');
    const text = readFileSync(libraryPath('devices', DRIVE), 'utf8')
      .replaceAll('value: 31 us', 'value: 42 us')
      .replace('value: 44 us', 'value: 63 us')
      .replace('cores: {value: 15', 'cores: {value: 8')
      .replace('read: {value: 19.9 us', 'read: {value: 18 us')
      .replace(/(channel:\n +rate: \{value: )1200 MB\/s/, '$1700 MB/s');
    writeFileSync(known, text);
    const files = await fioFiles(
      [
        '--bs=4k --iodepth=1',
        '--bs=4k --iodepth=16',
        '--bs=4k --iodepth=64',
        '--bs=16k --iodepth=1',
        '--bs=16k --iodepth=32',
      ],
      '--number_ios=8000',
      '--ioengine=spdk',
      '--device',
      known,
      '--fidelity',
      'flash',
    );
    const found = calibrate({ ...ONLY, fio: files, device: DRIVE, fidelity: 'flash' });
    const { readTime, tailScale, firmwareRate, firmwareCores, channelRate } = valuesOf(found);
    const near = (value: number, truth: number, share: number) =>
      expect(Math.abs(value / truth - 1), `${value} for ${truth}`).toBeLessThan(share);
    near(readTime, 42e-6, 0.05);
    near(tailScale, (63 - 42) / (44 - 31), 0.15);
    near(firmwareRate, 8 / 18e-6, 0.1);
    near(firmwareCores / firmwareRate, 18e-6, 0.15);
    near(channelRate, 700e6, 0.15);
    const profile = driveSchema.parse(parse(found.profile));
    expect(profile.flash?.nand.readTimes[0]).toBe(Math.round(readTime * 1e12));
    expect(profile.queue).toBeUndefined();
    expect(found.profile).toContain('95 % interval');
    expect(found.profile).not.toContain('#');
  }, 300_000);

  it('says what the rows do not determine, and what would', async () => {
    const files = await fioFiles(
      ['--bs=4k --iodepth=1', '--bs=4k --iodepth=2'],
      '--number_ios=5000',
      '--ioengine=spdk',
      '--device',
      DRIVE,
      '--fidelity',
      'flash',
    );
    const { warnings, profile } = calibrate({ ...ONLY, fio: files, device: DRIVE, fidelity: 'flash' });
    expect(warnings.join('\n')).toMatch(
      /firmwareRate: these rows do not determine it; small reads at the depths/,
    );
    expect(parse(profile).flash.controller.cores.verified).toBe(false);
  }, 300_000);

  it.each([
    [['--fidelity', 'flash'], 'found no --device; needed is --device with a profile that has one'],
    [['--fidelity', 'flash', '--device', 'samsung-990-pro'], 'which has no flash section'],
    [['--fidelity', 'flash', '--virtual', '--device', DRIVE], 'found both --virtual and --fidelity flash'],
    [['--fidelity', 'ideal'], 'Allowed choices are queue, flash'],
    [['--host', 'ryzen'], "found 'ryzen', which is no host; allowed are"],
    [['--host', 'fit'], "found engine 'windowsaio'; with --host, allowed are psync"],
    [['--host', 'ryzen-7700x', '--where', 'rw=randwrite'], 'through a host only reads are simulated'],
    [
      ['--fidelity', 'flash', '--device', DRIVE, '--where', 'rw=randwrite'],
      'at flash fidelity only reads are fitted',
    ],
  ])('%j is bad input', async (more, says) => {
    const file = join(temporaryFolder(), 'table.csv');
    const rows = ['randread', 'randwrite'].flatMap((rw) =>
      [1, 8].map((depth) => `${rw},4k,${depth},windowsaio,${depth * 9000}`),
    );
    writeFileSync(file, ['rw,bs,iodepth,ioengine,iops', ...rows].join('\n'));
    const { code, error } = await say(
      'calibrate',
      '--fio',
      file,
      '--out',
      join(temporaryFolder(), 'x.yaml'),
      ...more,
    );
    expect({ code, error }).toEqual({ code: 2, error: expect.stringContaining(says) });
  });
});

describe('the host beside the drive', () => {
  const loads = ['--bs=4k --iodepth=1', '--bs=4k --iodepth=64'];
  const common = ['--number_ios=8000', '--device', DRIVE];

  it('is found beside the drive from rows through SPDK and io_uring, and given leaves the drive alone', async () => {
    const spdk = await fioFiles(loads, ...common, '--ioengine=spdk');
    const hosted = await fioFiles(
      loads,
      ...common,
      '--ioengine=io_uring',
      '--direct=1',
      '--host',
      'ryzen-7700x',
    );
    const bare = JSON.parse(readFileSync(spdk[0], 'utf8')).jobs[0].read.lat_ns.mean / 1e9;
    const both = calibrate({ ...ONLY, fio: [...spdk, ...hosted], device: DRIVE, host: 'fit' });
    const found = valuesOf(both);
    // 7,700 cycles at 4.5 GHz, and the profile's wake-up.
    expect(found['io_uring cpuTime'] / (7700 / 4.5e9)).toBeCloseTo(1, 1);
    expect(found['io_uring wakeUp'] * 1e6).toBeGreaterThan(1.2);
    expect(found['io_uring wakeUp'] * 1e6).toBeLessThan(3.6);
    expect(both.profile).toContain('through spdk, io_uring, whose own cost is not: fitted beside it');
    const given = calibrate({ ...ONLY, fio: hosted, device: DRIVE, host: 'ryzen-7700x' });
    for (const { profile } of [both, given])
      expect(driveSchema.parse(parse(profile)).readLatency / 1e12 / bare).toBeCloseTo(1, 1.5);
  }, 300_000);
});
