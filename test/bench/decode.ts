/**
 * How many tokens of DeepSeek-V3 are simulated per second of processor time: the main job's overlapped LRU case, and
 * llama.cpp's mmap of a file of 404 GB on a small host, where a token reads 15 to 40 GB, and of one of 713 GB (Q8_0) on a
 * server, whose load is told apart.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Experiment } from '../../experiments/experiment.ts';
import { loadExperiments } from '../../experiments/load.ts';
import { runExperiment } from '../../experiments/run.ts';
import { type BenchRow, timed } from './row.ts';

const SMALL_HOST = `name: mapped
seed: 42
model: {architecture: deepseek-v3, quantisation: Q4_K_M}
host: ryzen-7700x
storage: {device: samsung-990-pro}
memory: {limit: 27 GiB}
execution: mmap
mmap: {populate: false}
workload: {prompt: 0, generate: 6, warmup: 1}
`;
const SERVER = `name: mapped
seed: 42
model: {architecture: deepseek-v3, quantisation: Q8_0}
host: {like: epyc-9004-12ch, memory: {capacity: 400 GiB}}
storage: {device: samsung-990-pro}
memory: {limit: 384 GiB}
execution: mmap
compute: {threads: 16}
workload: {prompt: 0, generate: 6, warmup: 1}
`;

const GENERATE = 40;

export async function decodeBench(): Promise<BenchRow[]> {
  const settings = ['workload.prompt=0', 'workload.warmup=8', `workload.generate=${GENERATE}`];
  const { points } = await loadExperiments('deepseek-v3-on-80gbs', settings);
  const { experiment } = points.find((point) => point.experiment.label.includes('overlapped LRU'))!;
  runExperiment(experiment);
  const rate = GENERATE / timed(() => void runExperiment(experiment));
  const bar = 20;
  return [
    {
      name: 'DeepSeek-V3 decode, queue, 1 MiB requests',
      value: rate,
      unit: 'tokens/s',
      bar,
      met: rate >= bar,
    },
    await mappedBench('404 GB on 27 GiB', SMALL_HOST),
    await mappedBench('713 GB on 64 GiB', SERVER, 'memory.limit=64 GiB', 'linux.readAhead=4 MiB'),
    ...(await loadBench('713 GB on 384 GiB', SERVER)),
  ];
}

async function experimentOf(text: string, settings: string[]): Promise<Experiment> {
  const folder = mkdtempSync(join(tmpdir(), 'nvmoe-bench-'));
  const file = join(folder, 'mapped.yaml');
  writeFileSync(file, text);
  const { points } = await loadExperiments(file, settings);
  rmSync(folder, { recursive: true });
  return points[0].experiment;
}

/** Tokens from a cold start. */
async function mappedBench(what: string, text: string, ...settings: string[]): Promise<BenchRow> {
  const experiment = await experimentOf(text, [...settings, 'mmap.populate=false']);
  const rate = experiment.workload.generate / timed(() => void runExperiment(experiment));
  return { name: `mmap, ${what}`, value: rate, unit: 'tokens/s', bar: 1, met: rate >= 1 };
}

/** The load, and the tokens after it: enough of them that those in which the cache settles do not decide. */
async function loadBench(what: string, text: string): Promise<BenchRow[]> {
  const experiment = await experimentOf(text, ['workload.generate=24']);
  let began = 0;
  const total = timed(() => {
    const start = process.cpuUsage();
    runExperiment(experiment, {
      onPhase(phase) {
        const { user, system } = process.cpuUsage(start);
        if (phase === 'decode') began = (user + system) / 1e6;
      },
    });
  });
  const rate = experiment.workload.generate / (total - began);
  return [
    { name: `mmap, ${what}: load`, value: began, unit: 's' },
    { name: `mmap, ${what}, once loaded`, value: rate, unit: 'tokens/s', bar: 1, met: rate >= 1 },
  ];
}
