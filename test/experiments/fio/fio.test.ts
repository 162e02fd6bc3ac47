/** `nvmoe fio`: fio's files and options, what ends a job, and that its output is fio's. */
import { describe, expect, it } from 'vitest';
import { type FioCommand, fio } from '../../../experiments/fio/command.ts';
import { parseJobFile } from '../../../experiments/fio/job-file.ts';
import { jobOf } from '../../../experiments/fio/options.ts';
import { parseSeconds, parseSize } from '../../../experiments/fio/values.ts';

const target = { capacity: 1e12, blockSize: 512, defaultShare: 1, randomStart: false };

const output = (words: string, change: Partial<FioCommand> = {}) => {
  const warnings: string[] = [];
  const text = fio({
    words: words.split(' '),
    device: 'samsung-980-pro-1tb',
    host: 'none',
    seed: '1',
    format: 'json',
    onWarning: (warning) => warnings.push(warning),
    ...change,
  });
  return { text, warnings };
};
const jobs = (words: string, change: Partial<FioCommand> = {}) => JSON.parse(output(words, change).text).jobs;

describe('values', () => {
  it.each([
    ['4k', 4096],
    ['4K', 4096],
    ['4kb', 4096],
    ['4ki', 4000],
    ['1m', 2 ** 20],
    ['2.5g', 2.5 * 2 ** 30],
    ['512', 512],
    ['512b', 512],
    ['60%', 6e11],
  ])('size %s is %d bytes', (text, bytes) => expect(parseSize('size', text, 1e12)).toBe(bytes));

  it.each([
    ['30', 30],
    ['30s', 30],
    ['5m', 300],
    ['250ms', 0.25],
    ['1h', 3600],
  ])('time %s is %d s', (text, seconds) => expect(parseSeconds('runtime', text)).toBe(seconds));

  it.each(['4x', '', 'k', '-1', '101%', '4 k 4'])('refuses the size %j', (text) => {
    expect(() => parseSize('bs', text, 1e12)).toThrow(/bs=/);
  });
});

describe('job files', () => {
  const file = `
; a comment
[global]
bs=4k
rw=randread
[one]
iodepth=8
[two]
# another
blocksize=16k
stonewall
[global]
direct=1
[three]
`;
  it('give each job the global options before it', () => {
    const { jobs: sections } = parseJobFile(file, 'x.fio');
    expect(sections.map(({ name, options }) => ({ name, options }))).toEqual([
      { name: 'one', options: { bs: '4k', rw: 'randread', iodepth: '8' } },
      { name: 'two', options: { bs: '16k', rw: 'randread', stonewall: '' } },
      { name: 'three', options: { bs: '4k', rw: 'randread', direct: '1' } },
    ]);
  });

  it('say where each option stands', () => {
    const { jobs } = parseJobFile('[global]\nbs=4k\n[a]\nrw=read\n[b]\nbs=8k', 'x.fio');
    expect(jobs.map(({ lines }) => lines)).toEqual([{ bs: 'x.fio:2', rw: 'x.fio:4' }, { bs: 'x.fio:6' }]);
  });

  it.each([
    ['bs=4k\n[a]', /x\.fio:1.*before any section/],
    ['[global]\nbs=4k', /no job/],
    ['[a]\nfilename=$' + '{DEV}', /x\.fio:2.*variable/],
    ['[a]\n=4', /x\.fio:2/],
  ])('refuse %j with the line', (text, message) => {
    expect(() => parseJobFile(text, 'x.fio')).toThrow(message);
  });
});

describe('options', () => {
  const options = (given: Record<string, string>) => jobOf({ name: 'j', options: given }, target);

  it('names unknown ones in a warning, with a suggestion', () => {
    expect(options({ iodepht: '4', size: '1g' }).warnings[0]).toMatch(/iodepht has no effect.*iodepth/);
  });

  it.each([
    'thinktime',
    'bssplit',
    'verify',
    'read_hist_log',
    'zonemode',
  ])('refuses %s, which changes the load', (option) => {
    expect(() => options({ [option]: '5' })).toThrow(new RegExp(`${option}.*not simulated`));
  });

  it('refuses direct I/O that is not whole blocks, as fio does, and rounds buffered I/O to pages', () => {
    expect(() => options({ bs: '1000', direct: '1' })).toThrow(/EINVAL/);
    expect(() => options({ offset: '100', direct: '1' })).toThrow(/EINVAL/);
    const [buffered] = jobs('--rw=read --bs=1000 --number_ios=50 --size=1m');
    expect(buffered.read.total_ios).toBe(50);
    expect(buffered.read.io_bytes).toBe(50_000);
  });

  it('keeps fio’s defaults', () => {
    const { job } = options({});
    expect(job).toMatchObject({
      pattern: 'read',
      blockSize: [4096, 4096],
      depth: 1,
      clones: 1,
      direct: false,
    });
  });

  it('says that a run without an end is cut', () => {
    expect(options({}).warnings.join()).toMatch(/1 s of simulated time/);
  });
});

describe('what ends a job', () => {
  it('number_ios counts the completions of each clone', () => {
    const found = jobs('--rw=randread --bs=4k --iodepth=8 --numjobs=3 --number_ios=100');
    expect(found.map((job: { read: { total_ios: number } }) => job.read.total_ios)).toEqual([100, 100, 100]);
  });

  it('size is read once, every block', () => {
    const [job] = jobs('--rw=randread --bs=4k --iodepth=8 --size=1m');
    expect(job.read.io_bytes).toBe(2 ** 20);
  });

  it('runtime is simulated time, after ramp_time', () => {
    const [job] = jobs('--rw=randread --bs=4k --iodepth=4 --runtime=20ms --ramp_time=10ms --time_based');
    expect(job.read.runtime).toBeGreaterThanOrEqual(20);
    expect(job.read.runtime).toBeLessThanOrEqual(21);
  });

  it('stonewall waits; without it jobs share the device', () => {
    const two = (between: string) =>
      jobs(
        `--name=a --rw=read --bs=1m --iodepth=16 --number_ios=300 --name=b --rw=read --bs=1m --iodepth=16 --number_ios=300${between}`,
      );
    const shared = two('');
    const apart = two(' --stonewall');
    expect(shared[0].read.bw / apart[0].read.bw).toBeCloseTo(0.5, 1);
    expect(apart.map((job: { groupid: number }) => job.groupid)).toEqual([0, 1]);
  });
});

describe('open load', () => {
  const rate = (process: string, depth = 64) =>
    jobs(
      `--rw=randread --bs=4k --iodepth=${depth} --rate_iops=50000 --rate_process=${process} --number_ios=20000`,
    )[0].read;

  it('starts at the rate asked', () => {
    expect(rate('linear').iops).toBeCloseTo(50_000, -3);
    expect(rate('poisson').iops / 50_000).toBeCloseTo(1, 1);
  });

  it('is a closed one when the depth is below rate x latency', () => {
    expect(rate('linear', 1).iops).toBeLessThan(17_000);
  });

  it('waits longer behind Poisson arrivals than behind even ones', () => {
    expect(rate('poisson').clat_ns.mean).toBeGreaterThan(rate('linear').clat_ns.mean);
  });
});

describe('output', () => {
  const words = '--name=t --rw=randrw --rwmixread=70 --bs=4k --iodepth=8 --number_ios=4000';

  it('JSON has fio’s keys and consistent figures', () => {
    const { text } = output(words);
    const document = JSON.parse(text);
    const [job] = document.jobs;
    expect(document['fio version']).toMatch(/^nvmoe-/);
    expect(job['job options']).toMatchObject({ name: 't', bs: '4k' });
    expect(job.read.total_ios + job.write.total_ios).toBe(4000);
    expect(job.read.total_ios / 4000).toBeCloseTo(0.7, 1);
    expect(job.read.io_bytes).toBe(job.read.total_ios * 4096);
    expect(job.read.bw).toBe(Math.floor(job.read.io_bytes / 1024 / (job.read.total_ios / job.read.iops)));
    const { percentile, min, max, mean, N } = job.read.clat_ns;
    expect(N).toBe(job.read.total_ios);
    expect(mean).toBeGreaterThan(min);
    expect(percentile['50.000000']).toBeGreaterThanOrEqual(min * 0.99);
    expect(percentile['99.990000']).toBeLessThanOrEqual(max * 1.01);
    expect(job.read.clat_ns).not.toHaveProperty('bins');
    expect(Object.values<number>(job.iodepth_level).reduce((a, b) => a + b)).toBeCloseTo(100);
    const shares = [job.latency_ns, job.latency_us, job.latency_ms].flatMap((each) =>
      Object.values<number>(each),
    );
    expect(shares.reduce((a, b) => a + b)).toBeCloseTo(100);
  });

  it('json+ bins hold every request', () => {
    const [job] = jobs(words, { format: 'json+' });
    const counts = Object.values<number>(job.read.clat_ns.bins);
    expect(counts.reduce((a, b) => a + b)).toBe(job.read.total_ios);
  });

  it('is the same for the same seed and another for another', () => {
    expect(output(words).text).toBe(output(words).text);
    expect(output(words, { seed: '2' }).text).not.toBe(output(words).text);
  });

  it('normal text names rates, percentiles and the group', () => {
    const { text } = output(words, { format: 'normal' });
    expect(text).toMatch(/read: IOPS=.*BW=.*MiB\/s/);
    expect(text).toMatch(/99\.00th=\[/);
    expect(text).toMatch(/Run status group 0/);
  });

  it('group_reporting sums the clones', () => {
    const found = jobs('--rw=randread --bs=4k --iodepth=4 --numjobs=4 --number_ios=500 --group_reporting');
    expect(found).toHaveLength(1);
    expect(found[0].read.total_ios).toBe(2000);
  });
});

describe('machine', () => {
  it('a host costs CPU time: one job on io_uring is slower than on the bare device', () => {
    const load = '--rw=randread --bs=4k --iodepth=128 --direct=1 --ioengine=io_uring --number_ios=10000';
    const bare = jobs(load)[0].read.iops;
    const hosted = jobs(load, { host: 'epyc-9004-12ch' })[0].read.iops;
    expect(hosted).toBeLessThan(0.7 * bare);
    expect(output(load).warnings.join()).toMatch(/no effect without a host/);
  });

  it.each([
    [{ device: 'samsung-980' }, /no device; .*mqsim-a/],
    [{ fidelity: 'exact' }, /ideal, queue, flash/],
    [{ device: 'mqsim-a', fidelity: 'queue' }, /at fidelity flash only/],
    [{ host: 'epyc-9004' }, /epyc-9004-12ch/],
  ])('refuses %j', (change, message) => {
    expect(() => output('--rw=read --number_ios=1', change)).toThrow(message);
  });

  it('runs MQSim’s devices on 60 % of their capacity', () => {
    const [job] = jobs('--rw=randread --bs=4k --iodepth=1 --number_ios=100', { device: 'mqsim-a' });
    expect(job.read.clat_ns.min).toBe(88_898);
    expect(job.read.clat_ns.max).toBe(88_906);
  });

  it('says at flash fidelity where the time went inside the drive', () => {
    const load = '--rw=randread --bs=4k --iodepth=64 --number_ios=20000';
    const document = JSON.parse(output(load, { fidelity: 'flash' }).text);
    const { utilisation, waitingSeconds, map } = document.nvmoe;
    const { iops } = document.jobs[0].read;
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    expect(utilisation.targets).toHaveLength(32);
    // Little's law at the dies: 32 planes, reads of 31, 31 and 44 us.
    expect(mean(utilisation.targets) * 32).toBeCloseTo(iops * 35.33e-6, 0);
    expect(mean(utilisation.channelData) * 8).toBeCloseTo((iops * 4096) / 1.2e9, 1);
    expect(utilisation.firmware).toBeCloseTo(iops * 19.9e-6, 0);
    expect(waitingSeconds.target).toBeGreaterThan(waitingSeconds.channel);
    expect(map.targets).toHaveLength(32);
    expect(mean(map.targets.flat())).toBeLessThanOrEqual(1);
  });
});

describe('buffered jobs of a host', () => {
  const buffered = (words: string) => {
    const load = `--direct=0 --ioengine=psync ${words}`;
    const { jobs, nvmoe } = JSON.parse(output(load, { host: 'ryzen-7700x' }).text);
    return { read: jobs[0].read, caches: nvmoe.pageCache };
  };

  it('read a stream ahead: windows grow from 16 KiB to read_ahead_kb, and no byte is read twice', () => {
    const { read, caches } = buffered('--rw=read --bs=4k --size=16m');
    expect(caches).toHaveLength(1);
    expect(caches[0].requestBytes).toMatchObject({ min: 16 * 1024, max: 128 * 1024 });
    expect(caches[0].bytesCopied).toBe(2 ** 24);
    expect(caches[0].bytesRead).toBeGreaterThanOrEqual(2 ** 24);
    expect(caches[0].bytesRead).toBeLessThanOrEqual(2 ** 24 + 2 * 128 * 1024);
    // Pages that were read ahead cost a call and a copy, far below the drive's 60 us.
    expect(read.clat_ns.percentile['50.000000']).toBeLessThan(2000);
  });

  it('read small random blocks alone, at the drive’s latency and the host’s cost', () => {
    const { read, caches } = buffered('--rw=randread --bs=4k --size=100g --number_ios=500');
    expect(caches[0].bytesRead).toBe(500 * 4096);
    expect(read.clat_ns.min).toBeGreaterThan(56_000);
  });

  it('read again at each round, and with invalidate=0 hit what the round before left', () => {
    const once = buffered('--rw=randread --bs=64k --size=16m');
    const twice = buffered('--rw=randread --bs=64k --size=16m --loops=2');
    const kept = buffered('--rw=randread --bs=64k --size=16m --loops=2 --invalidate=0');
    expect(twice.caches[0].bytesRead).toBe(2 * once.caches[0].bytesRead);
    expect(kept.caches[0].bytesRead).toBe(once.caches[0].bytesRead);
    expect(kept.caches[0].bytesCopied).toBe(2 * once.caches[0].bytesCopied);
    expect(kept.read.bw).toBeGreaterThan(1.5 * once.read.bw);
  });

  it('find what an earlier job of the same file left, with invalidate=0', () => {
    const second = (options: string) =>
      buffered(
        `--filename=f --rw=read --bs=64k --size=16m --name=one --name=two --stonewall ${options}`.trim(),
      ).caches[1].bytesRead;
    expect(second('')).toBeGreaterThanOrEqual(2 ** 24);
    expect(second('--invalidate=0')).toBe(0);
    expect(second('--invalidate=0 --filename=g')).toBeGreaterThanOrEqual(2 ** 24);
  });

  it('of clones that read the same file share its pages, and wait for what another reads', () => {
    const { caches } = buffered('--filename=f --rw=read --bs=64k --size=16m --numjobs=3');
    const read = caches.reduce((sum: number, { bytesRead }: { bytesRead: number }) => sum + bytesRead, 0);
    // No page twice; ahead of the last byte no more than a window.
    expect(read).toBeGreaterThanOrEqual(2 ** 24);
    expect(read).toBeLessThanOrEqual(2 ** 24 + 128 * 1024);
    for (const { bytesCopied } of caches) expect(bytesCopied).toBe(2 ** 24);
  });

  it('round to pages, and give each clone a file of its own', () => {
    const { caches } = buffered('--rw=randread --bs=1000 --size=1m --number_ios=20 --numjobs=2');
    expect(caches).toHaveLength(2);
    for (const { bytesRead, bytesCopied } of caches) {
      expect(bytesRead % 4096).toBe(0);
      expect(bytesCopied % 4096).toBe(0);
    }
  });

  it('are refused where there are none: polled and past the kernel', () => {
    const load = '--rw=read --bs=4k --size=1m --direct=0 --ioengine=';
    for (const engine of ['spdk', 'io_uring-iopoll']) {
      expect(() => output(load + engine, { host: 'ryzen-7700x' })).toThrow(
        /direct=0: buffered reads are of psync.*--direct=1/,
      );
    }
  });
});

describe('the request queue of a host', () => {
  const host = 'epyc-9004-12ch';
  const iops = (words: string, sysfs?: string) =>
    jobs(`--direct=1 --rw=randread --bs=4k --number_ios=20000 --ioengine=io_uring ${words}`, {
      device: 'intel-p5800x',
      host,
      sysfs,
    })[0].read.iops;

  it('one thread at depth: cycles of the interface, the scheduler and its worker; none of the last in a batch', () => {
    const [none, kyber, deadline, bfq] = ['none', 'kyber', 'mq-deadline', 'bfq'].map((scheduler) =>
      iops(`--iodepth=64 --ioscheduler=${scheduler}`),
    );
    const cycles = [1680, 1680, 4560];
    for (const [i, found] of [kyber, deadline, bfq].entries()) {
      expect(found / none).toBeCloseTo(7700 / (7700 + 7700 + cycles[i]), 2);
      const batched = iops(
        '--iodepth=64 --iodepth_batch=16',
        `scheduler=${['kyber', 'mq-deadline', 'bfq'][i]}`,
      );
      expect(batched / none).toBeCloseTo(7700 / (7700 + cycles[i]), 1);
    }
  });

  it('depth 1: the latency grows by the same', () => {
    const mean = (scheduler: string) => 1e6 / iops(`--iodepth=1 --ioscheduler=${scheduler}`);
    expect(mean('bfq') - mean('none')).toBeCloseTo((4560 + 7700) / 3100, 1);
  });

  it('nr_requests holds a thread’s depth down, and max_sectors_kb cuts', () => {
    const run = (words: string, sysfs: string) =>
      jobs(`--direct=1 --ioengine=io_uring ${words}`, { device: 'intel-p5800x', host, sysfs })[0].read;
    const deep = '--rw=randread --bs=4k --iodepth=32 --number_ios=5000';
    // One at the drive; the thread's work on others goes on beside it.
    const alone = run(deep, 'nr_requests=1').iops;
    expect(alone).toBeGreaterThan(run(`${deep} --iodepth=1`, 'nomerges=0').iops);
    expect(alone).toBeLessThan(0.6 * run(deep, 'nomerges=0').iops);
    const large = '--rw=randread --bs=128k --iodepth=1 --number_ios=2000';
    const [whole, cut] = ['128', '16'].map((kib) => 1e6 / run(large, `max_sectors_kb=${kib}`).iops);
    // Eight commands in place of one: seven more times the cycles of one before the last is submitted or the first reaped.
    expect(cut - whole).toBeGreaterThan((7 * 7700) / 3100 / 2);
  });

  it('fixedbufs saves a page’s pinning for each command; hipri and sqthread_poll are the polled engines', () => {
    const plain = 1e6 / iops('--iodepth=64');
    expect(plain - 1e6 / iops('--iodepth=64 --fixedbufs')).toBeCloseTo(0.11, 2);
    expect(iops('--iodepth=1 --hipri')).toBe(iops('--iodepth=1 --ioengine=io_uring-iopoll'));
    expect(iops('--iodepth=1 --sqthread_poll=1')).toBe(iops('--iodepth=1 --ioengine=io_uring-sqpoll'));
    expect(() => iops('--hipri --sqthread_poll')).toThrow(/no cost of both/);
  });

  it.each([
    ['shceduler=bfq', /did you mean scheduler/],
    ['nr_requests=0', /found '0'; allowed is a whole number/],
    ['scheduler=cfq', /allowed is none, mq-deadline, kyber, bfq/],
  ])('refuses %s', (sysfs, message) => expect(() => iops('', sysfs)).toThrow(message));

  it('refuses settings without a host, and two schedulers at once', () => {
    expect(() => output('--rw=read --bs=4k --size=1m', { sysfs: 'nr_requests=4' })).toThrow(/add --host/);
    const both =
      '--direct=1 --ioengine=io_uring --rw=read --size=1m --name=a --ioscheduler=bfq --name=b --ioscheduler=none';
    expect(() => output(both, { host })).toThrow(/ioscheduler bfq and none/);
  });
});
