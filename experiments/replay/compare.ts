/** A replay's prediction beside its measurements: for each part the median of the repeats, their spread, and the error. */
import { median } from '../calibrate/rows.ts';
import { InputError } from '../errors.ts';
import { type Figures, readFigures } from './figures.ts';

export const COMPARED = ['seconds', 'bytesPerSecond', 'p50Seconds', 'p99Seconds'] as const;
export type Compared = (typeof COMPARED)[number];

export interface Comparison {
  readonly part: string;
  readonly figure: Compared;
  readonly predicted: number;
  /** Median of the repeats, the least and the greatest. */
  readonly measured: number;
  readonly low: number;
  readonly high: number;
  /** predicted / measured - 1. */
  readonly error: number;
  readonly within: boolean;
}

export interface CompareReport {
  readonly repeats: number;
  readonly rows: readonly Comparison[];
  /** Median |error| by figure. */
  readonly medianError: Readonly<Partial<Record<Compared, number>>>;
}

/** @throws InputError where a measurement is of another replay */
export function compareReplay(prediction: string, results: readonly string[]): CompareReport {
  const predicted = readFigures(prediction);
  const measured = results.map((file) => ({ file, parts: readFigures(file) }));
  const rows = predicted.flatMap((part) => {
    const repeats = measured.map(({ file, parts }) => repeatOf(part, file, parts));
    return COMPARED.flatMap((figure) => row(part, figure, repeats) ?? []);
  });
  const medianError = Object.fromEntries(
    COMPARED.flatMap((figure) => {
      const errors = rows.filter((each) => each.figure === figure).map(({ error }) => Math.abs(error));
      return errors.length > 0 ? [[figure, median(errors)]] : [];
    }),
  );
  return { repeats: results.length, rows, medianError };
}

function repeatOf(part: Figures, file: string, parts: readonly Figures[]): Figures {
  const found = parts.find(({ name }) => name === part.name);
  if (!found) {
    const names = parts.slice(0, 8).map(({ name }) => name);
    throw new InputError(
      `${file}: found jobs ${names.join(', ')}; ${part.name} of the prediction is missing`,
    );
  }
  if (found.requests !== part.requests) {
    throw new InputError(
      `${file}: job ${part.name}: found ${found.requests} requests; the prediction has ${part.requests}; is it the ` +
        'result of this very job?',
    );
  }
  // fio 3.33 leaves the bytes of the last requests of a log out, and with them the bandwidth: io_bytes is short.
  return { ...found, bytesPerSecond: part.bytes / found.seconds };
}

function row(part: Figures, figure: Compared, repeats: readonly Figures[]): Comparison | undefined {
  const values = repeats.map((repeat) => repeat[figure]).filter((value) => value > 0);
  const predicted = part[figure];
  const measured = median(values);
  if (measured === undefined || !(predicted > 0)) return undefined;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return {
    part: part.name,
    figure,
    predicted,
    measured,
    low,
    high,
    error: predicted / measured - 1,
    within: low <= predicted && predicted <= high,
  };
}
