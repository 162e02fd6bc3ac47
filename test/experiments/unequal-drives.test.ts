/**
 * Unequal drives in one array, against closed forms: equal stripes move n times what the slowest does, stripes in
 * proportion to rates the sum, drives behind one switch what its uplink carries.
 */
import { describe, expect, it } from 'vitest';
import { READ } from '../../devices/index.ts';
import { boundsReport } from '../../experiments/bounds-report.ts';
import { loadExperiments } from '../../experiments/load.ts';
import { buildMachine } from '../../experiments/machine.ts';
import { prepare } from '../../experiments/run/prepare.ts';
import { runExperiment } from '../../experiments/run.ts';
import { Simulation, toSeconds } from '../../sim/index.ts';
import { experimentText, writeTemporary } from './experiment-text.ts';

const IDEAL = `drives: [
  {device: {fidelity: ideal, name: fast, latency: 0 s, bandwidth: 7 GB/s}},
  {device: {fidelity: ideal, name: slow, latency: 0 s, bandwidth: 3.5 GB/s}}]`;
/** The same rates from a profile; its `queue` section, calibrated as a whole, is left out. */
const named = (count = 1, more = '') => `drives: [
  {device: {like: solidigm-p5520, name: fast, readBandwidth: 7 GB/s}${more}},
  {device: {like: solidigm-p5520, name: slow, readBandwidth: 3.5 GB/s}, count: ${count}${more}}]`;
const FLASH = 'drives: [{device: samsung-980-pro-1tb}, {device: wd-sn640-960gb}], fidelity: flash';

const load = async (storage: string, ...settings: string[]) => {
  const text = experimentText({
    model: 'model: {architecture: olmoe, quantisation: Q4_K_M, layout: expert-contiguous}',
    host: 'host: epyc-9004-12ch',
    storage: `storage: {stripe: 256 KiB, ${storage}}`,
    cache: 'cache: {capacity: 0 B}',
  });
  return (await loadExperiments(writeTemporary(text), settings)).points[0].experiment;
};

/** B/s of one read of whole turns of stripes. */
async function rateOf(storage: string, bytes = 3 * 2 ** 27): Promise<number> {
  const experiment = await load(storage);
  const sim = new Simulation({ seed: '1' });
  const { memory } = prepare(experiment, sim);
  const { array } = buildMachine(sim, experiment, { memory, fileBytes: 0 });
  let end = 0;
  const done = sim.register(() => {
    end = toSeconds(sim.now);
  });
  array.submit(READ, 0, bytes, 0, done, 0);
  sim.run();
  sim.finish();
  return bytes / end;
}

describe('a large read over 7 GB/s and 3.5 GB/s', () => {
  it('at fidelity ideal moves exactly 7 GB/s at equal stripes, 10.5 GB/s at weights 2:1', async () => {
    expect((await rateOf(IDEAL)) / 7e9).toBeCloseTo(1, 6);
    expect((await rateOf(`${IDEAL}, weights: [2, 1]`)) / 10.5e9).toBeCloseTo(1, 6);
    expect((await rateOf(`${IDEAL}, weights: [1, 2]`)) / 5.25e9).toBeCloseTo(1, 6);
  });

  it.each([
    ['equal stripes', named(), 7e9],
    ['weights 2:1', `${named()}, weights: [2, 1]`, 10.5e9],
    ['three drives', named(2), 10.5e9],
    ['three drives, weighted', `${named(2)}, weights: [2, 1, 1]`, 14e9],
  ])('at fidelity queue, %s, within a hundredth', async (_, storage, expected) => {
    expect(Math.abs((await rateOf(storage)) / expected - 1)).toBeLessThan(0.01);
  });

  it('behind one switch moves what the uplink carries, at either fidelity', async () => {
    // PCIe 3.0 x4 with 512 B payloads and 24 B around each; both drives train at generation 3 and have more than half.
    const uplink = ((8e9 * 4 * 128) / 130 / 8) * (512 / 536);
    for (const fidelity of ['queue', 'ideal']) {
      const storage = `${named(1, ', switch: card')}, switches: [{name: card, generation: 3, lanes: 4}]`;
      const rate = await rateOf(`${storage}, fidelity: ${fidelity}`);
      expect(Math.abs(rate / uplink - 1)).toBeLessThan(0.01);
    }
  });
});

it.each([
  'ideal',
  'queue',
  'flash',
])('a throttle on one of two holds both back, at fidelity %s', async (fidelity) => {
  const hot = '{like: samsung-980-pro-1tb, throttle: {bytes: {rate: 500 MB/s, burst: 0 B}}}';
  const drives = `drives: [{device: samsung-980-pro-1tb}, {device: ${hot}}], fidelity: ${fidelity}`;
  expect((await rateOf(drives, 2 ** 28)) / 1e9).toBeCloseTo(1, 1);
  expect((await rateOf(`${drives}, weights: [5, 1]`, 6 * 2 ** 24)) / 3e9).toBeCloseTo(1, 1);
});

it('at fidelity flash two kinds together move twice what the slower does alone', async () => {
  const bytes = 2 ** 26;
  const fast = await rateOf('device: samsung-980-pro-1tb, fidelity: flash', bytes);
  const slow = await rateOf('device: wd-sn640-960gb, fidelity: flash', bytes);
  expect(fast).toBeGreaterThan(1.5 * slow);
  expect((await rateOf(FLASH, 2 * bytes)) / (2 * slow)).toBeCloseTo(1, 1);
  expect((await rateOf(`${FLASH}, weights: [2, 1]`, 3 * bytes)) / slow).toBeGreaterThan(2.7);
});

describe('bounds of unequal drives', () => {
  const streaming = async (storage: string, resource: string) =>
    boundsReport(await load(storage)).streaming.find((each) => each.resource === resource);

  it('are n times the slowest, or what the weights make of it', async () => {
    expect((await streaming(named(), 'storage'))!.bytesPerSecond).toBe(7e9);
    expect((await streaming(named(), 'storage'))!.detail).toContain('1 x fast + 1 x slow as claimed');
    expect((await streaming(`${named()}, weights: [2, 1]`, 'storage'))!.bytesPerSecond).toBe(10.5e9);
    expect((await streaming(`${named(3)}, weights: [2, 1, 1, 1]`, 'storage'))!.bytesPerSecond).toBe(17.5e9);
    expect((await streaming(`${named()}, placement: expert`, 'storage'))!.bytesPerSecond).toBe(10.5e9);
    const same = 'device: {like: solidigm-p5520, readBandwidth: 7 GB/s}, count: 2';
    expect((await streaming(`${same}, weights: [3, 1]`, 'storage'))!.bytesPerSecond).toBeCloseTo(28e9 / 3);
  });

  it('count the bytes that cross an uplink', async () => {
    const half = named().replace('GB/s}},', 'GB/s}, switch: card},');
    const switches = 'switches: [{name: card, generation: 3, lanes: 4}]';
    const { detail, bytesPerSecond } = (await streaming(`${half}, ${switches}`, 'uplink'))!;
    expect(bytesPerSecond / 2 / 1e9).toBeCloseTo(3.762, 3);
    expect(detail).toContain('card, PCIe 3.0 x4 usable, shared by 1 of the drives');
    expect(await streaming(named(), 'uplink')).toBeUndefined();
  });

  it.each([
    'placement: stripe',
    'weights: [2, 1]',
    'placement: hot-cold, weights: [2, 1]',
  ])('hold in a run with %s, which names each drive', async (layout) => {
    const result = runExperiment(await load(`${named()}, ${layout}`));
    expect(result.tokensPerSecond.mean).toBeLessThan(result.bounds[0].tokensPerSecond);
    expect(result.storage.perDevice.map(({ name }) => name)).toEqual(['fast', 'slow']);
    expect(result.fidelity).toBe('queue');
  });
});

it('numbers drives of the same name across kinds, and keeps the list in the settings', async () => {
  const experiment = await load(
    'drives: [{device: wd-sn640-960gb, count: 2}, {device: {like: wd-sn640-960gb}}]',
  );
  const { drives } = buildMachine(new Simulation({ seed: '1' }), experiment, {
    memory: prepare(experiment, new Simulation({ seed: '1' })).memory,
    fileBytes: 0,
  });
  const name = 'WD Ultrastar DC SN640 960 GB';
  expect(drives.map((drive) => drive.name)).toEqual([`${name} #0`, `${name} #1`, `${name} #2`]);
  expect(experiment.settings.storage).toMatchObject({ drives: [{ device: 'wd-sn640-960gb', count: 2 }, {}] });
});
