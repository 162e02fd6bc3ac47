/**
 * The counted records (issue, completion, requeue) of one CPU's blktrace file, in columns, until the files are merged.
 */
import type { TraceOperation } from '../block-trace.ts';
import { resized } from '../columns.ts';

export class BlktraceRecords {
  length = 0;
  #time = new Float64Array(256);
  #sector = new Float64Array(256);
  /** bytes, pid, device, cpu, letter | op << 8. */
  #words = new Uint32Array(256 * 5);
  #order: Uint32Array | undefined;

  /** Time in ns, sector of 512 B, device as the kernel numbers it (major << 20 | minor). */
  add(
    time: number,
    sector: number,
    bytes: number,
    letter: number,
    op: TraceOperation,
    pid: number,
    device: number,
    cpu: number,
  ): void {
    const row = this.length++;
    if (row === this.#time.length) this.#grow(row);
    this.#time[row] = time;
    this.#sector[row] = sector;
    const words = this.#words;
    const at = row * 5;
    words[at] = bytes;
    words[at + 1] = pid;
    words[at + 2] = device;
    words[at + 3] = cpu;
    words[at + 4] = letter | (op << 8);
  }

  /** Sorts by time, where the kernel's buffers were not written in order. */
  sorted(): this {
    let sorted = true;
    for (let row = 1; row < this.length; row++) if (this.#time[row] < this.#time[row - 1]) sorted = false;
    if (!sorted) {
      const time = this.#time;
      this.#order = new Uint32Array(this.length)
        .map((_, row) => row)
        .sort((a, b) => time[a] - time[b] || a - b);
    }
    return this;
  }

  timeOf(row: number): number {
    return this.#time[this.#at(row)];
  }
  sectorOf(row: number): number {
    return this.#sector[this.#at(row)];
  }
  bytesOf(row: number): number {
    return this.#words[this.#at(row) * 5];
  }
  pidOf(row: number): number {
    return this.#words[this.#at(row) * 5 + 1];
  }
  deviceOf(row: number): number {
    return this.#words[this.#at(row) * 5 + 2];
  }
  cpuOf(row: number): number {
    return this.#words[this.#at(row) * 5 + 3];
  }
  letterOf(row: number): number {
    return this.#words[this.#at(row) * 5 + 4] & 0xff;
  }
  opOf(row: number): TraceOperation {
    return (this.#words[this.#at(row) * 5 + 4] >>> 8) as TraceOperation;
  }

  #at(row: number): number {
    return this.#order === undefined ? row : this.#order[row];
  }

  #grow(length: number): void {
    this.#time = resized(this.#time, length, length * 2);
    this.#sector = resized(this.#sector, length, length * 2);
    this.#words = resized(this.#words, length * 5, length * 10);
  }
}
