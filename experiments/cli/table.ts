/** Tables for a terminal, at most 100 columns wide; long texts in the last column wrap. */
import Table from 'cli-table3';

const WIDTH = 100;
const BORDER = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };

/** @param numeric columns that are aligned to the right */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: readonly number[] = [],
): string {
  const widths = head.map((title, i) => 2 + Math.max(title.length, ...rows.map((row) => row[i].length)));
  const others = widths.slice(0, -1).reduce((sum, width) => sum + width, 0);
  const last = widths.length - 1;
  widths[last] = Math.min(widths[last], Math.max(20, WIDTH - others - widths.length - 1));
  const drawn = new Table({
    head: [...head],
    colWidths: widths,
    colAligns: head.map((_, i) => (numeric.includes(i) ? 'right' : 'left')),
    wordWrap: true,
    style: { head: [], border: [] },
    chars: BORDER,
  });
  drawn.push(...rows.map((row) => [...row]));
  return drawn.toString();
}
