/**
 * The table over cases as text for a terminal, at most 100 columns wide: long case names wrap, nothing is cut.
 */
import Table from 'cli-table3';
import type { Result } from '../result.ts';
import { COLUMNS, type Column } from './columns.ts';
import { SERVING_COLUMNS } from './serving.ts';

const WIDTH = 100;
const PADDING = 2;

/** Names come from files: no escape sequence of theirs reaches the terminal. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '?');

/** One row per result in the given order; no colour, no trailing newline. */
export const renderTable = (results: readonly Result[]): string => tableOf(results, COLUMNS);

/** How requests are served, of the results that have arrivals; undefined for none. */
export function servingText(results: readonly Result[]): string | undefined {
  const served = results.filter(({ serving }) => serving);
  return served.length > 0 ? tableOf(served, SERVING_COLUMNS) : undefined;
}

function tableOf(results: readonly Result[], shown: readonly Column[]): string {
  const rows = results.map((result) => shown.map((column) => printable(column.cell(result))));
  const widths = shown.map(
    (column, i) => PADDING + Math.max(column.title.length, ...rows.map((row) => row[i].length)),
  );
  const borders = shown.length + 1;
  const rest = widths.slice(1).reduce((a, b) => a + b, 0);
  widths[0] = Math.min(widths[0], Math.max(12, WIDTH - borders - rest));
  const table = new Table({
    head: shown.map((column) => column.title),
    colWidths: widths,
    colAligns: shown.map((_, i) => (i === 0 || i === shown.length - 1 ? 'left' : 'right')),
    wordWrap: true,
    wrapOnWordBoundary: true,
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  table.push(...rows);
  return table.toString();
}
