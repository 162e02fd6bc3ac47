/**
 * `nvmoe calibrate` as a function: measurements in; a fitted profile, the figures of every row, and what could not be used
 * or determined out. It reads files and prints nothing.
 */
import { basename } from 'node:path';
import { type Link, type PcieLink, pcieLink } from '../../devices/index.ts';
import { importTrace } from '../../workloads/traces/index.ts';
import { InputError, messageOf } from '../errors.ts';
import { References } from '../load/references.ts';
import { readText } from '../load/text.ts';
import type { DriveProfile } from '../schema/drive.ts';
import { checkTogether, matches } from './choose-rows.ts';
import { csvRows } from './csv-rows.ts';
import { fioRows } from './fio-rows.ts';
import { type Fitted, fitModel, type Method, predict, SEED } from './fit.ts';
import { type HeldOut, heldOut } from './held-out.ts';
import { type Simulated, simulateLoad } from './load-on-device.ts';
import type { Frame } from './parameters.ts';
import { checkRows } from './plausibility.ts';
import { queueModel } from './queue-model.ts';
import { queueProfile } from './queue-profile.ts';
import { loadOf, type MeasuredRow, mergeRepeats } from './rows.ts';
import { virtualModel } from './virtual-model.ts';
import { virtualProfile } from './virtual-profile.ts';

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
  /** Of rows that a fit had not seen; absent where not asked for. */
  readonly heldOut?: HeldOut;
  readonly warnings: readonly string[];
}

/** Simulated completions of a figure that is shown. */
const SHOWN = 20_000;

export function calibrate(command: CalibrateCommand): Calibration {
  const warnings: string[] = [];
  const read = command.fio.flatMap((file) => readRows(file, warnings));
  const device = command.device === undefined ? undefined : new References('.').drive(command.device);
  const link = device?.pcie ? pcieLink(device.pcie) : undefined;
  const frame = frameOf(device, link);
  const chosen = read.filter((row) => command.where.every((text) => matches(row, text)));
  const { rows, refused } = checkRows(chosen, link?.rawRate ?? Number.POSITIVE_INFINITY);
  warnings.push(...refused);
  const loads = mergeRepeats(rows);
  const away = (row: MeasuredRow) =>
    command.holdOut.length > 0 && command.holdOut.every((text) => matches(row, text));
  const fitting = loads.filter((row) => !away(row));
  checkTogether(fitting, read.length, false);
  const method = methodOf(command, frame);
  const unseen = command.folds > 0 ? heldOut(fitting, method, command.folds) : undefined;
  const fitted = fitModel(fitting, method);
  warnings.push(...fitted.model.warnings, ...unknowns(fitted));
  const to = `${fitting.length} loads of ${command.fio.map((file) => basename(file)).join(', ')}`;
  const { engine } = fitting[0];
  const through = engine && ` through ${engine}, whose own cost is part of it`;
  return {
    profile: (command.virtual ? virtualProfile : queueProfile)({
      fit: fitted,
      frame,
      device,
      rows: fitting,
      to,
      description: `fitted to ${fitting.length} loads${through}.`,
    }),
    parameters: fitted.parameters,
    rows: figures(loads, predict(loads, fitted, method, SHOWN), away),
    heldOut: unseen,
    warnings,
  };
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

function frameOf(device: DriveProfile | undefined, link: Link | PcieLink | undefined): Frame {
  const { capacity = 1e12, blockSize = 512, maxTransfer = 2 ** 19, queues = 128 } = device ?? {};
  const linkRate = Math.min(link?.usableRate ?? Infinity, device?.readBandwidth ?? Infinity);
  return { capacity, blockSize, maxTransfer, queues, pageBytes: device?.pageBytes ?? 16384, linkRate };
}

function methodOf({ virtual }: CalibrateCommand, frame: Frame): Method {
  return {
    modelFor: (rows) => (virtual ? virtualModel : queueModel)(rows, frame),
    simulate: (rows, device, _, completions) =>
      rows.map((row) => simulateLoad(row, device, SEED, completions)),
    host: [],
  };
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
        iops: predicted[i].iops,
        meanSeconds: predicted[i].mean,
        ...Object.fromEntries(
          percents.map(([percent]) => [`p${percent}Seconds`, predicted[i].percentile(percent)]),
        ),
      },
    };
  });
