/**
 * The table over cases as text for a terminal, at most 100 columns wide: long case names wrap, nothing is cut.
 */
import Table from 'cli-table3';
import type { Result } from '../result.ts';
import { COLUMNS } from './columns.ts';

const WIDTH = 100;
const PADDING = 2;

/** Names come from files: no escape sequence of theirs reaches the terminal. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '?');

/** One row per result in the given order; no colour, no trailing newline. */
export function renderTable(results: readonly Result[]): string {
  const rows = results.map((result) => COLUMNS.map((column) => printable(column.cell(result))));
  const widths = COLUMNS.map(
    (column, i) => PADDING + Math.max(column.title.length, ...rows.map((row) => row[i].length)),
  );
  const borders = COLUMNS.length + 1;
  const rest = widths.slice(1).reduce((a, b) => a + b, 0);
  widths[0] = Math.min(widths[0], Math.max(12, WIDTH - borders - rest));
  const table = new Table({
    head: COLUMNS.map((column) => column.title),
    colWidths: widths,
    colAligns: COLUMNS.map((_, i) => (i === 0 || i === COLUMNS.length - 1 ? 'left' : 'right')),
    wordWrap: true,
    wrapOnWordBoundary: true,
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  table.push(...rows);
  return table.toString();
}
