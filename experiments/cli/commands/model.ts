/** `nvmoe model`: totals, bytes, experts and KV cache of a model. */
import type { Command } from 'commander';
import type { ModelOptions } from '../../model/model-report.ts';
import { type CommonOptions, examples, positiveInteger, withCommon } from '../options.ts';
import type { Terminal } from '../terminal.ts';

export function registerModel(program: Command, terminal: Terminal): void {
  const command = withCommon(program.command('model'))
    .summary('parameters, bytes, experts and KV cache of a model')
    .description(
      'Sums up a model of the library, a Hugging Face config.json, or a GGUF file by its own header.',
    )
    .argument('<model>', 'a name of `nvmoe list models`, or a path to a .yaml, a config.json or a .gguf')
    .option(
      '--quantisation <type>',
      'Q4_K, Q4_K_M, Q8_0, FP8, ... (default: Q4_K_M; a GGUF file has its own)',
    )
    .option(
      '--layout <order>',
      'layer-order, alphabetical, experts-first or expert-contiguous (default: layer-order)',
    )
    .option('--ram, --memory <bytes>', 'say what fits in this much memory, e.g. "64 GiB"')
    .option('--context <tokens>', 'tokens in the KV cache for --ram (default: 4096)', positiveInteger)
    .option('--tensors', 'list every tensor')
    .option(
      '--html <file>',
      'also write a page with the layout of the file, what fits, and sizes by quantisation',
    )
    .action(async (name: string, options: ModelOptions & CommonOptions & { html?: string }) => {
      const { modelOf, modelReport, modelText } = await import('../../model/model-report.ts');
      const model = modelOf(name, options);
      const report = modelReport(model, options);
      if (options.html !== undefined) {
        const { renderModelPage } = await import('../../model/page.ts');
        const { writePieces } = await import('../../write-pieces.ts');
        await writePieces([renderModelPage(report, model, options.context)], options.html);
      }
      terminal.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : modelText(report, model));
    });
  examples(command, [
    'nvmoe model deepseek-v3 --quantisation Q4_K --json',
    'nvmoe model model-00001-of-00009.gguf --tensors --html page.html',
    "nvmoe model gpt-oss-20b --quantisation MXFP4_MOE --ram '16 GB'",
  ]);
}
