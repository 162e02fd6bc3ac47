/** `nvmoe list`: what the library holds and which policies there are. */
import { Argument, type Command } from 'commander';
import { type CommonOptions, examples, withCommon } from '../options.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

interface Entry {
  readonly name: string;
  readonly description: string;
}

const KINDS = [
  'devices',
  'hosts',
  'models',
  'routings',
  'quantisations',
  'policies',
  'prefetchers',
  'experiments',
  'validation',
] as const;
type Kind = (typeof KINDS)[number];

export function registerList(program: Command, terminal: Terminal): void {
  const command = withCommon(program.command('list'))
    .summary(
      'list devices, hosts, models, routings, quantisations, policies, prefetchers, experiments, validation cases',
    )
    .description('Lists what an experiment can name.')
    .addArgument(new Argument('[what]', 'one kind; without it, all').choices(KINDS))
    .action(async (what: Kind | undefined, options: CommonOptions) => {
      const kinds = what ? [what] : KINDS;
      const lists = await Promise.all(kinds.map(async (kind) => [kind, await entriesOf(kind)] as const));
      if (options.json) {
        terminal.out(`${JSON.stringify(Object.fromEntries(lists), null, 2)}\n`);
        return;
      }
      for (const [kind, entries] of lists) {
        terminal.out(
          `${table(
            [kind, ''],
            entries.map(({ name, description }) => [name, description]),
          )}\n`,
        );
      }
    });
  examples(command, ['nvmoe list devices', 'nvmoe list --json']);
}

async function entriesOf(kind: Kind): Promise<Entry[]> {
  if (kind === 'policies') {
    const { policies } = await import('../../../policies/index.ts');
    return policies.map(({ name, description }) => ({ name, description: sentence(description) }));
  }
  if (kind === 'prefetchers') {
    const { prefetchers } = await import('../../../policies/index.ts');
    return Object.values(prefetchers).map(({ name, description }) => ({
      name,
      description: sentence(description),
    }));
  }
  if (kind === 'quantisations') {
    const { QUANTISATIONS, isGgmlType, bytesOf, blockElements } = await import(
      '../../../workloads/models/index.ts'
    );
    return QUANTISATIONS.map((name) => {
      if (!isGgmlType(name)) return { name, description: 'a recipe: types differ by tensor and layer' };
      const elements = blockElements(name);
      return { name, description: `${(8 * bytesOf(name, elements)) / elements} bits per weight` };
    });
  }
  const { libraryNames, libraryPath } = await import('../../load/library.ts');
  const { readYaml } = await import('../../load/yaml-file.ts');
  return libraryNames(kind).map((name) => {
    const { data } = readYaml(libraryPath(kind, name), kind);
    return {
      name,
      description:
        kind === 'models' ? modelText(data) : sentence(String(data.description ?? '')) || String(data.name),
    };
  });
}

const sentence = (text: string): string => /^.*?[.;](?=\s|$)/s.exec(text)?.[0].replace(/[.;]$/, '') ?? text;

function modelText(data: Record<string, unknown>): string {
  const { layers, experts } = data as { layers: number; experts?: { count: number; topK: number } };
  return `${layers} layers, ${experts ? `${experts.topK} of ${experts.count} experts` : 'dense'}`;
}
