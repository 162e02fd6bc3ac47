/** `nvmoe policies`: what a policy decides, in words and as vectors that a native port can replay. */
import { Argument, type Command } from 'commander';
import type { ConformanceVector, PolicyDefinition } from '../../../policies/index.ts';
import { asInputError, FailedCheck, InputError } from '../../errors.ts';
import { type CommonOptions, examples, positiveInteger, withCommon } from '../options.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

const NAME = "a name of `nvmoe list policies`, with parameters where wanted: 'clock:bits=2'";

export function registerPolicies(program: Command, terminal: Terminal): void {
  const group = program
    .command('policies')
    .summary('rules, parameters and conformance vectors of eviction policies')
    .description('What eviction policies decide, in words and as vectors that a native port can replay.');
  registerDescribe(group, terminal);
  registerExport(group, terminal);
  registerCheck(group, terminal);
}

function registerDescribe(group: Command, terminal: Terminal): void {
  const command = withCommon(group.command('describe'))
    .summary('rule, paper, version and parameters of a policy')
    .addArgument(new Argument('<name>', NAME))
    .action(async (name: string, options: CommonOptions) => {
      const { findPolicy } = await import('../../../policies/index.ts');
      const definition = asInputError([], () => findPolicy(name.split(':')[0]));
      const { create: _, ...said } = definition;
      terminal.out(options.json ? `${JSON.stringify(said, null, 2)}\n` : describe(definition));
    });
  examples(command, ['nvmoe policies describe s3-fifo', 'nvmoe policies describe arc --json']);
}

function describe({ name, version, aliases, description, parameters }: PolicyDefinition): string {
  const also = aliases.length > 0 ? ` (also ${aliases.join(', ')})` : '';
  const rows = Object.entries(parameters).map(([key, parameter]) => {
    const allowed =
      parameter.kind === 'choice'
        ? parameter.choices.join(' | ')
        : parameter.kind === 'boolean'
          ? 'true | false'
          : `${parameter.min} to ${parameter.max}`;
    return [key, String(parameter.default), allowed, parameter.about];
  });
  const list = rows.length > 0 ? table(['parameter', 'default', 'allowed', ''], rows) : 'No parameters.';
  return `${table([`${name}${also}, version ${version}`], [[description]])}\n${list}\n`;
}

function registerExport(group: Command, terminal: Terminal): void {
  const command = withCommon(group.command('export'))
    .summary('requests with the decision at each step, as JSON')
    .description(
      'Writes conformance vectors: seeded requests with the hits and the victims of each. Whoever replays one needs nothing else (docs/policies.md).',
    )
    .addArgument(new Argument('<name>', NAME))
    .option('--seed <seed>', 'of the requests: a whole number from 1', positiveInteger, 1)
    .option('--out <file>', 'write there instead of to standard output')
    .action(async (name: string, options: CommonOptions & { seed: number; out?: string }) => {
      const { conformanceVectors } = await import('../../../policies/index.ts');
      const { writeFile } = await import('../../write-file.ts');
      const vectors = asInputError([], () => conformanceVectors(name, options.seed));
      const text = `${JSON.stringify({ vectors })}\n`;
      if (options.out === undefined) terminal.out(text);
      else writeFile(options.out, text);
    });
  examples(command, [
    "nvmoe policies export 'clock:bits=2' --out clock.json",
    'nvmoe policies export sieve --seed 7',
  ]);
}

function registerCheck(group: Command, terminal: Terminal): void {
  const command = withCommon(group.command('check'))
    .summary('replay vectors here: do these decisions stand?')
    .description(
      'Replays conformance vectors, exported or written by a port. Exits with 1 at the first decision that differs.',
    )
    .addArgument(new Argument('<file>', 'what export wrote; .gz too, or -'))
    .action(async (file: string, options: CommonOptions) => {
      const { firstDifference } = await import('../../../policies/index.ts');
      const checked = (await vectorsOf(file)).map((vector) => {
        const at = asInputError([], () => firstDifference(vector));
        const { policy, version, capacity, requests } = vector;
        return { policy, version, capacity, requests: requests.length, firstDifference: at < 0 ? null : at };
      });
      const wrong = checked.filter(({ firstDifference }) => firstDifference !== null);
      const lines = checked.map(
        ({ policy, version, capacity, requests, firstDifference: at }) =>
          `${policy} version ${version}, capacity ${capacity}: ${at === null ? `all ${requests} decisions equal` : `decision ${at} differs`}\n`,
      );
      terminal.out(options.json ? `${JSON.stringify({ checked }, null, 2)}\n` : lines.join(''));
      if (wrong.length > 0) throw new FailedCheck(`${wrong.length} of ${checked.length} vectors differ`);
    });
  examples(command, [
    'nvmoe policies check port.json',
    'nvmoe policies export lirs | nvmoe policies check -',
  ]);
}

async function vectorsOf(file: string): Promise<ConformanceVector[]> {
  const { readText, displayName } = await import('../../load/text.ts');
  const allowed = 'allowed is what `nvmoe policies export` writes';
  try {
    const { vectors } = JSON.parse(readText(file, 'conformance vectors (JSON)'));
    if (Array.isArray(vectors) && vectors.every((each) => each?.schema === 'nvmoe.conformance/1'))
      return vectors;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${displayName(file)}: found no JSON; ${allowed}`);
  }
  throw new InputError(`${displayName(file)}: found no list 'vectors' of nvmoe.conformance/1; ${allowed}`);
}
