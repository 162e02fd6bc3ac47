/** `nvmoe fio`: fio's job files and options against a simulated device, with fio's output. */
import { type Command, Option } from 'commander';
import { type CommonOptions, examples, withCommon } from '../options.ts';
import { showProgress } from '../progress.ts';
import type { Terminal } from '../terminal.ts';

interface FioOptions extends CommonOptions {
  readonly device: string;
  readonly host: string;
  readonly fidelity?: string;
  readonly sysfs?: string;
  readonly seed: string;
  readonly outputFormat: 'normal' | 'json' | 'json+';
  readonly output?: string;
}

export function registerFio(program: Command, terminal: Terminal): void {
  const command = withCommon(program.command('fio'))
    .summary('fio against a simulated device')
    .description(
      'Runs fio job files, or a job given by fio’s own options (--rw --bs --iodepth --numjobs --number_ios --size\n' +
        '--runtime --rate_iops …), against a simulated device, and prints what fio prints.',
    )
    .argument('[jobs...]', 'job files (.gz too, - for standard input) and options of fio')
    .requiredOption('--device <profile>', 'a name of `nvmoe list devices`, mqsim-a, -b, -c, or a path')
    .option(
      '--host <profile>',
      'a name of `nvmoe list hosts` or a path; none: no CPU, interrupt or system-call cost',
      'none',
    )
    .option('--fidelity <f>', 'ideal, queue or flash; default the profile’s')
    .option(
      '--sysfs <settings>',
      'with a host: of the drive’s queue, as scheduler=bfq,nr_requests=64 (also max_sectors_kb, max_segments, nomerges, read_ahead_kb)',
    )
    .option('--seed <seed>', 'of random offsets and service times', '42')
    .addOption(
      new Option('--output-format <f>', 'as fio’s').choices(['normal', 'json', 'json+']).default('normal'),
    )
    .option('--output <file>', 'write there instead of to standard output')
    .allowUnknownOption()
    .action(async (words: string[], options: FioOptions) => {
      const { fio } = await import('../../fio/command.ts');
      const { writeFile } = await import('../../write-file.ts');
      const quiet = options.quiet ?? false;
      const progress = showProgress(terminal, 1, quiet);
      try {
        const text = fio({
          ...options,
          words,
          format: options.json && options.outputFormat === 'normal' ? 'json' : options.outputFormat,
          onProgress: (share) => progress.update(0, share),
          onWarning: (warning) => terminal.error(`nvmoe: ${warning}\n`),
        });
        progress.stop();
        if (options.output === undefined) terminal.out(text);
        else writeFile(options.output, text);
      } finally {
        progress.stop();
      }
    });
  examples(command, [
    'nvmoe fio --device samsung-980-pro-1tb --rw=randread --bs=4k --iodepth=32 --number_ios=100000 --json',
    'nvmoe fio randread.fio --device mqsim-a --output-format=json+',
    'nvmoe fio --device intel-p5800x --host epyc-9004-12ch --ioengine=io_uring --direct=1 --rw=randread --runtime=1',
    'nvmoe fio --device intel-p5800x --host epyc-9004-12ch --sysfs scheduler=bfq --ioengine=io_uring --iodepth=32 --direct=1 --rw=randread --runtime=1',
  ]);
}
