/**
 * k-fold held-out error: the loads, in an order drawn by a seed, are dealt to k folds; each is predicted by a fit that saw
 * none of its fold, of the tail of the service time neither. The order of the file has no part in it.
 */
import { RandomStreams } from '../../sim/random.ts';
import { InputError } from '../errors.ts';
import { fitModel, type Method, predict, SEED } from './fit.ts';
import { loadOf, type MeasuredRow, median } from './rows.ts';

export interface HeldOut {
  readonly folds: number;
  /** Medians of |error|, a share, over the loads that were measured with that figure. */
  readonly iops?: number;
  readonly mean?: number;
  readonly p50?: number;
  readonly p99?: number;
}

/** Fewest loads of a fit. */
const FEWEST = 2;

/** @throws InputError where a fit would be left with too few loads */
export function heldOut(rows: readonly MeasuredRow[], method: Method, folds: number): HeldOut {
  const parts = foldsOf(rows, folds);
  const errors = parts.flatMap((part) => {
    const fitted = fitModel(
      rows.filter((row) => !part.includes(row)),
      method,
    );
    const found = predict(part, fitted, method);
    return part.flatMap(({ iops, mean, percentiles }, i) => {
      const error = (name: keyof HeldOut, measured: number | undefined, predicted: number) =>
        measured === undefined ? [] : [{ name, error: Math.abs(predicted / measured - 1) }];
      const at = (percent: number) => percentiles.find(([other]) => other === percent)?.[1];
      return [
        ...error('iops', iops, found[i].iops),
        ...error('mean', mean, found[i].mean),
        ...error('p50', at(50), found[i].percentile(50)),
        ...error('p99', at(99), found[i].percentile(99)),
      ];
    });
  });
  const of = (name: keyof HeldOut) =>
    median(errors.filter((one) => one.name === name).map(({ error }) => error));
  return { folds, iops: of('iops'), mean: of('mean'), p50: of('p50'), p99: of('p99') };
}

/** @throws InputError */
export function foldsOf(rows: readonly MeasuredRow[], folds: number): MeasuredRow[][] {
  const least = rows.length - Math.ceil(rows.length / folds);
  if (folds > rows.length || least < FEWEST) {
    throw new InputError(
      `--folds ${folds}: found ${rows.length} loads to fit, which leave ${Math.max(0, least)} for a fit; ` +
        `at least ${FEWEST} and a load for each fold are needed; measure more loads or leave --folds out`,
    );
  }
  const random = new RandomStreams(SEED).at('folds');
  const drawn = [...rows]
    .sort((a, b) => (loadOf(a) < loadOf(b) ? -1 : 1))
    .map((row) => ({ row, draw: random() }))
    .sort((a, b) => a.draw - b.draw);
  return Array.from({ length: folds }, (_, fold) =>
    drawn.filter((__, i) => i % folds === fold).map(({ row }) => row),
  );
}
