/** `nvmoe validate`: measured against predicted, for every case of the library or the ones named. */
import type { Command } from 'commander';
import { FailedCheck } from '../../errors.ts';
import { type CommonOptions, examples, withCommon } from '../options.ts';
import { showProgress } from '../progress.ts';
import type { Terminal } from '../terminal.ts';

interface ValidateOptions extends CommonOptions {
  readonly strict?: boolean;
  readonly quick?: boolean;
  readonly html?: string;
  readonly markdown?: string;
}

export function registerValidate(program: Command, terminal: Terminal): void {
  const command = withCommon(program.command('validate'))
    .summary('measured against predicted')
    .description(
      'Predicts what was measured on real machines, and prints measured, predicted, error and verdict of each figure and\n' +
        'the median and 90th percentile of |error| by kind. Fails when a figure is outside its tolerance, unless the case\n' +
        'records it as a known miss and the error is still within 20 % of the record.',
    )
    .argument(
      '[cases...]',
      'names of `nvmoe list validation` or paths of YAML files (default: all of the library)',
    )
    .option('--strict', 'known misses fail, too')
    .option('--quick', 'only the cases that take a second or two')
    .option('--html <file>', 'also write a page with the overlays')
    .option('--markdown <file>', 'also write docs/validation.md')
    .action((names: string[], options: ValidateOptions) => validate(names, options, terminal));
  examples(command, [
    'nvmoe validate',
    'nvmoe validate waste-kimi-linear mine.yaml --html validation.html',
    'nvmoe validate --strict --json',
  ]);
}

async function validate(
  names: readonly string[],
  options: ValidateOptions,
  terminal: Terminal,
): Promise<void> {
  const { loadCases } = await import('../../validate/load-case.ts');
  const { validateCases } = await import('../../validate/validate.ts');
  const cases = loadCases(names).filter(({ data }) => !options.quick || data.quick);
  const progress = showProgress(terminal, 1, options.quiet ?? false);
  const report = await validateCases(cases, {
    strict: options.strict,
    onProgress: (done, total) => progress.update(0, done / total),
  }).finally(() => progress.stop());
  const { writeFile } = await import('../../write-file.ts');
  if (options.markdown !== undefined) {
    const { validationMarkdown } = await import('../../validate/markdown.ts');
    writeFile(options.markdown, validationMarkdown(report));
  }
  if (options.html !== undefined) {
    const { validationPage } = await import('../../validate/page.ts');
    writeFile(options.html, validationPage(report));
  }
  if (options.json) terminal.out(`${JSON.stringify(report, null, 2)}\n`);
  else {
    const { validationText } = await import('../../validate/text.ts');
    terminal.out(`${validationText(report)}\n`);
  }
  if (report.failed > 0) {
    const what = report.failed === 1 ? 'figure or order is' : 'figures or orders are';
    throw new FailedCheck(`${report.failed} ${what} outside tolerance or record`);
  }
}
