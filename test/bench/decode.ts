/** How many tokens of DeepSeek-V3 are simulated per second of processor time: the main job's overlapped LRU case. */
import { loadExperiments } from '../../experiments/load.ts';
import { runExperiment } from '../../experiments/run.ts';
import { type BenchRow, timed } from './row.ts';

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
  ];
}
