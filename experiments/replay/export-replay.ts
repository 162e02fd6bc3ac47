/** `nvmoe replay export` as a function: an experiment in, a folder with replay.fio, its logs and prediction.json out. */
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { located } from '../load/validate.ts';
import type { Point } from '../load.ts';
import { writeFile } from '../write-file.ts';
import { joined } from '../write-pieces.ts';
import { PREDICTION, type Prediction } from './figures.ts';
import { type From, type Part, recordRun } from './record-run.ts';
import { jobText, logName, logPieces, predictedFigures } from './replay-job.ts';

export interface ExportOptions {
  readonly target: string;
  readonly tokens: number;
  readonly from: From;
  readonly noStall: boolean;
  readonly out: string;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Exported {
  readonly job: string;
  readonly prediction: string;
  readonly parts: number;
  readonly requests: number;
  readonly bytes: number;
  /** Size that the file or device must have. */
  readonly targetBytes: number;
}

/** fio's engine for each interface that makes requests. */
const ENGINES: Readonly<Record<string, string>> = { psync: 'psync', libaio: 'libaio' };

/** @throws InputError for a target that fio would misread, and for a run that reads nothing */
export function exportReplay({ experiment, locate }: Point, options: ExportOptions): Exported {
  const { target, tokens, from, noStall, out, onProgress } = options;
  if (!/^[^\s:#;$]+$/.test(target)) {
    throw new InputError(
      `--file ${target}: allowed are paths without blanks, colons, # ; and $, which fio reads otherwise`,
    );
  }
  const parts = recorded();
  const requests = parts.flatMap((part) => part.requests);
  if (requests.length === 0) {
    throw new InputError(
      `${experiment.name}: reads nothing in these tokens; try more --tokens, or --from load`,
    );
  }
  const targetBytes = requests.reduce((end, { offset, bytes }) => Math.max(end, offset + bytes), 0);
  const about =
    `${experiment.name}, seed ${experiment.seed}: reads of ${parts[0].name} to ${parts[parts.length - 1].name}\n` +
    `reads ${target}, which must hold ${targetBytes} bytes; it writes nothing\n` +
    'in this folder: fio replay.fio --output-format=json --output=measured.json';
  const engine = ENGINES[experiment.io.interface] ?? 'io_uring';
  const [job, prediction] = [join(out, 'replay.fio'), join(out, 'prediction.json')];
  for (const part of parts)
    writeFile(join(out, logName(part)), [...joined(logPieces(part, target))].join(''));
  writeFile(job, jobText(parts, { target, engine, noStall, about }));
  const predicted: Prediction = {
    schema: PREDICTION,
    experiment: experiment.name,
    parts: parts.map(predictedFigures),
  };
  writeFile(prediction, `${JSON.stringify(predicted, null, 2)}\n`);
  const bytes = requests.reduce((sum, request) => sum + request.bytes, 0);
  return { job, prediction, parts: parts.length, requests: requests.length, bytes, targetBytes };

  function recorded(): Part[] {
    try {
      return recordRun(experiment, tokens, from, onProgress);
    } catch (error) {
      throw located(error, locate);
    }
  }
}
