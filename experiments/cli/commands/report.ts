/** `nvmoe report`: one page over the results in files. */
import type { Command } from 'commander';
import { type CommonOptions, examples, withCommon } from '../options.ts';
import type { Terminal } from '../terminal.ts';

export function registerReport(program: Command, terminal: Terminal): void {
  const command = withCommon(program.command('report'))
    .summary('write the HTML report of results')
    .description('Writes one self-contained HTML page over the results of runs and sweeps.')
    .argument('<result...>', 'what run or sweep printed with --json or left in result.json; .gz too, or -')
    .option('--out <file>', 'the page (default: report.html beside the first file)')
    .action(async (files: string[], options: CommonOptions & { out?: string }) => {
      const { reportCommand } = await import('../../report/command.ts');
      const path = reportCommand(files, options.out);
      terminal.out(options.json ? `${JSON.stringify({ report: path })}\n` : `report: ${path}\n`);
    });
  examples(command, [
    'nvmoe report out/mine/result.json',
    'nvmoe run mine.yaml --json | nvmoe report - --out page.html',
  ]);
}
