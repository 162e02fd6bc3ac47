/**
 * How many tokens of DeepSeek-V3 are simulated per second of processor time: the main job's overlapped LRU case, and
 * llama.cpp's mmap of the 404 GB file, of which a token reads about 10 GB.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadExperiments } from '../../experiments/load.ts';
import { runExperiment } from '../../experiments/run.ts';
import { type BenchRow, timed } from './row.ts';

const MAPPED = `name: mapped
seed: 42
model: {architecture: deepseek-v3, quantisation: Q4_K_M}
host: ryzen-7700x
storage: {device: samsung-990-pro}
memory: {limit: 27 GiB}
execution: mmap
mmap: {populate: false}
workload: {prompt: 0, generate: 6, warmup: 1}
`;
const MAPPED_TOKENS = 6;

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
    await mappedBench(),
  ];
}

async function mappedBench(): Promise<BenchRow> {
  const folder = mkdtempSync(join(tmpdir(), 'nvmoe-bench-'));
  const file = join(folder, 'mapped.yaml');
  writeFileSync(file, MAPPED);
  const { points } = await loadExperiments(file, []);
  rmSync(folder, { recursive: true });
  const rate = MAPPED_TOKENS / timed(() => void runExperiment(points[0].experiment));
  return {
    name: 'DeepSeek-V3 decode, execution: mmap',
    value: rate,
    unit: 'tokens/s',
    bar: 1,
    met: rate >= 1,
  };
}
