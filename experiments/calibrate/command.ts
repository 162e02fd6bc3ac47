/**
 * `nvmoe calibrate` as a function: fio results in; a fitted `queue` profile, the figures of every row, and what could not
 * be used or determined out. It reads files and prints nothing.
 */

import { basename } from 'node:path';
import { parse } from 'yaml';
import { pcieLink } from '../../devices/index.ts';
import { importTrace } from '../../workloads/traces/index.ts';
import { InputError, messageOf } from '../errors.ts';
import { References } from '../load/references.ts';
import { readText } from '../load/text.ts';
import type { DriveProfile } from '../schema/drive.ts';
import { csvRows } from './csv-rows.ts';
import { fioRows } from './fio-rows.ts';
import { type FitOptions, type Fitted, fitQueue, predict } from './fit-queue.ts';
import { heldOut } from './held-out.ts';
import { checkRows } from './plausibility.ts';
import { profileText } from './profile-text.ts';
import { loadOf, type MeasuredRow, mergeRepeats } from './rows.ts';
import { serviceTail } from './service-tail.ts';
import { virtualProfileText } from './virtual-profile-text.ts';

export interface CalibrateCommand {
  readonly fio: readonly string[];
  /** COLUMN=VALUE,VALUE: only these rows. */
  readonly where: readonly string[];
  /** Rows that are predicted and not fitted, in the same form. */
  readonly holdOut: readonly string[];
  /** A drive of the library or a path: link, capacity and what is not measured. */
  readonly device?: string;
  readonly folds: number;
  /** The drive is a disk of a virtual machine. */
  readonly virtual?: boolean;
}

export interface RowFigures {
  readonly load: string;
  readonly fitted: boolean;
  readonly measured: Readonly<Record<string, number>>;
  readonly predicted: Readonly<Record<string, number>>;
}

export interface Calibration {
  readonly profile: string;
  readonly parameters: Fitted['parameters'];
  readonly rows: readonly RowFigures[];
  /** Median |error| on rows that a fit had not seen, k-fold; absent with too few loads. */
  readonly heldOut?: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

/** Simulated completions of a figure that is shown. */
const SHOWN = 20_000;
const DEFAULT_PAGE = 16384;

export function calibrate(command: CalibrateCommand): Calibration {
  const warnings: string[] = [];
  const read = command.fio.flatMap((file) => {
    const { rows, skipped } = readRows(file, warnings);
    warnings.push(...skipped);
    return rows;
  });
  const device = command.device === undefined ? undefined : new References('.').drive(command.device);
  const chosen = read.filter((row) => command.where.every((text) => matches(row, text)));
  const link = device?.pcie ? pcieLink(device.pcie) : undefined;
  const { rows, refused } = checkRows(chosen, link?.rawRate ?? Number.POSITIVE_INFINITY);
  warnings.push(...refused);
  const loads = mergeRepeats(rows);
  const away = (row: MeasuredRow) =>
    command.holdOut.length > 0 && command.holdOut.every((text) => matches(row, text));
  const fitted = loads.filter((row) => !away(row));
  checkEnough(fitted, read.length);
  const frame = frameOf(
    fitted,
    device,
    Math.min(link?.usableRate ?? Number.POSITIVE_INFINITY, device?.readBandwidth ?? Number.POSITIVE_INFINITY),
    warnings,
  );
  const options: FitOptions = { ...frame, virtual: command.virtual };
  const fit = fitQueue(fitted, options);
  warnings.push(...unknowns(fit));
  return {
    profile: (command.virtual ? virtualProfileText : profileText)({
      fit,
      options,
      device,
      rows: fitted,
      files: command.fio.map((file) => basename(file)),
    }),
    parameters: fit.parameters,
    rows: loads.map((row) => figures(row, !away(row), fit, options)),
    heldOut: command.folds > 1 ? heldOut(fitted, options, command.folds) : undefined,
    warnings,
  };
}

function readRows(file: string, warnings: string[]) {
  const text = readText(file, 'results of fio (JSON or CSV)');
  const name = basename(file);
  if (!/^[^\n]*\{/.test(text.slice(0, 2000)) && !/"fio version"/.test(text)) return csvRows(text, name);
  try {
    const imported = importTrace(new TextEncoder().encode(text), { format: 'fio-json' });
    warnings.push(...imported.warnings.map((warning) => `${name}: ${warning}`));
    return fioRows(imported.fio ?? [], name);
  } catch (error) {
    throw new InputError(`${name}: ${messageOf(error)}`);
  }
}

/** Whether a row has one of the values of `COLUMN=VALUE,VALUE`; a list without = is of the depths. */
function matches(row: MeasuredRow, text: string): boolean {
  const [column, list] = text.includes('=')
    ? [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]
    : ['iodepth', text];
  const own: Readonly<Record<string, string>> = {
    rw: row.pattern,
    bs: String(row.bytes),
    iodepth: String(row.depth),
    numjobs: String(row.jobs),
    engine: row.engine,
    ioengine: row.engine,
  };
  const value = own[column] ?? row.labels[column];
  if (value === undefined) {
    throw new InputError(
      `${row.where}: found no column ${column}; allowed are ${[...new Set([...Object.keys(own), ...Object.keys(row.labels)])].join(', ')}`,
    );
  }
  const sizes = (part: string) =>
    column === 'bs' ? String(parse(part.replace(/k$/i, '')) * (/k$/i.test(part) ? 1024 : 1)) : part;
  return list.split(',').some((part) => sizes(part.trim()) === value);
}

function checkEnough(rows: readonly MeasuredRow[], read: number): void {
  if (rows.length < 2) {
    throw new InputError(
      `found ${rows.length} loads to fit of ${read} rows read; at least two (say depths 1 and 64) are needed; see the warnings, --where and --hold-out`,
    );
  }
  for (const what of ['engine', 'device', 'scheduler'] as const) {
    const values = new Set(rows.map((row) => (what === 'engine' ? row.engine : (row.labels[what] ?? ''))));
    if (values.size > 1) {
      throw new InputError(
        `found rows of several values of ${what}: ${[...values].join(', ')}; one profile describes one; choose with --where ${what}=${[...values][0]}`,
      );
    }
  }
}

function frameOf(
  rows: readonly MeasuredRow[],
  device: DriveProfile | undefined,
  linkRate: number,
  warnings: string[],
): FitOptions {
  const first = rows
    .filter(({ depth, jobs, pattern }) => depth * jobs === 1 && pattern.endsWith('read'))
    .sort((a, b) => a.bytes - b.bytes)[0];
  const tail = first ? serviceTail(first) : [];
  if (tail.length === 0)
    warnings.push(
      'no percentiles of reads at depth 1: the tail of the service time is not determined and left out',
    );
  const {
    capacity = 1e12,
    blockSize = 512,
    maxTransfer = 2 ** 19,
    queues = 128,
    pageBytes = DEFAULT_PAGE,
  } = device ?? {};
  return { frame: { pageBytes, tail, linkRate }, capacity, blockSize, maxTransfer, queues };
}

const unknowns = ({ parameters }: Fitted): string[] =>
  parameters.flatMap(({ name, known, confused }) => [
    ...(known ? [] : [`${name}: these rows do not determine it`]),
    ...(confused.length > 0 ? [`${name}: these rows hardly tell it from ${confused.join(', ')}`] : []),
  ]);

function figures(row: MeasuredRow, fitted: boolean, { values }: Fitted, options: FitOptions): RowFigures {
  const found = predict(row, values, options, SHOWN);
  const percents = row.percentiles.filter(([percent]) => [50, 90, 99, 99.9].includes(percent));
  return {
    load: loadOf(row),
    fitted,
    measured: {
      ...(row.iops === undefined ? {} : { iops: row.iops }),
      ...Object.fromEntries(percents.map(([percent, value]) => [`p${percent}Seconds`, value])),
    },
    predicted: {
      iops: found.iops,
      ...Object.fromEntries(percents.map(([percent]) => [`p${percent}Seconds`, found.percentile(percent)])),
    },
  };
}
