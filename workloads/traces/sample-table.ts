/**
 * Measurements averaged over intervals (fio logs with log_avg_msec, iostat, iob): named columns, one row an interval
 * and device or job. Numbers are SI (seconds, bytes, bytes/s) as the column names say; NaN where the tool gave none.
 */
export class SampleTable {
  readonly numbers: Record<string, number[]> = {};
  readonly texts: Record<string, string[]> = {};
  rows = 0;

  /** Appends a row; a column appears with its first value and is NaN or empty before. */
  add(numbers: Record<string, number>, texts: Record<string, string> = {}): void {
    for (const [name, value] of Object.entries(numbers)) {
      this.numbers[name] ??= new Array<number>(this.rows).fill(NaN);
      this.numbers[name].push(value);
    }
    for (const [name, value] of Object.entries(texts)) {
      this.texts[name] ??= new Array<string>(this.rows).fill('');
      this.texts[name].push(value);
    }
    this.rows++;
    for (const column of Object.values(this.numbers)) if (column.length < this.rows) column.push(NaN);
    for (const column of Object.values(this.texts)) if (column.length < this.rows) column.push('');
  }
}
