/** `nvmoe calibrate`: a drive profile fitted to measurements. */
import { type Command, Option } from 'commander';
import type { Calibration } from '../../calibrate/command.ts';
import { InputError } from '../../errors.ts';
import { writeFile } from '../../write-file.ts';
import { type CommonOptions, examples, integerFrom, repeated, withCommon } from '../options.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { withTraceFormat } from './trace.ts';

interface CalibrateOptions extends CommonOptions {
  readonly fio?: string[];
  readonly fromFlash?: string;
  readonly trace?: string;
  readonly format?: string;
  readonly layout?: string;
  readonly action?: 'D' | 'Q' | 'C';
  readonly where: string[];
  readonly holdOut: string[];
  readonly device?: string;
  readonly folds: number;
  readonly virtual?: boolean;
  readonly fidelity: 'queue' | 'flash';
  readonly host: string;
  readonly out: string;
}

export function registerCalibrate(program: Command, terminal: Terminal): void {
  const command = withTraceFormat(withCommon(program.command('calibrate')))
    .summary('a drive profile fitted to fio results, a trace, or its own flash fidelity')
    .description(
      'Fits a drive to fio results (JSON, JSON+ or CSV) or to a recorded trace, or derives its queue fidelity from the flash section of a profile, and writes a profile.',
    )
    .option('--fio <files...>', 'results of fio; .gz too')
    .option(
      '--trace <file>',
      'a recorded trace with issue and completion times, in any format of `nvmoe trace`',
    )
    .option(
      '--from-flash <profile>',
      'derive from simulated fio runs of this profile’s flash section; nothing is run when --out holds the result for the same profile',
    )
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
      integerFrom(2),
      0,
    )
    .addOption(
      new Option('--fidelity <fidelity>', 'what to fit; flash begins at the flash section of --device')
        .choices(['queue', 'flash'])
        .default('queue'),
    )
    .option(
      '--host <host>',
      'what the rows went through: a host profile, or fit: its cost is found beside the drive’s',
      'none',
    )
    .option(
      '--virtual',
      'the drive is a disk of a virtual machine (virtio-blk): one host thread, turn by turn',
    )
    .action(async (options: CalibrateOptions) => {
      const given = [options.fio, options.trace, options.fromFlash].filter((source) => source !== undefined);
      if (given.length !== 1) {
        throw new InputError(
          `calibrate: found ${given.length} of --fio, --trace and --from-flash; allowed is one of them`,
        );
      }
      if (options.fromFlash !== undefined) {
        await derive(options.fromFlash, options, terminal);
        return;
      }
      const { calibrate } = await import('../../calibrate/command.ts');
      const { fio = [], trace: file } = options;
      const trace = file === undefined ? undefined : { file, imported: await imported(file, options) };
      const calibration = calibrate({ ...options, fio, trace });
      for (const warning of calibration.warnings) terminal.error(`nvmoe: ${warning}\n`);
      writeFile(options.out, calibration.profile);
      const { profile: _, ...shown } = calibration;
      terminal.out(options.json ? `${JSON.stringify(shown, null, 2)}\n` : textOf(calibration));
    });
  examples(command, [
    'nvmoe calibrate --from-flash samsung-980-pro-1tb --out my-drive.yaml',
    'nvmoe calibrate --trace nvme0n1.blktrace.0 --device samsung-980-pro-1tb --out my-drive.yaml',
    'nvmoe calibrate --fio results.json --device samsung-980-pro-1tb --out my-drive.yaml',
    'nvmoe calibrate --fio table.csv --where engine=io_uring --hold-out iodepth=4,64 --out my-drive.yaml --json',
  ]);
}

async function imported(file: string, { format, layout, action }: CalibrateOptions) {
  const { readTrace } = await import('../../trace/read-trace.ts');
  return readTrace(file, { format, layout, action });
}

async function derive(device: string, options: CalibrateOptions, terminal: Terminal): Promise<void> {
  const { fromFlash, percent } = await import('../../calibrate/from-flash.ts');
  const { profile, ...shown } = fromFlash(device, options.out);
  for (const warning of shown.warnings) terminal.error(`nvmoe: ${warning}\n`);
  if (!shown.cached) writeFile(options.out, profile);
  const lines = shown.agreement.map(({ bytes, depth, iops, p99 }) => [
    `${bytes / 1024} KiB depth ${depth}`,
    percent(iops),
    percent(p99),
  ]);
  const text = shown.cached
    ? `${options.out}: derived from the same profile already\n`
    : `${table(['queue over flash', 'IOPS', 'p99'], lines)}\n`;
  terminal.out(options.json ? `${JSON.stringify(shown, null, 2)}\n` : text);
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
  const folds = heldOut ? `${heldOutText(heldOut)}\n` : '';
  return `${table(['parameter', 'value', '95 % interval'], fitted)}\n${table(['load', 'figure', 'measured', 'predicted', 'error'], lines)}\n${folds}`;
}

const HELD_OUT = { iops: 'IOPS', mean: 'mean latency', p50: 'p50', p99: 'p99' } as const;

function heldOutText(heldOut: NonNullable<Calibration['heldOut']>): string {
  const errors = Object.entries(HELD_OUT).flatMap(([key, name]) => {
    const error = heldOut[key as keyof typeof HELD_OUT];
    return error === undefined ? [] : [`${(100 * error).toFixed(1)} % of ${name}`];
  });
  return `held out in ${heldOut.folds} folds: median |error| ${errors.join(', ')}`;
}
