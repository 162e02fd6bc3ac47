/** `nvmoe run` and `nvmoe sweep`: experiments on worker threads, their table, and what `--out` holds. */
import type { Command } from 'commander';
import type { Result } from '../../result.ts';
import {
  type ExperimentOptions,
  examples,
  integerFrom,
  positiveInteger,
  settingsOf,
  UNITS,
  withExperiment,
} from '../options.ts';
import { showProgress } from '../progress.ts';
import type { Terminal } from '../terminal.ts';

interface RunOptions extends ExperimentOptions {
  readonly out?: string;
  readonly force?: boolean;
  readonly workers?: number;
  readonly point?: number;
}

const withRun = (command: Command): Command =>
  withExperiment(command)
    .option('--out <folder>', 'folder of result.json and report.html (default: out/NAME, with --json none)')
    .option('--force', 'replace the result of another experiment in that folder')
    .option('--workers <n>', 'worker threads (default: one a core); 0: none, for profiling', integerFrom(0));

export function registerRun(program: Command, terminal: Terminal): void {
  const command = withRun(program.command('run'))
    .summary('run an experiment, or all its cases')
    .description(
      'Runs an experiment, or every case of one that has cases; for one with a sweep, the point that --point names.',
    )
    .option('--point <n>', 'run only this point of a sweep, from 1', positiveInteger)
    .action((file: string, options: RunOptions) => run(file, options, terminal, false));
  examples(
    command,
    ['nvmoe run deepseek-v3-on-80gbs', "nvmoe run mine.yaml --set 'memory.limit=64 GiB' --json"],
    UNITS,
  );
}

export function registerSweep(program: Command, terminal: Terminal): void {
  const command = withRun(program.command('sweep'))
    .summary('run all points of an experiment in parallel')
    .description(
      'Runs every point of an experiment. Interrupted, it goes on where it was when started again with the same --out.',
    )
    .action((file: string, options: RunOptions) => run(file, options, terminal, true));
  examples(
    command,
    [
      'nvmoe sweep mine.yaml --workers 8 --out out/mine',
      "nvmoe sweep mine.yaml --set 'sweep.cache.policy=[lru, min]'",
    ],
    UNITS,
  );
}

async function run(file: string, options: RunOptions, terminal: Terminal, whole: boolean): Promise<void> {
  const { loadExperiments } = await import('../../load.ts');
  const loaded = await loadExperiments(file, settingsOf(options));
  const { pointsToRun } = await import('../points.ts');
  const points = whole ? loaded.points : pointsToRun(loaded, options.point, file);
  const { ResultFolder } = await import('../../sweep/store.ts');
  const { runPoints } = await import('../../sweep/run-points.ts');
  const out = options.out ?? (options.json ? undefined : `out/${folderName(loaded.name)}`);
  const folder = out === undefined ? undefined : new ResultFolder(out, loaded.name, options.force ?? false);
  const progress = showProgress(terminal, points.length, options.quiet ?? false);
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once('SIGINT', interrupt);
  try {
    const results = await runPoints(points, {
      workers: options.workers,
      folder,
      signal: interruption.signal,
      onProgress: (finished, part) => progress.update(finished, part),
    });
    progress.stop();
    const single = !whole && results.length === 1;
    await print(results, single, folder?.finish(results, single), options, terminal);
  } finally {
    progress.stop();
    process.off('SIGINT', interrupt);
  }
}

const folderName = (name: string): string => name.replace(/[^\w.-]+/g, '-').replace(/^\.+/, '');

async function print(
  results: readonly Result[],
  single: boolean,
  report: string | undefined,
  options: RunOptions,
  terminal: Terminal,
): Promise<void> {
  if (options.json) {
    const { stringifyResult, stringifySweep } = await import('../../result.ts');
    terminal.out(single ? stringifyResult(results[0]) : stringifySweep(results));
  } else {
    const { renderTable, servingText } = await import('../../report/table.ts');
    terminal.out(`${renderTable(results)}\n`);
    const serving = servingText(results);
    if (serving) terminal.out(`${serving}\n`);
    const { breakdownText } = await import('../../report/breakdown.ts');
    const times = single ? breakdownText(results[0]) : undefined;
    if (times) terminal.out(`${times}\n`);
    const { stationsText } = await import('../../report/stations.ts');
    const inside = single ? stationsText(results[0]) : undefined;
    if (inside) terminal.out(`${inside}\n`);
    if (report) terminal.out(`report: ${report}\n`);
  }
  if (options.quiet) return;
  const labels = new Map<string, string[]>();
  for (const { warnings, label } of results) {
    for (const warning of warnings) labels.set(warning, [...(labels.get(warning) ?? []), label]);
  }
  for (const [warning, where] of labels) {
    const few = where.length === 1 ? where[0] : `${where.length} of ${results.length} points`;
    terminal.error(`nvmoe: warning: ${few}: ${warning}\n`);
  }
}
