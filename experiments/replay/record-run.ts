/**
 * An experiment's requests, by the part of the run that issues them: loading, the prompt, each step of generated tokens.
 * A part begins where the one before it ends; what is read ahead for a later token belongs to the part that asks for it.
 */
import type { Picoseconds, Simulation } from '../../sim/index.ts';
import type { Experiment } from '../experiment.ts';
import { runExperiment } from '../run.ts';
import { RecordedArray } from './recorded-array.ts';

export interface RecordedRequest {
  /** From the part's begin. */
  readonly issue: Picoseconds;
  readonly complete: Picoseconds;
  readonly offset: number;
  readonly bytes: number;
}

export interface Part {
  /** load, prompt, token-1 … (of a step that gives several tokens: the last of them). */
  readonly name: string;
  readonly requests: readonly RecordedRequest[];
}

export const FROM = ['load', 'prompt', 'decode'] as const;
/** The first part that is kept. */
export type From = (typeof FROM)[number];

/**
 * @param tokens generated tokens that are kept
 * @param onProgress tokens done of how many
 */
export function recordRun(
  experiment: Experiment,
  tokens: number,
  from: From,
  onProgress?: (done: number, total: number) => void,
): Part[] {
  let sim!: Simulation;
  let array!: RecordedArray;
  const marks: { name: string; row: number; begin: Picoseconds }[] = [];
  const mark = (name: string) => marks.push({ name, row: array.trace.length, begin: sim.now });
  runExperiment(experiment, {
    makeArray(ofRun, options) {
      sim = ofRun;
      array = new RecordedArray(ofRun, options);
      mark('load');
      return array;
    },
    onPhase(phase) {
      if (phase === 'prefill') mark('prompt');
      if (phase === 'decode') mark('token');
    },
    onProgress(done, total) {
      // The part that ends here gets its name, for only now it is known how many tokens it gave.
      marks[marks.length - 1].name = `token-${done}`;
      mark(done < total ? 'token' : 'rest');
      onProgress?.(done, total);
    },
  });
  const { trace } = array;
  const parts = marks.map(({ name, row: first, begin }, i) => {
    const end = marks[i + 1]?.row ?? trace.length;
    return {
      name,
      requests: Array.from({ length: end - first }, (_, k) => {
        const { issue, complete, offset, bytes } = trace.row(first + k);
        return { issue: issue - begin, complete: complete - begin, offset, bytes };
      }),
    };
  });
  return parts.filter(({ name, requests }) => requests.length > 0 && wanted(name, tokens, from));
}

function wanted(name: string, tokens: number, from: From): boolean {
  if (name.startsWith('token-')) return Number(name.slice(6)) <= tokens;
  return name === from || (name === 'prompt' && from === 'load');
}
