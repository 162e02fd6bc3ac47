/** `nvmoe bounds`: closed-form ceilings and warnings, without a simulation. */
import type { Command } from 'commander';
import {
  type ExperimentOptions,
  examples,
  positiveInteger,
  settingsOf,
  UNITS,
  withExperiment,
} from '../options.ts';
import type { Terminal } from '../terminal.ts';

interface BoundsOptions extends ExperimentOptions {
  readonly point?: number;
}

export function registerBounds(program: Command, terminal: Terminal): void {
  const command = withExperiment(program.command('bounds'))
    .summary('what no run of an experiment can exceed')
    .description(
      'Prints the ceiling that each resource puts on tokens/s, the memory account, and warnings, without simulating.',
    )
    .option('--point <n>', 'only this point of a sweep or case, from 1', positiveInteger)
    .action(async (file: string, options: BoundsOptions) => {
      const { loadExperiments } = await import('../../load.ts');
      const { boundsReport, boundsText } = await import('../../bounds-report.ts');
      const { located } = await import('../../load/validate.ts');
      const { pointOf } = await import('../points.ts');
      const loaded = await loadExperiments(file, settingsOf(options));
      const points = options.point === undefined ? loaded.points : [pointOf(loaded, options.point)];
      const reports = points.map(({ experiment, locate }) => {
        try {
          return boundsReport(experiment);
        } catch (error) {
          throw located(error, locate);
        }
      });
      if (!options.json) terminal.out(reports.map(boundsText).join('\n'));
      else
        terminal.out(`${JSON.stringify(reports.length === 1 ? reports[0] : { points: reports }, null, 2)}\n`);
    });
  examples(
    command,
    ['nvmoe bounds deepseek-v3-on-80gbs --point 1', 'nvmoe bounds mine.yaml --set storage.count=4'],
    UNITS,
  );
}
