/** What a worker thread does: one point. Its progress goes to shared memory, in thousandths. */
import { InputError, type KeyPath } from '../errors.ts';
import type { Experiment } from '../experiment.ts';
import type { Result } from '../result.ts';
import { runExperiment } from '../run.ts';

export interface Task {
  readonly experiment: Experiment;
  readonly index: number;
  readonly progress: Int32Array;
}

/** An error's class does not survive the way between threads. */
export type Answer = { readonly result: Result } | { readonly message: string; readonly path?: KeyPath };

export default function run({ experiment, index, progress }: Task): Answer {
  const onProgress = (done: number, total: number) => {
    Atomics.store(progress, index, Math.floor((1000 * done) / total));
  };
  try {
    return { result: runExperiment(experiment, { onProgress }) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { message: error.message, path: error.path };
  }
}
