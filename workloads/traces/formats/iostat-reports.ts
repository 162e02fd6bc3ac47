/**
 * The reports of iostat -x in SI units. kB of iostat is 1024 bytes, waits are milliseconds, util is percent; older
 * versions say avgqu-sz and avgrq-sz (sectors). Each report is checked against Little's law:
 * aqu-sz = sum of rate x wait.
 */
import { SampleTable } from '../sample-table.ts';
import { TraceError } from '../trace-error.ts';

const KIBIBYTE = 1024;
const MEBIBYTE = 1048576;
const SECTOR = 512;

/** iostat's column → [ours, factor]. */
const COLUMNS: Record<string, [string, number]> = {
  'r/s': ['readsPerSecond', 1],
  'w/s': ['writesPerSecond', 1],
  'd/s': ['discardsPerSecond', 1],
  'rkB/s': ['readBytesPerSecond', KIBIBYTE],
  'wkB/s': ['writeBytesPerSecond', KIBIBYTE],
  'rMB/s': ['readBytesPerSecond', MEBIBYTE],
  'wMB/s': ['writeBytesPerSecond', MEBIBYTE],
  'rsec/s': ['readBytesPerSecond', SECTOR],
  'wsec/s': ['writeBytesPerSecond', SECTOR],
  'rrqm/s': ['readMergesPerSecond', 1],
  'wrqm/s': ['writeMergesPerSecond', 1],
  r_await: ['readLatencySeconds', 1e-3],
  w_await: ['writeLatencySeconds', 1e-3],
  await: ['latencySeconds', 1e-3],
  'rareq-sz': ['readRequestBytes', KIBIBYTE],
  'wareq-sz': ['writeRequestBytes', KIBIBYTE],
  'avgrq-sz': ['requestBytes', SECTOR],
  'aqu-sz': ['queueDepth', 1],
  'avgqu-sz': ['queueDepth', 1],
  '%util': ['utilisation', 0.01],
  util: ['utilisation', 0.01],
};
/** iostat prints two decimals, and its aqu-sz also holds flushes. */
const LITTLE_TOLERANCE = 1.25;
const LITTLE_LEAST = 1;

export class DeviceReports {
  readonly #format: string;
  readonly #samples = new SampleTable();
  readonly #first = new SampleTable();
  readonly #notes: string[] = [];
  #report = -1;
  #stamp = '';
  #violations = 0;

  constructor(format: string) {
    this.#format = format;
  }

  begin(): void {
    this.#report++;
  }

  stamp(text: string): void {
    this.#stamp = text;
  }

  add(device: string, raw: Record<string, number>): void {
    const numbers: Record<string, number> = { report: this.#report };
    for (const [name, value] of Object.entries(raw)) {
      const column = COLUMNS[name];
      if (column !== undefined) numbers[column[0]] = value * column[1];
    }
    const texts: Record<string, string> =
      this.#stamp === '' ? { device } : { device, timestamp: this.#stamp };
    (this.#report === 0 ? this.#first : this.#samples).add(numbers, texts);
    const inFlight =
      (raw['r/s'] * (raw.r_await ?? raw.await) +
        raw['w/s'] * (raw.w_await ?? raw.await) +
        (raw['d/s'] ?? 0) * (raw.d_await ?? 0)) /
      1e3;
    const depth = raw['aqu-sz'] ?? raw['avgqu-sz'];
    if (inFlight > LITTLE_LEAST && inFlight > depth * LITTLE_TOLERANCE) this.#violations++;
  }

  finish(keepFirst: boolean): { samples: SampleTable; notes: string[] } {
    if (this.#violations > 0)
      this.#notes.push(`${this.#violations} rows violate Little's law: rate x await is above aqu-sz`);
    if (keepFirst) {
      for (let row = 0; row < this.#samples.rows; row++) this.#first.add(...rowOf(this.#samples, row));
      return { samples: this.#first, notes: this.#notes };
    }
    if (this.#samples.rows === 0)
      throw new TraceError(
        this.#format,
        'the end of the file',
        `${this.#report + 1} report`,
        'a second one: the first averages since boot (take `iostat -x 1 10`; if it was taken with -y, say so with keepFirstReport)',
      );
    this.#notes.push('the first report, which averages since boot, is left out');
    return { samples: this.#samples, notes: this.#notes };
  }
}

function rowOf(table: SampleTable, row: number): [Record<string, number>, Record<string, string>] {
  const pick = <T>(columns: Record<string, T[]>) =>
    Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[row]]));
  return [pick(table.numbers), pick(table.texts)];
}
