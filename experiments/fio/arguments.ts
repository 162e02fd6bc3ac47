/**
 * fio's command line: `--option=value`, `--option value` or a bare switch; `--name` begins another job; words without
 * dashes are job files. Options before the first `--name` are global.
 */
import { InputError } from '../errors.ts';
import { canonical, type Section } from './job-file.ts';

/** Options that may stand without a value. */
const SWITCHES = new Set([
  'direct',
  'buffered',
  'time_based',
  'norandommap',
  'stonewall',
  'group_reporting',
  'thread',
  'randrepeat',
  'invalidate',
  'hipri',
  'sqthread_poll',
  'fixedbufs',
  'registerfiles',
  'nonvectored',
  'refill_buffers',
  'gtod_reduce',
  'unified_rw_reporting',
  'minimal',
  'exitall',
  'new_group',
  'disk_util',
  'end_fsync',
]); // prettier-ignore

export interface FioArguments {
  readonly files: string[];
  readonly global: Record<string, string>;
  /** Jobs named on the command line. */
  readonly jobs: Section[];
}

/** @throws InputError for an option without its value */
export function parseArguments(words: readonly string[]): FioArguments {
  const files: string[] = [];
  const global: Record<string, string> = {};
  const jobs: Section[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (!word.startsWith('--')) {
      files.push(word);
      continue;
    }
    const [, written, attached] = /^--([^=]*)(?:=(.*))?$/s.exec(word) as RegExpExecArray;
    const name = canonical(written);
    let value = attached;
    if (value === undefined) {
      const next = words[i + 1];
      const follows = next !== undefined && !next.startsWith('--');
      if (follows && (!SWITCHES.has(name) || /^[01]$/.test(next))) value = words[++i];
      else if (!SWITCHES.has(name))
        throw new InputError(`--${written}: found no value; write --${written}=VALUE`);
    }
    if (name === 'name') jobs.push({ name: value ?? '', options: { ...global } });
    else (jobs.at(-1)?.options ?? global)[name] = value ?? '';
  }
  return { files, global, jobs };
}
