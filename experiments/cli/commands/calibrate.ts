/** `nvmoe calibrate`: a drive profile fitted to measurements. */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Calibration } from '../../calibrate/command.ts';
import { type CommonOptions, examples, integerFrom, repeated, withCommon } from '../options.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

interface CalibrateOptions extends CommonOptions {
  readonly fio: string[];
  readonly where: string[];
  readonly holdOut: string[];
  readonly device?: string;
  readonly folds: number;
  readonly out: string;
}

export function registerCalibrate(program: Command, terminal: Terminal): void {
  const command = withCommon(program.command('calibrate'))
    .summary('a drive profile fitted to fio results')
    .description(
      'Fits the queue fidelity of a drive to fio results (JSON, JSON+ or CSV) and writes a profile.',
    )
    .requiredOption('--fio <files...>', 'results of fio; .gz too')
    .requiredOption('--out <profile>', 'the profile to write (YAML)')
    .option(
      '--device <profile>',
      'link, capacity and what was not measured; a name of `nvmoe list devices` or a path',
    )
    .option('--where <column=values>', 'only these rows, e.g. engine=spdk; may be repeated', repeated, [])
    .option(
      '--hold-out <column=values>',
      'predict these rows and do not fit them, e.g. iodepth=4,64',
      repeated,
      [],
    )
    .option(
      '--folds <k>',
      'also fit k times without a part of the rows, for the held-out error',
      integerFrom(0),
      0,
    )
    .action(async (options: CalibrateOptions) => {
      const { calibrate } = await import('../../calibrate/command.ts');
      const calibration = calibrate(options);
      for (const warning of calibration.warnings) terminal.error(`nvmoe: ${warning}\n`);
      writeFileSync(options.out, calibration.profile);
      const { profile: _, ...shown } = calibration;
      terminal.out(options.json ? `${JSON.stringify(shown, null, 2)}\n` : textOf(calibration));
    });
  examples(command, [
    'nvmoe calibrate --fio results.json --device samsung-980-pro-1tb --out my-drive.yaml',
    'nvmoe calibrate --fio table.csv --where engine=io_uring --hold-out iodepth=4,64 --out my-drive.yaml --json',
  ]);
}

function textOf({ parameters, rows, heldOut }: Calibration): string {
  const figure = (value: number) => String(Number(value.toPrecision(4)));
  const fitted = parameters.map(({ name, value, unit, interval, known }) => [
    name,
    `${figure(value)} ${unit}`,
    known ? `${figure(interval[0])} to ${figure(interval[1])}` : 'not determined',
  ]);
  const lines = rows.flatMap(({ load, fitted, measured, predicted }) =>
    Object.entries(measured).map(([name, value]) => [
      `${load}${fitted ? '' : ' (held out)'}`,
      name,
      figure(value),
      figure(predicted[name]),
      `${(100 * (predicted[name] / value - 1)).toFixed(1)} %`,
    ]),
  );
  const folds = heldOut
    ? `held out in ${heldOut.folds} folds: median |error| ${(100 * heldOut.iops).toFixed(1)} % of IOPS, ${(100 * heldOut.p99).toFixed(1)} % of p99\n`
    : '';
  return `${table(['parameter', 'value', '95 % interval'], fitted)}\n${table(['load', 'figure', 'measured', 'predicted', 'error'], lines)}\n${folds}`;
}
