/**
 * A block trace in memory: one row per request, one typed array per column, whatever tool recorded it.
 *
 * Times are picoseconds from the trace's own zero (NaN where the tool did not record them), offsets and lengths are
 * bytes. After `sortByIssue` rows are in issue order, which is what every statistic assumes.
 */
import { READ, WRITE } from '../../devices/block-device.ts';
import type { Picoseconds } from '../../sim/time.ts';
import { type Column, resized } from './columns.ts';
import { NameTable } from './name-table.ts';

export { READ, WRITE };
export const DISCARD = 2;
export const OTHER = 3;
export type TraceOperation = typeof READ | typeof WRITE | typeof DISCARD | typeof OTHER;
export const OPERATION_NAMES = ['read', 'write', 'discard', 'other'] as const;

/** One request as an object, for tests, tables and exports; hot loops read the columns. */
export interface TraceRow {
  issue: Picoseconds;
  complete: Picoseconds;
  device: string;
  offset: number;
  bytes: number;
  op: TraceOperation;
  thread: number;
  cpu: number;
  source: string;
}

/** Bytes held for each row of capacity. */
export const BYTES_PER_ROW = 8 * 4 + 4 + 2 + 2 + 2 + 1;

export class BlockTrace {
  length = 0;
  readonly devices = new NameTable();
  /** What asked: a process, a file, a job. */
  readonly sources = new NameTable();
  #issue = new Float64Array(256);
  #complete = new Float64Array(256);
  #offset = new Float64Array(256);
  #bytes = new Float64Array(256);
  #thread = new Int32Array(256);
  #device = new Uint16Array(256);
  #source = new Uint16Array(256);
  #cpu = new Int16Array(256);
  #op = new Uint8Array(256);

  /** Appends a request and returns its row. Times in ps or NaN, offset in bytes or NaN; thread and cpu -1 = unknown. */
  add(
    issue: Picoseconds,
    complete: Picoseconds,
    device: number,
    offset: number,
    bytes: number,
    op: TraceOperation,
    thread: number,
    cpu: number,
    source: number,
  ): number {
    const row = this.length;
    if (row === this.#op.length) this.#resize(row, row * 2);
    this.#issue[row] = issue;
    this.#complete[row] = complete;
    this.#offset[row] = offset;
    this.#bytes[row] = bytes;
    this.#thread[row] = thread;
    this.#device[row] = device;
    this.#source[row] = source;
    this.#cpu[row] = cpu;
    this.#op[row] = op;
    this.length = row + 1;
    return row;
  }

  setIssue(row: number, time: Picoseconds): void {
    this.#issue[row] = time;
  }
  setComplete(row: number, time: Picoseconds): void {
    this.#complete[row] = time;
  }
  setOffset(row: number, offset: number): void {
    this.#offset[row] = offset;
  }
  issueOf(row: number): Picoseconds {
    return this.#issue[row];
  }
  completeOf(row: number): Picoseconds {
    return this.#complete[row];
  }
  offsetOf(row: number): number {
    return this.#offset[row];
  }
  bytesOf(row: number): number {
    return this.#bytes[row];
  }
  opOf(row: number): TraceOperation {
    return this.#op[row] as TraceOperation;
  }
  deviceOf(row: number): number {
    return this.#device[row];
  }
  sourceOf(row: number): number {
    return this.#source[row];
  }
  threadOf(row: number): number {
    return this.#thread[row];
  }
  cpuOf(row: number): number {
    return this.#cpu[row];
  }

  /** Where the row stands in time: its issue, or its completion where the issue was not recorded. */
  timeOf(row: number): Picoseconds {
    const issue = this.#issue[row];
    return Number.isNaN(issue) ? this.#complete[row] : issue;
  }

  row(row: number): TraceRow {
    return {
      issue: this.#issue[row],
      complete: this.#complete[row],
      device: this.devices.nameOf(this.#device[row]),
      offset: this.#offset[row],
      bytes: this.#bytes[row],
      op: this.opOf(row),
      thread: this.#thread[row],
      cpu: this.#cpu[row],
      source: this.sources.nameOf(this.#source[row]),
    };
  }

  /** Moves every time by `delta` ps. */
  shift(delta: Picoseconds): void {
    for (let row = 0; row < this.length; row++) {
      this.#issue[row] += delta;
      this.#complete[row] += delta;
    }
  }

  /** Brings the rows into issue order (stable) and gives back the spare capacity. */
  sortByIssue(): this {
    let sorted = true;
    for (let row = 1; sorted && row < this.length; row++) sorted = !(this.timeOf(row - 1) > this.timeOf(row));
    if (!sorted) {
      const order = new Uint32Array(this.length).map((_, row) => row);
      order.sort((a, b) => this.timeOf(a) - this.timeOf(b) || a - b);
      this.#eachColumn((column) => {
        const next = resized(column, 0, this.length);
        for (let row = 0; row < order.length; row++) next[row] = column[order[row]];
        return next;
      });
    }
    this.#resize(this.length, Math.max(1, this.length));
    return this;
  }

  #resize(length: number, capacity: number): void {
    if (capacity !== this.#op.length) this.#eachColumn((column) => resized(column, length, capacity));
  }

  #eachColumn(renew: <T extends Column>(column: T) => T): void {
    this.#issue = renew(this.#issue);
    this.#complete = renew(this.#complete);
    this.#offset = renew(this.#offset);
    this.#bytes = renew(this.#bytes);
    this.#thread = renew(this.#thread);
    this.#device = renew(this.#device);
    this.#source = renew(this.#source);
    this.#cpu = renew(this.#cpu);
    this.#op = renew(this.#op);
  }
}
