/** The serving measures of the cases that have arrivals: columns for the terminal and the page. */
import type { Result } from '../result.ts';
import { type Column, caseName } from './columns.ts';
import { formatSeconds, percent, significant } from './format.ts';

type Serving = NonNullable<Result['serving']>;

const column = (title: string, cell: (serving: Serving) => string): Column => ({
  title,
  cell: (r) => (r.serving ? cell(r.serving) : '–'),
});

export const SERVING_COLUMNS: readonly Column[] = [
  { title: 'case', cell: caseName },
  column('offered/s', (s) => significant(s.offeredPerSecond)),
  column('done/s', (s) => significant(s.requestsPerSecond)),
  column('TTFT p50', (s) => formatSeconds(s.ttftSeconds.p50)),
  column('TTFT p99', (s) => formatSeconds(s.ttftSeconds.p99)),
  column('TPOT p50', (s) => formatSeconds(s.tpotSeconds.p50)),
  column('queue', (s) => formatSeconds(s.queueSeconds.mean)),
  column('met', (s) => (s.slo ? percent(s.slo.met) : '–')),
  column('goodput/s', (s) => (s.slo ? significant(s.slo.goodput) : '–')),
];
