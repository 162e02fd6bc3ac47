/** Where time goes inside drives at flash fidelity, in a run's result: stations, and the heat map of dies over time. */
import { expect, it } from 'vitest';
import { loadExperiments } from '../../experiments/load.ts';
import { stationsText } from '../../experiments/report/stations.ts';
import { runExperiment } from '../../experiments/run.ts';
import { experimentText, writeTemporary } from './experiment-text.ts';

const file = writeTemporary(
  experimentText({
    model: 'model: {architecture: olmoe, quantisation: Q4_K_M}',
    storage: 'storage: {device: samsung-980-pro-1tb, fidelity: flash}',
    cache: 'cache: {capacity: 0 B}',
    workload: 'workload: {prompt: 0, generate: 2, warmup: 1}',
  }),
);
const run = async (...settings: string[]) =>
  runExperiment((await loadExperiments(file, settings)).points[0].experiment);

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

it('a run says it of every die, channel, core and link', async () => {
  const { storage, series, time } = await run();
  const of = (kind: string) => storage.stations!.filter((station) => station.kind === kind);
  expect(of('plane')).toHaveLength(32);
  expect(of('channel')).toHaveLength(8);
  expect(of('firmware core')).toHaveLength(15);
  // Bytes through the link's data path; its messages are a few per cent more.
  const [link] = of('link to host');
  expect(link.utilisation / storage.utilisation).toBeCloseTo(1, 6);
  // A read of a page occupies its plane for 31, 31 or 44 us (the profile's tR by page type).
  const pages = of('plane').reduce((sum, { visits }) => sum + visits, 0);
  const seconds = storage.bytesRead / storage.bytesPerSecond;
  expect(
    (mean(of('plane').map(({ utilisation }) => utilisation)) * 32 * seconds) / (pages * 35.33e-6),
  ).toBeCloseTo(1, 1);
  expect(Math.min(...of('plane').map(({ waitSeconds }) => waitSeconds))).toBeGreaterThan(0);
  const { dies } = series!;
  expect(dies!.names).toEqual(of('plane').map(({ name }) => name));
  expect(dies!.seconds.length).toBeLessThanOrEqual(64);
  for (const row of dies!.utilisation) expect(row).toHaveLength(dies!.seconds.length);
  expect(mean(dies!.utilisation.flat())).toBeGreaterThan(0.2);
  expect(time.exposedIo).toBeGreaterThan(0.5);
});

it('of several drives, behind a throttle too, with their names; at other fidelities nothing', async () => {
  const throttled =
    'storage.device={like: samsung-980-pro-1tb, throttle: {bytes: {rate: 1 GB/s, burst: 0 B}}}';
  const slow = await run(throttled, 'storage.count=2');
  expect(slow.series!.dies!.names).toHaveLength(64);
  expect(slow.series!.dies!.names[32]).toBe('Samsung 980 PRO 1 TB #1: channel 0 plane 0');
  const busy = slow.storage
    .stations!.filter(({ kind }) => kind === 'plane')
    .map((plane) => plane.utilisation);
  expect(mean(busy)).toBeGreaterThan(0);
  expect(mean(busy)).toBeLessThan(0.1);
  const queue = await run('storage.fidelity=queue');
  expect(queue.storage.stations).toBeUndefined();
  expect(queue.series!.dies).toBeUndefined();
});

it('the text has a line a kind', () => {
  const station = { kind: 'die', name: 'channel 0 die 0', utilisation: 0.2, waitSeconds: 1e-3, visits: 3 };
  const stations = [
    station,
    { ...station, utilisation: 0.4, waitSeconds: 0, visits: 1 },
    { ...station, kind: 'link' },
  ];
  expect(stationsText({ storage: { stations } } as never)!.split('\n')).toEqual([
    'inside the drives:',
    '  2 x die: 30.0 % busy (most 40.0 %), mean wait 750 µs',
    '  1 x link: 20.0 % busy (most 20.0 %), mean wait 1.00 ms',
  ]);
  expect(stationsText({ storage: {} } as never)).toBeUndefined();
});
