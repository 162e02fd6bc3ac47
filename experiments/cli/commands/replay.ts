/** `nvmoe replay export` and `nvmoe replay compare`: a simulated run's reads on a real drive. */
import { type Command, Option } from 'commander';
import { InputError } from '../../errors.ts';
import type { Comparison } from '../../replay/compare.ts';
import {
  type CommonOptions,
  type ExperimentOptions,
  examples,
  positiveInteger,
  settingsOf,
  UNITS,
  withCommon,
  withExperiment,
} from '../options.ts';
import { showProgress } from '../progress.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

interface ReplayExportOptions extends ExperimentOptions {
  readonly file: string;
  readonly tokens: number;
  readonly from: 'load' | 'prompt' | 'decode';
  readonly stall: boolean;
  readonly out: string;
  readonly point?: number;
}

export function registerReplay(program: Command, terminal: Terminal): void {
  const replay = program
    .command('replay')
    .summary('a simulated run as a fio job, and its result back')
    .description('Takes the reads of a simulated run to a real drive, by fio, and compares.');
  const exported = withExperiment(replay.command('export'))
    .summary('write a fio job with the reads of a run')
    .description(
      'Runs an experiment and writes what it reads as a fio job: one section a token, each after the one before it, with\n' +
        'a log (iolog version 3) of the same offsets, sizes and pauses, at the same depth. Reads only.',
    )
    .requiredOption('--file <path>', 'file or device that fio will read')
    .option('--tokens <n>', 'generated tokens, from the first', positiveInteger, 8)
    .addOption(
      new Option('--from <part>', 'first part: loading, the prompt, the tokens')
        .choices(['load', 'prompt', 'decode'])
        .default('decode'),
    )
    .option('--no-stall', 'without pauses: as fast as the depth allows; predict it with nvmoe fio')
    .option('--point <n>', 'this point of a sweep or case, from 1', positiveInteger)
    .requiredOption('--out <folder>', 'folder of replay.fio, its logs and prediction.json')
    .action((file: string, options: ReplayExportOptions) => write(file, options, terminal));
  examples(
    exported,
    [
      'nvmoe replay export mine.yaml --file /models/model.gguf --tokens 16 --out replay',
      '(cd replay && fio replay.fio --output-format=json --output=measured.json)',
    ],
    UNITS,
  );
  const compare = withCommon(replay.command('compare'))
    .summary('measured against predicted')
    .description(
      'Compares, part by part, time, bandwidth and latency; of several results the median, with their least and greatest.',
    )
    .argument('<prediction>', 'prediction.json of replay export, or what nvmoe fio printed for its job')
    .argument('<results...>', 'JSON of fio, one for each repeat')
    .action((prediction: string, results: string[], options: CommonOptions) =>
      show(prediction, results, options, terminal),
    );
  examples(compare, ['nvmoe replay compare replay/prediction.json measured-1.json measured-2.json']);
}

async function write(file: string, options: ReplayExportOptions, terminal: Terminal): Promise<void> {
  const { loadExperiments } = await import('../../load.ts');
  const { pointOf } = await import('../points.ts');
  const { exportReplay } = await import('../../replay/export-replay.ts');
  const loaded = await loadExperiments(file, settingsOf(options));
  const { points } = loaded;
  if (options.point === undefined && points.length > 1) {
    throw new InputError(
      `${file}: found ${points.length} points; allowed is one; choose with --point 1 to ${points.length}`,
    );
  }
  const point = pointOf(loaded, options.point ?? 1);
  const progress = showProgress(terminal, 1, options.quiet ?? false);
  try {
    const exported = exportReplay(point, {
      ...options,
      target: options.file,
      noStall: !options.stall,
      onProgress: (done, total) => progress.update(0, done / total),
    });
    progress.stop();
    if (options.json) terminal.out(`${JSON.stringify(exported, null, 2)}\n`);
    else {
      const { job, parts, requests, bytes, targetBytes } = exported;
      terminal.out(
        `${job}: ${parts} parts, ${requests} reads of ${bytes} B in all; ${options.file} must hold ${targetBytes} B\n`,
      );
    }
  } finally {
    progress.stop();
  }
}

async function show(
  prediction: string,
  results: readonly string[],
  options: CommonOptions,
  terminal: Terminal,
): Promise<void> {
  const { compareReplay } = await import('../../replay/compare.ts');
  const report = compareReplay(prediction, results);
  if (options.json) {
    terminal.out(`${JSON.stringify(report, null, 2)}\n`);
    return;
  }
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const lines = report.rows.map((row) => [
    row.part,
    row.figure,
    digits(row.predicted),
    digits(row.measured),
    spread(row),
    percent(row.error),
    row.within ? 'within' : '',
  ]);
  const heads = ['part', 'figure', 'predicted', 'measured', 'repeats', 'error', 'spread'];
  const medians = Object.entries(report.medianError).map(([figure, error]) => `${figure} ${percent(error)}`);
  terminal.out(`${table(heads, lines)}\nmedian |error|: ${medians.join(', ')}\n`);
}

const digits = (value: number) => String(Number(value.toPrecision(4)));
const spread = ({ low, high }: Comparison) => `${digits(low)} to ${digits(high)}`;
