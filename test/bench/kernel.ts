/**
 * Speed of the event kernel: the hold model (each event schedules one more after a random delay: D. W. Jones, "An
 * empirical comparison of priority-queue and event-set implementations", CACM 29(4), 1986) against a bare heap in the
 * same run, constant delays, shared links and histograms. Conservation checks are on.
 */
import {
  ConstantDelay,
  exponential,
  Histogram,
  SharedLink,
  Simulation,
  Station,
  us,
} from '../../sim/index.ts';
import { ReferenceHeap } from './reference-heap.ts';
import { type BenchRow, interleaved, median, timed } from './row.ts';

const REPEATS = 7;

/** Exponential delays of mean 1 us, whole ps; drawn for each event, by the same function on both sides. */
function exponentialDelays(): () => number {
  const random = new Simulation({ seed: 'bench' }).random('delays');
  return () => Math.round(exponential(random, us(1)));
}

/** Events per second of the kernel. */
function kernelHold(pending: number, events: number): number {
  const sim = new Simulation({ seed: 'hold' });
  const delay = exponentialDelays();
  let left = events;
  const hold = sim.register((a, b) => {
    if (left-- > 0) sim.after(delay(), hold, a, b);
  });
  for (let i = 0; i < pending; i++) sim.after(delay(), hold, i, 0);
  const elapsed = timed(() => {
    sim.run();
    sim.finish();
  });
  return (events + pending) / elapsed;
}

/** Events per second of the bare heap. */
function bareHold(pending: number, events: number): number {
  const heap = new ReferenceHeap(pending);
  const delay = exponentialDelays();
  for (let i = 0; i < pending; i++) heap.push(delay(), i);
  const elapsed = timed(() => {
    for (let i = 0; i < events; i++) heap.replace(heap.time + delay(), heap.payload);
  });
  return events / elapsed;
}

function constantDelays(depth: number, events: number): number {
  const sim = new Simulation({ seed: 'constant' });
  const stage = new ConstantDelay(sim, { name: 'stage', delay: us(10) });
  let left = events;
  const again = sim.register((a) => {
    if (left-- > 0) stage.submit(again, a, 0);
  });
  const start = sim.register((a) => stage.submit(again, a, 0));
  for (let i = 0; i < depth; i++) sim.at(Math.floor((i * us(10)) / depth), start, i);
  const elapsed = timed(() => {
    sim.run();
    sim.finish();
  });
  return (events + depth) / elapsed;
}

/** Starts plus finishes per second on a saturated link. */
function linkChanges(flows: number, caps: number[], changes: number): number {
  const sim = new Simulation({ seed: 'link' });
  const link = new SharedLink(sim, { name: 'link', rate: 1e11 });
  const random = sim.random('amounts');
  let left = changes / 2;
  const again = sim.register((a) => {
    if (left-- > 0) link.start(4096 + Math.floor(random() * 65536), caps[a % caps.length], again, a, 0);
  });
  for (let i = 0; i < flows; i++) sim.call(again, i, 0);
  const elapsed = timed(() => {
    sim.run();
    sim.finish();
  });
  return changes / elapsed;
}

/** Jobs per second through an M/M/4 station at 80 %: an arrival and a completion each. */
function stationJobs(jobs: number): number {
  const sim = new Simulation({ seed: 'station' });
  const station = new Station(sim, { name: 'station', servers: 4 });
  const delay = exponentialDelays();
  let left = jobs;
  const done = sim.register(() => {});
  const arrive = sim.register(() => {
    station.submit(Math.floor(3.2 * delay()), done, 0, 0);
    if (--left > 0) sim.after(delay(), arrive);
  });
  sim.after(0, arrive);
  const elapsed = timed(() => {
    sim.run();
    sim.finish();
  });
  return jobs / elapsed;
}

function histogramRecord(records: number): number {
  const histogram = new Histogram();
  const values = Float64Array.from({ length: 1 << 16 }, exponentialDelays());
  const elapsed = timed(() => {
    for (let i = 0; i < records; i++) histogram.record(values[i & 0xffff]);
  });
  return (elapsed / records) * 1e9;
}

export function kernelBench(): BenchRow[] {
  const million = (rate: number) => rate / 1e6;
  const rows: BenchRow[] = [];
  for (const pending of [64, 1024, 16384]) {
    const events = 1_500_000;
    const [kernel, bare] = interleaved(REPEATS, [
      () => kernelHold(pending, events),
      () => bareHold(pending, events),
    ]);
    rows.push({ name: `hold, ${pending} pending: kernel`, value: million(kernel), unit: 'M events/s' });
    rows.push({ name: `hold, ${pending} pending: bare heap`, value: million(bare), unit: 'M events/s' });
    const ratio = kernel / bare;
    rows.push({
      name: `hold, ${pending} pending: ratio`,
      value: ratio,
      unit: '',
      bar: 0.85,
      met: ratio >= 0.85,
    });
  }
  const repeated = (run: () => number) => median(Array.from({ length: 5 }, run));
  for (const depth of [1, 1024, 65536]) {
    const value = million(repeated(() => constantDelays(depth, 2_000_000)));
    rows.push({ name: `constant delay, ${depth} under way`, value, unit: 'M/s', bar: 10, met: value >= 10 });
  }
  const jobs = million(repeated(() => stationJobs(500_000)));
  rows.push({ name: 'station M/M/4', value: jobs, unit: 'M jobs/s' });
  for (const [flows, caps] of [
    [1, [Infinity]],
    [64, [Infinity]],
    [64, [1e9, 4e9, Infinity]],
    [4096, [1e7, 4e7, Infinity]],
  ] as const) {
    const value = million(repeated(() => linkChanges(flows, [...caps], 400_000)));
    rows.push({ name: `shared link, ${flows} flows, ${caps.length} caps`, value, unit: 'M changes/s' });
  }
  rows.push({
    name: 'histogram',
    value: repeated(() => histogramRecord(5_000_000)),
    unit: 'ns/record',
  });
  return rows;
}
