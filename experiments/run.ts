/**
 * Runs one experiment: builds the machine, simulates load, prompt and decode, and makes the result. A pure function of
 * the experiment: same experiment and seed, same result.
 */
import { Simulation } from '../sim/index.ts';
import { type DecodeOptions, type Phase, runDecode } from '../workloads/inference/index.ts';
import type { Experiment } from './experiment.ts';
import { buildMachine, type MakeArray } from './machine.ts';
import { inMemory, runMappedProgram } from './mapped.ts';
import { kvDemand } from './memory.ts';
import type { Result } from './result.ts';
import { Meter } from './run/meter.ts';
import { prepare } from './run/prepare.ts';
import { resultOf } from './run/result-of.ts';

export interface RunOptions {
  /** Called as tokens complete: how many of how many, warm-up included. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Called when a phase begins. */
  readonly onPhase?: (phase: Phase | 'window') => void;
  /** Makes the array of drives; default a DeviceArray. */
  readonly makeArray?: MakeArray;
}

/** @throws InputError when the experiment asks for what cannot be */
export function runExperiment(experiment: Experiment, options: RunOptions = {}): Result {
  const sim = new Simulation({ seed: String(experiment.seed) });
  const prepared = prepare(experiment, sim);
  const { memory, model } = prepared;
  const machine = buildMachine(sim, experiment, { memory, fileBytes: model.fileBytes }, options.makeArray);
  const meter = new Meter(sim, machine);
  const decode: DecodeOptions = {
    ...prepared.decode,
    onPhase(phase) {
      meter.phase(phase);
      options.onPhase?.(phase);
    },
    onToken(done, total) {
      meter.token();
      options.onProgress?.(done, total);
    },
  };
  const { reads, mapped, host, gpu } = machine;
  const tier = gpu && { device: gpu, cacheBytes: memory.gpu!.expertCacheBytes };
  const { running, tokens } = kvDemand(experiment);
  const kvStore =
    experiment.memory.kv === 'drives' ? { array: machine.array, requests: running, tokens } : undefined;
  const outcome = inMemory(() =>
    reads
      ? runDecode(sim, host, reads, { ...decode, mappedFile: mapped, gpu: tier, kvStore })
      : runMappedProgram(sim, experiment, mapped!, decode),
  );
  sim.finish();
  return resultOf({ experiment, prepared, machine, meter, outcome, sim });
}
