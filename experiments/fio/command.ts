/** `nvmoe fio` as a function: words of the command line in, results and warnings out; it reads files and prints nothing. */
import { basename } from 'node:path';
import { InputError } from '../errors.ts';
import { readText } from '../load/text.ts';
import { parseArguments } from './arguments.ts';
import type { FioJob } from './job.ts';
import { parseJobFile, type Section } from './job-file.ts';
import { fioDevice } from './machine.ts';
import { reported } from './measurements.ts';
import { jobOf, type Target } from './options.ts';
import { fioJson } from './output-json.ts';
import { fioText } from './output-text.ts';
import { runFio } from './run.ts';

export const FORMATS = ['normal', 'json', 'json+'] as const;
export type FioFormat = (typeof FORMATS)[number];

export interface FioCommand {
  /** Job files and fio's own options. */
  readonly words: readonly string[];
  /** A name of the library or the path of a profile. */
  readonly device: string;
  /** The same of a host, or `none`. */
  readonly host: string;
  readonly fidelity?: string;
  /** Settings of the drive's request queue, as parseSysfs reads them. */
  readonly sysfs?: string;
  readonly seed: string;
  readonly format: FioFormat;
  readonly onProgress?: (share: number) => void;
  readonly onWarning?: (warning: string) => void;
}

/** @returns what goes to standard output. @throws InputError */
export function fio(command: FioCommand): string {
  const { device, host, fidelity, sysfs } = command;
  const { machine, target, warnings } = fioDevice(device, host, fidelity, sysfs);
  const { sections, global } = sectionsOf(command.words);
  const jobs = sections.map((section) => {
    const parsed = located(section, () => jobOf(section, target));
    warnings.push(...parsed.warnings);
    return parsed.job;
  });
  warnings.push(...hints(jobs, command.host, target));
  for (const warning of new Set(warnings)) command.onWarning?.(warning);
  const run = runFio(jobs, machine, command.seed, command.onProgress);
  const entries = reported(run.measured);
  if (command.format === 'normal') return fioText(entries);
  return `${JSON.stringify(fioJson(run, entries, global, command.format === 'json+'), null, 2)}\n`;
}

function sectionsOf(words: readonly string[]): { sections: Section[]; global: Record<string, string> } {
  const { files, global, jobs } = parseArguments(words);
  const fromFiles = files.map((file) => parseJobFile(readText(file, 'a fio job file'), basename(file)));
  const listed = fromFiles.flatMap((file) => file.jobs);
  if (listed.length + jobs.length > 0) {
    // As in fio, options on the command line hold for the jobs named there; without any, for those of the files.
    const files = listed.map(({ name, options, lines }) =>
      jobs.length > 0 ? { name, options, lines } : { name, ...overridden(options, lines, global) },
    );
    return {
      sections: [...files, ...jobs],
      global: Object.assign({}, ...fromFiles.map((file) => file.global)),
    };
  }
  if (Object.keys(global).length === 0) {
    throw new InputError(
      'fio: found no job; give a job file, or options such as --rw=randread --bs=4k --iodepth=32',
    );
  }
  return { sections: [{ name: 'fio', options: global }], global: {} };
}

/** Options of a file with those of the command line over them, which have no line. */
function overridden(options: Section['options'], lines: Section['lines'], over: Section['options']) {
  const own = Object.entries(lines ?? {}).filter(([option]) => !(option in over));
  return { options: { ...options, ...over }, lines: Object.fromEntries(own) };
}

/** What `body` says of an option is said with its line. */
function located<T>({ lines }: Section, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof InputError && error.path)) throw error;
    const where = lines?.[error.path[0]];
    throw new InputError(where === undefined ? error.message : `${where}: ${error.message}`);
  }
}

function hints(jobs: readonly FioJob[], host: string, { blockSize }: Target): string[] {
  const engines = new Set(
    jobs.filter(({ options }) => options.ioengine !== undefined).map(({ engine }) => engine),
  );
  const found: string[] = [];
  if (host === 'none' && engines.size > 0) {
    found.push(
      `ioengine ${[...engines].join(', ')} has no effect without a host: requests cost no CPU time; see --host`,
    );
  }
  for (const { name, direct, blockSize: sizes } of jobs) {
    if (!direct && sizes.some((bytes) => bytes % 4096 !== 0 || bytes % blockSize !== 0)) {
      found.push(`${name}: buffered requests are rounded to pages of 4096 B`);
    }
  }
  return found;
}
