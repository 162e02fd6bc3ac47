/** `nvmoe cache`: eviction policies replayed over a trace. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CacheOptions } from '../../cache/cache-report.ts';
import {
  type CommonOptions,
  examples,
  integerFrom,
  positiveInteger,
  repeated,
  withCommon,
} from '../options.ts';
import type { Terminal } from '../terminal.ts';

/** @throws InvalidArgumentError */
function share(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('Allowed is a number above 0, up to 1.');
}

export function registerCache(program: Command, terminal: Terminal): void {
  const command = withCommon(program.command('cache'))
    .summary('replay a trace through eviction policies')
    .description(
      'Counts hits and misses of policies at capacities over one trace, and their regret to MIN (Belady).',
    )
    .argument('<trace>', 'a routing trace, .u32 ids or .oracleGeneral; .gz too, or -')
    .addOption(
      new Option('--policy <list>', "e.g. lru,sieve or 'clock:bits=2,sieve'; may be repeated")
        .argParser(repeated)
        .makeOptionMandatory(),
    )
    .option('--capacity <list>', 'e.g. 5%,1484,4000MiB: share of what is requested, objects, or bytes')
    .option('--curve', 'miss ratio over capacity: LRU at every capacity, others on a grid')
    .option(
      '--sample <share>',
      'of the objects that a curve replays at a time; 1: exact (default: 1, less above 4 M requests)',
      share,
    )
    .addOption(
      new Option('--unit <unit>', 'of bare numbers and shares (default: object)').choices(['object', 'byte']),
    )
    .addOption(
      new Option('--scope <scope>', 'one cache, or one a layer with equal parts')
        .choices(['global', 'layer'])
        .default('global'),
    )
    .addOption(
      new Option(
        '--batch <rule>',
        'one request at a time, or all lookups of a layer before its misses are inserted',
      )
        .choices(['one', 'layer'])
        .default('one'),
    )
    .addOption(
      new Option('--prompt <rule>', 'a prompt’s misses are inserted, or read around the cache')
        .choices(['insert', 'bypass'])
        .default('insert'),
    )
    .option('--catalogue <n>', 'objects there are, where the trace lacks some', positiveInteger)
    .option('--format <name>', 'of the trace (default: recognised)')
    .option('--seed <seed>', 'of policies that draw at random', '42')
    .option('--workers <n>', 'worker threads (default: one a core); 0: none', integerFrom(0))
    .action(async (file: string, options: CacheOptions & CommonOptions) => {
      const { cacheReport } = await import('../../cache/cache-report.ts');
      const { cacheText } = await import('../../cache/cache-text.ts');
      const report = await cacheReport(file, options);
      terminal.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : cacheText(report));
    });
  examples(
    command,
    [
      'nvmoe cache route.csv.gz --policy lru,s3-fifo,min --capacity 5%,25% --batch layer',
      "nvmoe cache ids.u32 --policy 'clock:bits=2,sieve' --capacity 1484 --json",
      'nvmoe cache route.jsonl --policy lru,min --curve',
    ],
    'Capacities: N% = floor(N/100 x distinct objects of the trace), or of their bytes with --unit byte. Bytes take B, kB,\nMB, GB (1000) and KiB, MiB, GiB (1024).',
  );
}
