/**
 * Drives at flash fidelity against measurements: the 980 PRO through SPDK (no host cost) and io_uring (one core, 2.7 us of
 * CPU a request), one parameter set; the SN640's reads beside writes.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEMAND, FlashDevice, IoUring, pcieLink, READ, WRITE } from '../../../devices/index.ts';
import { flashOptions } from '../../../experiments/flash-options.ts';
import { References } from '../../../experiments/load/references.ts';
import { exponential, SharedLink, Simulation, toSeconds, us } from '../../../sim/index.ts';
import { describeMeasured, measured } from '../../data.ts';

const references = new References('.');
const optionsOf = (name: string) => {
  const profile = references.drive(name);
  return flashOptions(profile, pcieLink(profile.pcie!));
};
const percentile = (sorted: Float64Array, p: number) => sorted[Math.ceil((sorted.length * p) / 100) - 1];

/** IOPS and p99 (us) of random 4 KiB reads, through io_uring on one core or straight to the device. */
function randomReads(depth: number, hosted: boolean) {
  const sim = new Simulation({ seed: 'measured' });
  const device = new FlashDevice(sim, optionsOf('samsung-980-pro-1tb'));
  const cores = new SharedLink(sim, { name: 'core', rate: 1 });
  const cpu = { cores, submitTime: us(1.35), completeTime: us(1.35), wakeUp: us(5) };
  const io = new IoUring(sim, { device, request: 4096, queueDepth: depth, cpu });
  const random = sim.random('offsets');
  const count = 3000 + 200 * depth;
  const warm = 20 * depth;
  const started = new Float64Array(depth);
  const latencies = new Float64Array(count - warm);
  let submitted = 0;
  let completed = 0;
  let from = 0;
  const submit = (slot: number) => {
    const offset = Math.floor((random() * device.capacity) / 4096) * 4096;
    submitted++;
    started[slot] = sim.now;
    if (hosted) io.read(offset, 4096, DEMAND, done, slot);
    else device.submit(READ, offset, 4096, 0, done, slot);
  };
  const done = sim.register((slot) => {
    if (completed === warm) from = sim.now;
    if (completed >= warm && completed < count) latencies[completed - warm] = (sim.now - started[slot]) / 1e6;
    if (++completed === count) seconds = toSeconds(sim.now - from);
    if (submitted < count + depth) submit(slot);
  });
  let seconds = 0;
  for (let slot = 0; slot < depth; slot++) submit(slot);
  sim.run();
  sim.finish();
  return { iops: (count - warm) / seconds, p99: percentile(latencies.sort(), 99) };
}

describeMeasured('980 PRO, 4 KiB random reads', ['nvme/samsung-980pro-fio.csv'], () => {
  it('IOPS within 10 %, p99 within 25 %', () => {
    const rows = readFileSync(measured('nvme/samsung-980pro-fio.csv'), 'utf8').trim().split('\n').slice(1);
    const wrong: string[] = [];
    let compared = 0;
    const found = new Map<string, ReturnType<typeof randomReads>>();
    for (const row of rows) {
      const fields = row.split(',');
      const [, , , engine, scheduler, , procs, devices, pattern, size, depth, iops, , , , p99] = fields;
      const spdk = engine === 'spdk';
      if (!spdk && !(engine === 'io_uring' && scheduler === 'none')) continue;
      if (procs !== '1' || devices !== '1' || pattern !== 'randread' || size !== '4kb') continue;
      const key = `${engine} ${depth}`;
      const result = found.get(key) ?? randomReads(Number(depth), !spdk);
      found.set(key, result);
      compared++;
      const rate = result.iops / Number(iops) - 1;
      const tail = result.p99 / Number(p99) - 1;
      if (Math.abs(rate) > 0.1) wrong.push(`${key}: IOPS off by ${rate}`);
      if (Math.abs(tail) > 0.25) wrong.push(`${key}: p99 off by ${tail}`);
    }
    expect(compared).toBeGreaterThan(10);
    expect(wrong).toEqual([]);
  }, 60_000);
});

/** Sorted latencies in us, and completed writes a second, of 4 KiB requests at a total rate, 90 % writes, 440 in flight. */
function beside(rate: number) {
  const sim = new Simulation({ seed: 'mixed' });
  const device = new FlashDevice(sim, optionsOf('wd-sn640-960gb'));
  const count = rate;
  const places = 440;
  const [offsets, mix, arrivals] = ['offsets', 'mix', 'arrivals'].map((path) => sim.random(path));
  const free = Array.from({ length: places }, (_, slot) => slot);
  const kind = new Uint8Array(places);
  const started = new Float64Array(places);
  const latencies: [number[], number[]] = [[], []];
  let due = 0;
  let arrived = 0;
  let completed = 0;
  const fill = () => {
    for (; due > 0 && free.length > 0; due--) {
      const slot = free.pop() as number;
      kind[slot] = mix() < 0.1 ? READ : WRITE;
      started[slot] = sim.now;
      const offset = Math.floor((offsets() * device.capacity) / 4096) * 4096;
      device.submit(kind[slot] as 0 | 1, offset, 4096, 0, done, slot);
    }
  };
  const done = sim.register((slot) => {
    if (++completed > count / 4) latencies[kind[slot]].push((sim.now - started[slot]) / 1e6);
    free.push(slot);
    fill();
  });
  const arrive = sim.register(() => {
    due++;
    fill();
    if (++arrived < count) sim.after(Math.round(exponential(arrivals, 1e12 / rate)), arrive);
  });
  sim.after(0, arrive);
  sim.run();
  sim.finish();
  const [reads, writes] = latencies.map((values) => Float64Array.from(values).sort());
  return { reads, writes };
}

describe('SN640, reads beside random writes', () => {
  // gabriel-haas/ssdiq-pub@8a0a3f43 paper/finallat10: p50 84 us and p99 362 us at 10 k/s, 192 and 559 at 40 k/s, 8.7 ms at 50 k/s.
  it('waits behind programs, and beyond the knee behind the full queue', () => {
    const [low, high, beyond] = [10_000, 40_000, 50_000].map(beside);
    const within = (found: number, measuredValue: number, share: number) =>
      expect(Math.abs(Math.log(found / measuredValue))).toBeLessThan(Math.log(1 + share));
    within(percentile(low.reads, 50), 84, 0.1);
    within(percentile(low.reads, 90), 190, 0.3);
    within(percentile(high.reads, 50), 192, 0.3);
    within(percentile(low.writes, 50), 13, 0.15);
    within(percentile(high.writes, 50), 13, 0.15);
    expect(percentile(beyond.reads, 50)).toBeGreaterThan(2000);
    expect(percentile(beyond.writes, 50)).toBeGreaterThan(2000);
  }, 60_000);
});
