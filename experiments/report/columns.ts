/**
 * The columns of the table over cases, one list for the terminal and the page.
 */
import type { Result } from '../result.ts';
import { percent, ratio, significant, withInterval } from './format.ts';

export interface Column {
  readonly title: string;
  readonly cell: (result: Result) => string;
}

const NONE = '–';

/** A lossy case is marked wherever it is named: its tokens are not the model's. */
export const caseName = (result: Result): string =>
  result.exact ? result.label : `${result.label} (not exact)`;

export const COLUMNS: readonly Column[] = [
  { title: 'case', cell: caseName },
  {
    title: 'tokens/s (95 %)',
    cell: (r) => withInterval(r.tokensPerSecond.mean, r.tokensPerSecond.ci95),
  },
  { title: 'GB/s', cell: (r) => significant(r.storage.bytesPerSecond / 1e9) },
  { title: 'hit ratio', cell: (r) => (r.cache ? ratio(r.cache.hitRatio) : NONE) },
  { title: 'regret', cell: (r) => (r.cache?.regret === undefined ? NONE : ratio(r.cache.regret)) },
  { title: 'exposed I/O', cell: (r) => percent(r.time.exposedIo) },
  { title: 'binds', cell: (r) => r.binding },
];
