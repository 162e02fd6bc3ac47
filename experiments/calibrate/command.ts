/**
 * `nvmoe calibrate` as a function: measurements in; a fitted profile, the figures of every row, and what could not be used
 * or determined out. It reads files and prints nothing.
 */
import { basename } from 'node:path';
import { type Imported, importTrace } from '../../workloads/traces/index.ts';
import { InputError, messageOf } from '../errors.ts';
import { References } from '../load/references.ts';
import { readText } from '../load/text.ts';
import { checkTogether, matches } from './choose-rows.ts';
import { csvRows } from './csv-rows.ts';
import { fioRows } from './fio-rows.ts';
import { type Fitted, fitModel, type Method, predict, SEED } from './fit.ts';
import { type HeldOut, heldOut } from './held-out.ts';
import { fittedHost, givenHost, type HostPath, noHost } from './host-path.ts';
import { type Kind, kindOf } from './kinds.ts';
import { type Simulated, simulateLoad } from './load-on-device.ts';
import { checkRows } from './plausibility.ts';
import { loadOf, type MeasuredRow, mergeRepeats } from './rows.ts';
import { type TraceRows, traceRows } from './trace-rows.ts';

export interface CalibrateCommand {
  /** Files of results; none where there is a trace. */
  readonly fio: readonly string[];
  readonly trace?: { readonly file: string; readonly imported: Imported };
  /** COLUMN=VALUE,VALUE: only these rows. */
  readonly where: readonly string[];
  /** Rows that are predicted and not fitted, in the same form. */
  readonly holdOut: readonly string[];
  /** A drive of the library or a path: link, capacity and what is not measured; at flash fidelity where the fit begins. */
  readonly device?: string;
  readonly folds: number;
  /** Default queue. */
  readonly fidelity?: 'queue' | 'flash';
  /** The drive is a disk of a virtual machine. */
  readonly virtual?: boolean;
  /** What the rows went through: `none` (default), a host profile, or `fit`. */
  readonly host?: string;
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
  /** Of rows that a fit had not seen; absent where not asked for. */
  readonly heldOut?: HeldOut;
  readonly warnings: readonly string[];
}

/** Simulated completions of a figure that is shown. */
const SHOWN = 20_000;

export function calibrate(command: CalibrateCommand): Calibration {
  const warnings: string[] = [];
  const device =
    command.device === undefined ? undefined : new References('.').drive(command.device, ['--device']);
  const kind = kindOf(command, device);
  const traced = command.trace && fromTrace(command, kind);
  warnings.push(...(traced?.warnings ?? []));
  const read = traced?.rows ?? command.fio.flatMap((file) => readRows(file, warnings));
  const chosen = read.filter((row) => command.where.every((text) => matches(row, text)));
  const { rows, refused } = checkRows(chosen, kind);
  warnings.push(...refused);
  const loads = mergeRepeats(rows);
  const away = (row: MeasuredRow) =>
    command.holdOut.length > 0 && command.holdOut.every((text) => matches(row, text));
  const fitting = loads.filter((row) => !away(row));
  const { host = 'none' } = command;
  checkTogether(fitting, read.length, host !== 'none');
  const path = hostPathOf(host, loads);
  const method: Method = {
    modelFor: kind.modelFor,
    host: path.parameters,
    simulate:
      traced?.simulate ??
      ((rows, device, values, completions) =>
        rows.map((row) => simulateLoad(row, device, SEED, completions, path.front(row, values)))),
  };
  const unseen = command.folds > 0 ? heldOut(fitting, method, command.folds) : undefined;
  const fitted = fitModel(fitting, method);
  warnings.push(...fitted.model.warnings, ...unknowns(fitted));
  return {
    profile: kind.profile({
      fit: fitted,
      frame: kind.frame,
      device,
      rows: fitting,
      to: `${fitting.length} loads of ${[...command.fio, ...(command.trace ? [command.trace.file] : [])].map((file) => basename(file)).join(', ')}`,
      description: `fitted to ${fitting.length} loads${throughText(fitting, host)}.`,
    }),
    parameters: fitted.parameters,
    rows: figures(loads, predict(loads, fitted, method, SHOWN), away),
    heldOut: unseen,
    warnings,
  };
}

/** @throws InputError */
function fromTrace({ trace, where, host = 'none' }: CalibrateCommand, { blockSize }: Kind): TraceRows {
  if (host !== 'none')
    throw new InputError(
      '--host: a trace of the block layer is behind the host, whose cost is not in it; leave --host out',
    );
  const { file, imported } = trace!;
  const device = where.find((text) => text.startsWith('device='))?.slice('device='.length);
  return traceRows(basename(file), imported, device, blockSize);
}

function hostPathOf(host: string, rows: readonly MeasuredRow[]): HostPath {
  if (host === 'none') return noHost;
  return host === 'fit' ? fittedHost(rows) : givenHost(rows, new References('.').host(host));
}

function throughText(rows: readonly MeasuredRow[], host: string): string {
  const engines = [...new Set(rows.map(({ engine }) => engine))].filter(Boolean).join(', ');
  if (engines === '') return '';
  const cost = host === 'none' ? 'is part of it' : `is not: ${host === 'fit' ? 'fitted beside it' : host}`;
  return ` through ${engines}, whose own cost ${cost}`;
}

function readRows(file: string, warnings: string[]): MeasuredRow[] {
  const text = readText(file, 'results of fio (JSON or CSV)');
  const name = basename(file);
  const kept = ({ rows, skipped }: { rows: MeasuredRow[]; skipped: string[] }) => {
    warnings.push(...skipped);
    return rows;
  };
  if (!/^[^\n]*\{/.test(text.slice(0, 2000)) && !/"fio version"/.test(text)) return kept(csvRows(text, name));
  try {
    const imported = importTrace(new TextEncoder().encode(text), { format: 'fio-json' });
    warnings.push(...imported.warnings.map((warning) => `${name}: ${warning}`));
    return kept(fioRows(imported.fio ?? [], name));
  } catch (error) {
    throw new InputError(`${name}: ${messageOf(error)}`);
  }
}

const unknowns = ({ parameters }: Fitted): string[] =>
  parameters.flatMap(({ name, known, confused, needs }) => [
    ...(known ? [] : [`${name}: these rows do not determine it; ${needs} would`]),
    ...(confused.length > 0 ? [`${name}: these rows hardly tell it from ${confused.join(', ')}`] : []),
  ]);

const figures = (
  rows: readonly MeasuredRow[],
  predicted: readonly Simulated[],
  away: (row: MeasuredRow) => boolean,
): RowFigures[] =>
  rows.map((row, i) => {
    const percents = row.percentiles.filter(([percent]) => [50, 90, 99, 99.9].includes(percent));
    return {
      load: loadOf(row),
      fitted: !away(row),
      measured: {
        ...(row.iops === undefined ? {} : { iops: row.iops }),
        ...(row.iops === undefined && row.mean !== undefined ? { meanSeconds: row.mean } : {}),
        ...Object.fromEntries(percents.map(([percent, value]) => [`p${percent}Seconds`, value])),
      },
      predicted: {
        ...(row.iops === undefined ? { meanSeconds: predicted[i].mean } : { iops: predicted[i].iops }),
        ...Object.fromEntries(
          percents.map(([percent]) => [`p${percent}Seconds`, predicted[i].percentile(percent)]),
        ),
      },
    };
  });
