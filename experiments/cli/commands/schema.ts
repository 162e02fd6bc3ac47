/** `nvmoe schema`: the JSON Schemas of what is read and printed, for editors and other programs. */
import { Argument, type Command } from 'commander';
import { type CommonOptions, examples, withCommon } from '../options.ts';
import type { Terminal } from '../terminal.ts';

export function registerSchema(program: Command, terminal: Terminal): void {
  const command = withCommon(program.command('schema'))
    .summary('print a JSON Schema')
    .description('Prints the JSON Schema of experiment files, of drive and host profiles, or of results.')
    .addArgument(new Argument('<what>', 'which schema').choices(['experiment', 'profile', 'result']))
    .action(async (what: string, _options: CommonOptions) => {
      terminal.out(`${JSON.stringify(await schemaOf(what), null, 2)}\n`);
    });
  examples(command, [
    'nvmoe schema experiment > experiment.schema.json',
    'echo "# yaml-language-server: $schema=experiment.schema.json" > mine.yaml',
  ]);
}

async function schemaOf(what: string): Promise<unknown> {
  if (what === 'result') return (await import('../../result.ts')).resultJsonSchema();
  const { experimentJsonSchema, profileJsonSchema } = await import('../../schema/keys.ts');
  return what === 'experiment' ? experimentJsonSchema() : profileJsonSchema();
}
