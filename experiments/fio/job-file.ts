/**
 * fio's job files: `[global]` sections whose options hold for the jobs after them, `[name]` sections that are jobs,
 * `option=value` or `option` alone, comments after ; or #. Source: fio HOWTO, "Job file format".
 */
import { InputError } from '../errors.ts';

export interface Section {
  readonly name: string;
  readonly options: Record<string, string>;
  /** File and line of each option, where it is from a file. */
  readonly lines?: Readonly<Record<string, string>>;
}

export interface Sections {
  readonly global: Record<string, string>;
  /** Each with the global options that hold for it in front. */
  readonly jobs: Section[];
}

/** Options with several names, by the name used here. */
const ALIASES: Record<string, string> = {
  readwrite: 'rw',
  blocksize: 'bs',
  blockalign: 'ba',
  io_limit: 'io_size',
  fileoffset: 'offset',
  verify_only: 'verify',
  random_seed: 'randseed',
  wait_for_previous: 'stonewall',
  iodepth_batch_submit: 'iodepth_batch',
};

export const canonical = (option: string): string => {
  const name = option.trim().toLowerCase().replaceAll('-', '_');
  return ALIASES[name] ?? name;
};

/** @param file its name, for messages. @throws InputError with file and line */
export function parseJobFile(text: string, file: string): Sections {
  const global: Record<string, string> = {};
  const jobs: Section[] = [];
  const globalLines: Record<string, string> = {};
  let options: Record<string, string> | undefined;
  let lines = globalLines;
  text.split(/\r?\n/).forEach((raw, index) => {
    const line = raw.trim();
    if (line === '' || /^[;#]/.test(line)) return;
    const where = `${file}:${index + 1}`;
    const section = /^\[(.+)\]\s*([;#].*)?$/.exec(line);
    if (section) {
      options = section[1] === 'global' ? global : { ...global };
      lines = options === global ? globalLines : { ...globalLines };
      if (options !== global) jobs.push({ name: section[1], options, lines });
      return;
    }
    if (/^include\b/.test(line))
      throw new InputError(`${where}: include is not supported; write the options into the file`);
    if (!options)
      throw new InputError(
        `${where}: found '${line}' before any section; allowed is [global] or [job name] first`,
      );
    const equals = line.indexOf('=');
    const name = canonical(equals < 0 ? line : line.slice(0, equals));
    if (!/^[a-z][a-z0-9_]*$/.test(name))
      throw new InputError(`${where}: found '${line}'; allowed is option=value`);
    lines[name] = where;
    options[name] = equals < 0 ? '' : expand(line.slice(equals + 1).trim(), where, jobs.at(-1)?.name ?? '');
  });
  if (jobs.length === 0)
    throw new InputError(`${file}: found no job; allowed are sections such as [random-reads] below [global]`);
  return { global, jobs };
}

/** fio's own variables; those of the environment are not read, so that a file means the same everywhere. */
function expand(value: string, where: string, job: string): string {
  return value.replace(/\$\{?(\w+)\}?/g, (text, name: string) => {
    if (name === 'jobname') return job;
    throw new InputError(`${where}: found the variable ${text}; allowed is $jobname; write the value out`);
  });
}
