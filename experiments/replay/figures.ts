/** What is known of each part of a replay, predicted or measured: from a prediction of `replay export` or fio's JSON. */
import { basename } from 'node:path';
import { z } from 'zod';
import { importTrace } from '../../workloads/traces/index.ts';
import { InputError, messageOf } from '../errors.ts';
import { readText } from '../load/text.ts';

const figures = z.strictObject({
  name: z.string(),
  requests: z.number(),
  bytes: z.number(),
  seconds: z.number(),
  bytesPerSecond: z.number(),
  p50Seconds: z.number(),
  p99Seconds: z.number(),
});
export type Figures = z.output<typeof figures>;

export const PREDICTION = 'nvmoe.replay/1';
const predictionSchema = z.strictObject({
  schema: z.literal(PREDICTION),
  experiment: z.string(),
  parts: z.array(figures),
});
export type Prediction = z.output<typeof predictionSchema>;

/** @throws InputError for a file that is neither */
export function readFigures(file: string): Figures[] {
  const what = 'prediction.json of nvmoe replay export, or fio JSON';
  const text = readText(file, what);
  const name = basename(file);
  if (/"fio version"\s*:/.test(text)) return fromFio(text, name);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${name}: found no JSON (${messageOf(error)}); allowed is ${what}`);
  }
  const parsed = predictionSchema.safeParse(value);
  if (parsed.success) return parsed.data.parts;
  const [{ path, message }] = parsed.error.issues;
  throw new InputError(`${name}: ${path.join('.') || 'the top level'}: ${message}; allowed is ${what}`);
}

function fromFio(text: string, file: string): Figures[] {
  try {
    const { fio = [] } = importTrace(new TextEncoder().encode(text), { format: 'fio-json' });
    return fio.flatMap(({ name, read, write }) => {
      const found = read ?? write;
      if (!found) return [];
      const at = (percent: number) =>
        found.completion?.percentiles?.find(([p]) => p === percent)?.[1] ?? Number.NaN;
      const { requests, bytes, seconds, bytesPerSecond } = found;
      return [{ name, requests, bytes, seconds, bytesPerSecond, p50Seconds: at(50), p99Seconds: at(99) }];
    });
  } catch (error) {
    throw new InputError(`${file}: ${messageOf(error)}`);
  }
}
