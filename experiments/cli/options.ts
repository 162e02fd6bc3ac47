/** Options that several commands share, and how their values are read. */
import { type Command, InvalidArgumentError, Option } from 'commander';

export interface CommonOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export interface ExperimentOptions extends CommonOptions {
  readonly set: string[];
  readonly seed?: string;
}

/** Collects the values of an option that may be repeated. */
export const repeated = (value: string, before: string[] = []) => [...before, value];

/** A parser of whole numbers; it throws what commander prints as a usage error. */
export const integerFrom =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`Allowed is a whole number from ${least}.`);
  };

export const positiveInteger = integerFrom(1);

export const withCommon = (command: Command): Command =>
  command
    .option('--json', 'print one JSON object on standard output and everything else on standard error')
    .option('--quiet', 'no progress and no notes');

export const withExperiment = (command: Command): Command =>
  withCommon(command)
    .argument('<experiment>', 'a name of `nvmoe list experiments`, a path to a YAML file (.gz too), or -')
    .addOption(
      new Option('--set <key=value>', "set a key, e.g. --set 'io.request=128 KiB'; may be repeated")
        .argParser(repeated)
        .default([], 'none'),
    )
    .option('--seed <seed>', 'the same as --set seed=SEED');

export const settingsOf = ({ set, seed }: ExperimentOptions): string[] =>
  seed === undefined ? set : [...set, `seed=${seed}`];

/** Appends examples to a command's help. */
export const examples = (command: Command, lines: readonly string[], notes = ''): Command =>
  command.addHelpText(
    'after',
    `\nExamples:\n${lines.map((line) => `  $ ${line}\n`).join('')}${notes && `\n${notes}\n`}`,
  );

export const UNITS =
  'Units: times ps ns us ms s min h; data B, kB MB GB TB (1000), KiB MiB GiB TiB (1024), bit; rates GB/s, IOPS, MT/s,\n' +
  'GFLOP/s, GHz. Expressions such as "27 GiB - 9 GB" are allowed.';
