/** `nvmoe routing`: recorded routing read, fitted, generated and converted. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ROUTING_FORMATS } from '../../../workloads/routing/formats/index.ts';
import { CONVERSIONS, convertRouting } from '../../routing/convert-command.ts';
import type { RoutingFitOptions } from '../../routing/fit-command.ts';
import type { GenerateOptions } from '../../routing/generate-command.ts';
import { PHASES, type RoutingInput } from '../../routing/read-routing.ts';
import type { RoutingStatsOptions } from '../../routing/stats-command.ts';
import { joined, writePieces } from '../../write-pieces.ts';
import {
  type CommonOptions,
  examples,
  integerFrom,
  positiveInteger,
  repeated,
  withCommon,
} from '../options.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

const FORMATS = ROUTING_FORMATS.map(({ name }) => name);

export function registerRouting(program: Command, terminal: Terminal): void {
  const routing = program
    .command('routing')
    .summary('statistics of recorded routing; fit, generate and convert it')
    .description(
      'Which experts each token chose: what a recording says, and generators that behave as it does.',
    );
  registerStats(routing, terminal);
  registerFit(routing, terminal);
  registerGenerate(routing, terminal);
  registerConvert(routing, terminal);
}

const withTrace = (command: Command): Command =>
  withCommon(command)
    .argument('<trace>', `recorded routing (${FORMATS.join(', ')}); .gz too, or -`)
    .addOption(new Option('--format <name>', 'its format (default: by content)').choices(FORMATS))
    .option('--experts <n>', 'experts of a layer, where the trace does not say', positiveInteger)
    .addOption(
      new Option('--phase <phase>', 'which tokens (default: generated ones, where there are any)').choices(
        PHASES,
      ),
    );
const withTokens = (command: Command): Command =>
  withTrace(command).option('--tokens <n>', 'only the first so many of them', positiveInteger);

function registerStats(routing: Command, terminal: Terminal): void {
  const command = withTokens(routing.command('stats'))
    .summary('how cacheable and how predictable a recording is')
    .description(
      'Popularity, entropy, reuse by lag and distance, miss-ratio curves of LRU, LFU and MIN, prediction from layer to layer, working set, drift.',
    )
    .addOption(
      new Option(
        '--compare <file>',
        'another recording of the same model (another domain); may be repeated',
      ).argParser(repeated),
    )
    .option('--html <file>', 'also write a page with heat maps and curves')
    .action(async (file: string, options: RoutingStatsOptions & CommonOptions & { html?: string }) => {
      const { plainReport, routingStats } = await import('../../routing/stats-command.ts');
      const { CURVE_HEAD, curveRows, statsRows } = await import('../../routing/stats-text.ts');
      const { report, routed } = await routingStats(file, options);
      if (options.html !== undefined) {
        const { renderRoutingPage } = await import('../../routing/page.ts');
        await writePieces([renderRoutingPage(file, report, routed)], options.html);
      }
      if (options.json) terminal.out(`${JSON.stringify(plainReport(report), null, 1)}\n`);
      else {
        terminal.out(`${table(['routing', file], statsRows(report))}\n`);
        terminal.out(`${table(CURVE_HEAD, curveRows(report), [0, 1, 2, 3, 4])}\n`);
        if (options.html !== undefined) terminal.out(`page: ${options.html}\n`);
      }
      note(report.warnings, options, terminal);
    });
  examples(
    command,
    [
      'nvmoe routing stats route.csv.gz',
      'nvmoe routing stats code.jsonl --compare prose.jsonl --html page.html',
    ],
    'Capacities and working sets are in experts, or shares of all experts of all layers. docs/routing.md defines the rest.',
  );
}

/** `8:4`: 8 groups, of which 4 are eligible. */
function groups(text: string): { count: number; chosen: number } {
  const [, count, chosen] = /^(\d+):(\d+)$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('Allowed is GROUPS:CHOSEN, e.g. 8:4.');
  return { count: Number(count), chosen: Number(chosen) };
}

function registerFit(routing: Command, terminal: Terminal): void {
  const command = withTokens(routing.command('fit'))
    .summary('a generator that behaves as a recording')
    .description(
      'Fits the synthetic model to a recording, with 95 % intervals; then fits it to the first half alone and compares generated traces with both halves, from a cold cache.',
    )
    .option('--out <file>', 'write the model (YAML) for workload.routing.fit and `routing generate`')
    .option('--first-half', 'fit the written model to the first half, too')
    .option(
      '--seeds <n>',
      'generated traces of the check (default: 20, of long traces fewer); 0: none',
      integerFrom(0),
    )
    .option('--groups <n:m>', 'group-limited choice of the recorded model, e.g. 8:4 for DeepSeek-V3', groups)
    .option('--seed <seed>', 'of the generated traces', '42')
    .action(async (file: string, options: RoutingFitOptions & CommonOptions & { out?: string }) => {
      const { routingFit } = await import('../../routing/fit-command.ts');
      const { CHECK_HEAD, checkRows, fitRows, fitYaml } = await import('../../routing/fit-text.ts');
      const report = await routingFit(file, options);
      const { out } = options;
      if (out !== undefined) await writePieces([fitYaml(report)], out);
      if (options.json) terminal.out(`${JSON.stringify({ ...report, out }, null, 1)}\n`);
      else {
        terminal.out(`${table(['fit', file], fitRows(report))}\n`);
        if (report.check) {
          const { tokens, seeds } = report.check;
          terminal.out(`${table(CHECK_HEAD, checkRows(report), [1, 2, 3])}\n`);
          terminal.out(`generated: mean of ${seeds} traces of ${tokens} tokens, each from a cold cache\n`);
        }
        if (out !== undefined) terminal.out(`model: ${out}\n`);
      }
      note(report.warnings, options, terminal);
    });
  examples(command, [
    'nvmoe routing fit route.csv.gz --out mine.yaml',
    'nvmoe routing fit route.csv.gz --first-half --seeds 40 --json',
  ]);
}

function registerGenerate(routing: Command, terminal: Terminal): void {
  const command = withCommon(routing.command('generate'))
    .summary('a synthetic trace')
    .description(
      'Writes a trace of a fitted model, a preset, or uniform routing. With the seed of an experiment it is what that routes.',
    )
    .option('--fit <name>', 'of `nvmoe list routings`, a fitted model’s file, or uniform', 'deepseek-like')
    .requiredOption('--tokens <n>', 'length', positiveInteger)
    .option('--model <name>', 'whose shape a preset or uniform takes: `nvmoe list models`, or a file')
    .option('--layers <n>', 'MoE layers, instead of a model', positiveInteger)
    .option('--experts <n>', 'experts of a layer', positiveInteger)
    .option('--top-k <n>', 'experts of a token', positiveInteger)
    .option('--seed <seed>', 'of the text and of the model’s weights', '42')
    .addOption(new Option('--format <name>', 'of the trace').choices(FORMATS).default('jsonl'))
    .option('--out <file>', 'file to write, gzipped if it ends in .gz (default: standard output)')
    .action(async (options: GenerateOptions & CommonOptions & { out?: string }) => {
      const { generatedTrace } = await import('../../routing/generate-command.ts');
      const { shape, lines } = generatedTrace(options);
      const { tokens, out } = options;
      await write(lines, { ...options, said: { tokens, ...shape, out } }, terminal);
    });
  examples(command, [
    'nvmoe routing generate --fit mine.yaml --tokens 1000 --seed 7 --out trace.jsonl.gz',
    'nvmoe routing generate --fit uniform --model deepseek-v3 --tokens 500 --format csv',
  ]);
}

function registerConvert(routing: Command, terminal: Terminal): void {
  const command = withTrace(routing.command('convert'))
    .summary('a recording in another format')
    .description(
      'Writes a recording in another format; what that has no place for (weights, phases, hits) is left out.',
    )
    .addOption(new Option('--to <format>', 'what to write').choices(CONVERSIONS).makeOptionMandatory())
    .option('--out <file>', 'file to write, gzipped if it ends in .gz (default: standard output)')
    .action(
      async (
        file: string,
        options: Omit<RoutingInput, 'tokens'> & CommonOptions & { to: string; out?: string },
      ) => {
        const { tokens, text, binary } = await convertRouting(file, options);
        const { out } = options;
        if (text) return write(text, { ...options, said: { tokens, out } }, terminal);
        if (out === undefined)
          return command.error(`error: --to ${options.to} writes binary data; name a file with --out`);
        await writePieces([binary!], out);
        say({ tokens, out }, options, terminal);
      },
    );
  examples(command, [
    'nvmoe routing convert route.csv.gz --to jsonl --out route.jsonl',
    'nvmoe routing convert route.jsonl --to u32 --out ids.u32',
  ]);
}

type Said = { tokens: number; out?: string };

async function write(
  lines: Iterable<string>,
  { said, ...options }: CommonOptions & { said: Said },
  terminal: Terminal,
): Promise<void> {
  if (said.out === undefined) for (const block of joined(lines)) terminal.out(block);
  else {
    await writePieces(joined(lines), said.out);
    say(said, options, terminal);
  }
}

function say(said: Said, { json, quiet }: CommonOptions, terminal: Terminal): void {
  if (json) terminal.out(`${JSON.stringify(said)}\n`);
  else if (!quiet) terminal.out(`${said.tokens} tokens: ${said.out}\n`);
}

function note(warnings: readonly string[], { json, quiet }: CommonOptions, terminal: Terminal): void {
  if (json || quiet) return;
  for (const warning of warnings) terminal.error(`warning: ${warning}\n`);
}
