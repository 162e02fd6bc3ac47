/** `nvmoe trace stats` and `nvmoe trace convert`: measured traces, read in any of their formats. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseQuantity, type QuantityKind } from '../../quantities.ts';
import type { Conversion, ConvertOptions } from '../../trace/convert-command.ts';
import type { TraceStatsOptions } from '../../trace/stats-command.ts';
import { type CommonOptions, examples, positiveInteger, UNITS, withCommon } from '../options.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

export function registerTrace(program: Command, terminal: Terminal): void {
  const trace = program
    .command('trace')
    .summary('statistics of measured traces, and conversions')
    .description('Reads traces that blktrace, bpftrace, perf, fio, strace and others recorded.');
  const stats = withInput(trace.command('stats'))
    .summary('what a trace says')
    .description(
      'Volume, sizes, depth, latency, order and stalls of a trace; with a model, what it reads of it.',
    )
    .addOption(
      quantity('--link <rate>', 'raw rate of the link, e.g. "7.88 GB/s": more is flagged', 'bandwidth'),
    )
    .addOption(
      quantity('--stall <time>', 'time without a request in flight that is a stall (default: 1 ms)', 'time'),
    )
    .option('--model <file>', 'GGUF file, or csv of its tensors: requests are named by tensor and expert')
    .option(
      '--extents <file>',
      'output of `filefrag -v MODEL`, where the trace holds addresses of the device',
    )
    .addOption(
      quantity('--partition <bytes>', 'where the partition of the extents begins on the device', 'bytes'),
    )
    .option('--html <file>', 'also write a page with access map, heat map and curves')
    .action((file: string, options: StatsOptions) => printStats(file, options, terminal));
  examples(
    stats,
    [
      'nvmoe trace stats nvme0n1.blktrace.0',
      'nvmoe trace stats faults.txt --model model.gguf --maps maps.txt --html page.html',
    ],
    UNITS,
  );
  const convert = withInput(trace.command('convert'))
    .summary('write a trace for another tool')
    .description('Writes requests as a Chrome trace (Perfetto opens it), a fio iolog version 3, or csv.')
    .addOption(
      new Option('--to <form>', 'what to write').choices(['chrome', 'iolog', 'csv']).makeOptionMandatory(),
    )
    .option('--out <file>', 'file to write (default: standard output)')
    .option('--replay-file <path>', 'file or device that the iolog names')
    .action((file: string, options: ConvertCliOptions) => printConversion(file, options, terminal));
  examples(convert, [
    'nvmoe trace convert trace.txt --to chrome --out trace.json',
    'nvmoe trace convert trace.txt --to iolog --replay-file /dev/nvme1n1 --out replay.log',
  ]);
}

interface InputOptions
  extends CommonOptions,
    Pick<TraceStatsOptions, 'format' | 'layout' | 'action' | 'maps' | 'pid' | 'device'> {
  readonly firstReport?: boolean;
  readonly iologUnit?: number;
}

interface StatsOptions
  extends InputOptions,
    Pick<TraceStatsOptions, 'link' | 'model' | 'extents' | 'partition'> {
  readonly stall?: number;
  readonly html?: string;
}

interface ConvertCliOptions extends InputOptions {
  readonly to: Conversion;
  readonly out?: string;
  readonly replayFile?: string;
}

/** What a trace file does not say itself. */
export const withTraceFormat = (command: Command): Command =>
  command
    .option('--format <name>', 'format of the trace (default: by content; a wrong name lists them)')
    .option('--layout <string>', 'the format string that `blkparse -f` was given')
    .addOption(
      new Option('--action <letter>', 'block action that counts as the request')
        .choices(['D', 'Q', 'C'])
        .default(undefined, 'D'),
    );

const withInput = (command: Command): Command =>
  withTraceFormat(
    withCommon(command).argument(
      '<file>',
      'the trace (.gz too, or -); one X.blktrace.N stands for all processors',
    ),
  )
    .option('--device <name>', 'only this device or file of the trace')
    .option('--maps <file>', 'copy of /proc/PID/maps, for page faults by address')
    .option('--pid <n>', 'process of those maps', positiveInteger)
    .option('--first-report', 'keep the first report of iostat (taken with -y)')
    .addOption(quantity('--iolog-unit <time>', 'unit of iolog time stamps (default: 1 us)', 'time'));

/** An option with a unit, in the simulation's unit. */
function quantity(flags: string, description: string, kind: QuantityKind): Option {
  return new Option(flags, description).argParser((text) => {
    try {
      return parseQuantity(text, kind);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  });
}

const inputOf = ({ firstReport, json: _json, quiet: _quiet, ...rest }: InputOptions) => ({
  ...rest,
  keepFirstReport: firstReport,
});

async function printStats(file: string, options: StatsOptions, terminal: Terminal): Promise<void> {
  const { traceStats } = await import('../../trace/stats-command.ts');
  const { stall, html, ...rest } = options;
  const stallSeconds = stall === undefined ? {} : { stallSeconds: stall / 1e12 };
  const { report, accesses } = await traceStats(file, { ...inputOf(rest), ...stallSeconds });
  if (html !== undefined) {
    const { writeTracePage } = await import('../../trace/page.ts');
    writeTracePage(html, file, report, accesses);
  }
  if (options.json) terminal.out(`${JSON.stringify(report, null, 2)}\n`);
  else {
    const { statsRows } = await import('../../trace/stats-text.ts');
    terminal.out(`${table(['trace', file], statsRows(report))}\n`);
    if (html !== undefined) terminal.out(`page: ${html}\n`);
  }
  warn(report.warnings, options, terminal);
}

async function printConversion(file: string, options: ConvertCliOptions, terminal: Terminal): Promise<void> {
  const { convertTrace } = await import('../../trace/convert-command.ts');
  const { joined, writePieces } = await import('../../write-pieces.ts');
  const { out, to, replayFile, ...rest } = options;
  const convert: ConvertOptions = { ...inputOf(rest), to, replayFile };
  const { pieces, requests, warnings } = await convertTrace(file, convert);
  if (out === undefined) for (const block of joined(pieces)) terminal.out(block);
  else {
    await writePieces(joined(pieces), out);
    terminal.out(options.json ? `${JSON.stringify({ requests, out })}\n` : `${requests} requests: ${out}\n`);
  }
  warn(warnings, options, terminal);
}

function warn(warnings: readonly string[], { json, quiet }: CommonOptions, terminal: Terminal): void {
  if (json || quiet) return;
  for (const warning of warnings) terminal.error(`warning: ${warning}\n`);
}
