/** Which rows a fit is of: `--where`, `--hold-out`, and what may not be mixed. */
import { InputError } from '../errors.ts';
import { parseSize } from '../fio/values.ts';
import type { MeasuredRow } from './rows.ts';

/** Whether a row has one of the values of `COLUMN=VALUE,VALUE`; a list without = is of the depths. */
export function matches(row: MeasuredRow, text: string): boolean {
  const [column, list] = text.includes('=')
    ? [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]
    : ['iodepth', text];
  const own: Readonly<Record<string, string>> = {
    rw: row.pattern,
    bs: String(row.bytes),
    iodepth: String(row.depth),
    numjobs: String(row.jobs),
    engine: row.engine,
    ioengine: row.engine,
  };
  const value = own[column] ?? row.labels[column];
  if (value === undefined) {
    throw new InputError(
      `${row.where}: found no column ${column}; allowed are ${[...new Set([...Object.keys(own), ...Object.keys(row.labels)])].join(', ')}`,
    );
  }
  const wanted = (part: string) => (column === 'bs' ? String(parseSize('bs', part)) : part);
  return list.split(',').some((part) => wanted(part.trim()) === value);
}

/**
 * @param engines whether rows through several engines may be together
 * @throws InputError where there are too few rows, or rows of several things
 */
export function checkTogether(rows: readonly MeasuredRow[], read: number, engines: boolean): void {
  if (rows.length < 2) {
    throw new InputError(
      `found ${rows.length} loads to fit of ${read} rows read; at least two (say depths 1 and 64) are needed; see the warnings, --where and --hold-out`,
    );
  }
  if (!engines) checkOne(rows, 'engine', ', or give what the host costs (--host)');
  checkOne(rows, 'device');
  for (const engine of new Set(rows.map((row) => row.engine)))
    checkOne(
      rows.filter((row) => row.engine === engine),
      'scheduler',
    );
}

function checkOne(rows: readonly MeasuredRow[], what: 'engine' | 'device' | 'scheduler', or = ''): void {
  const values = new Set(rows.map((row) => (what === 'engine' ? row.engine : (row.labels[what] ?? ''))));
  if (values.size <= 1) return;
  throw new InputError(
    `found rows of several values of ${what}: ${[...values].join(', ')}; one profile describes one; choose with --where ${what}=${[...values][0]}${or}`,
  );
}
