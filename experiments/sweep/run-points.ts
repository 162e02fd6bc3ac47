/**
 * Runs the points of an experiment on worker threads. Results come back in the order of the points and do not depend on
 * the number of workers: each point is a pure function of its experiment.
 */
import { InputError } from '../errors.ts';
import { located } from '../load/validate.ts';
import type { Point } from '../load.ts';
import type { Result } from '../result.ts';
import { createPool } from './pool.ts';
import type { ResultFolder } from './store.ts';
import type { Answer, Task } from './worker.ts';

export interface RunOptions {
  /** Threads; default: the cores there are, at most one a point. 0: this thread runs them. */
  readonly workers?: number;
  /** Keeps finished points, and has those of an interrupted run. */
  readonly folder?: ResultFolder;
  /** Called a few times a second: points finished, and the sum of all points' progress in points. */
  readonly onProgress?: (finished: number, progress: number) => void;
  /** Ends the run; what is finished is kept. */
  readonly signal?: AbortSignal;
}

/** The run was ended from outside. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

const REPORT_EVERY_MS = 250;

/** @throws InputError, Interrupted */
export async function runPoints(points: readonly Point[], options: RunOptions = {}): Promise<Result[]> {
  const { folder, onProgress, signal } = options;
  const results = points.map(({ experiment }, index) => folder?.finished(index, experiment));
  const missing = [...results.keys()].filter((index) => !results[index]);
  const progress = new Int32Array(new SharedArrayBuffer(4 * points.length));
  const finished = () => results.filter(Boolean).length;
  const report = () => {
    const running = progress.reduce((sum, part, index) => sum + (results[index] ? 1000 : part), 0);
    onProgress?.(finished(), running / 1000);
  };
  const pool = await createPool<Task, Answer>('sweep/worker', missing.length, options.workers);
  const stop = () => void pool.destroy();
  signal?.addEventListener('abort', stop);
  const timer = setInterval(report, REPORT_EVERY_MS);
  try {
    await Promise.all(
      missing.map(async (index) => {
        const { experiment, locate } = points[index];
        const task: Task = { experiment, index, progress };
        const answer = await pool.run(task);
        if (!('result' in answer)) throw located(new InputError(answer.message, answer.path), locate);
        results[index] = answer.result;
        if (points.length > 1) folder?.keep(index, experiment, answer.result);
      }),
    );
    report();
    return results as Result[];
  } catch (error) {
    if (!signal?.aborted) throw error;
    const kept = folder ? 'are kept: start again with the same --out' : 'are lost: use --out to keep them';
    throw new Interrupted(`interrupted; ${finished()} of ${points.length} points are finished and ${kept}`);
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', stop);
    await pool.destroy();
  }
}
