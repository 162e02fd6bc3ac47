/**
 * A page-fault trace in memory: one row per fault, one typed array per column.
 *
 * perf trace records the file offset; bpftrace's page_fault_user records a virtual address, which becomes a file
 * offset through /proc/PID/maps (proc-maps.ts), because address space layout is random.
 */
import type { Picoseconds } from '../../sim/time.ts';
import { BlockTrace, READ, WRITE } from './block-trace.ts';
import { type Column, resized } from './columns.ts';
import { NameTable } from './name-table.ts';

export const FAULT_UNKNOWN = 0;
export const FAULT_MINOR = 1;
export const FAULT_MAJOR = 2;
export type FaultKind = typeof FAULT_UNKNOWN | typeof FAULT_MINOR | typeof FAULT_MAJOR;

export class FaultTrace {
  length = 0;
  /** Mapped files; the empty name is "not known" (anonymous memory, or an address not looked up yet). */
  readonly files = new NameTable();
  readonly commands = new NameTable();
  #time = new Float64Array(256);
  #address = new Float64Array(256);
  #offset = new Float64Array(256);
  #pid = new Int32Array(256);
  #thread = new Int32Array(256);
  #file = new Uint16Array(256);
  #command = new Uint16Array(256);
  #kind = new Uint8Array(256);
  #write = new Uint8Array(256);

  /** Appends a fault. Time in ps; address and file offset in bytes or NaN; pid and thread -1 = unknown. */
  add(
    time: Picoseconds,
    pid: number,
    thread: number,
    command: number,
    address: number,
    file: number,
    offset: number,
    kind: FaultKind,
    write: boolean,
  ): void {
    const row = this.length++;
    if (row === this.#kind.length) this.#grow();
    this.#time[row] = time;
    this.#pid[row] = pid;
    this.#thread[row] = thread;
    this.#command[row] = command;
    this.#address[row] = address;
    this.#file[row] = file;
    this.#offset[row] = offset;
    this.#kind[row] = kind;
    this.#write[row] = write ? 1 : 0;
  }

  timeOf(row: number): Picoseconds {
    return this.#time[row];
  }
  pidOf(row: number): number {
    return this.#pid[row];
  }
  threadOf(row: number): number {
    return this.#thread[row];
  }
  commandOf(row: number): number {
    return this.#command[row];
  }
  addressOf(row: number): number {
    return this.#address[row];
  }
  offsetOf(row: number): number {
    return this.#offset[row];
  }
  fileOf(row: number): number {
    return this.#file[row];
  }
  kindOf(row: number): FaultKind {
    return this.#kind[row] as FaultKind;
  }
  isWrite(row: number): boolean {
    return this.#write[row] === 1;
  }

  /** Says where in which file the fault of a row lies. */
  locate(row: number, file: number, offset: number): void {
    this.#file[row] = file;
    this.#offset[row] = offset;
  }

  /** The faults on files as single-page accesses, so that the statistics of requests serve for them too. */
  asRequests(pageBytes: number): BlockTrace {
    const trace = new BlockTrace();
    for (let row = 0; row < this.length; row++) {
      const offset = this.#offset[row];
      if (Number.isNaN(offset)) continue;
      const page = Math.floor(offset / pageBytes) * pageBytes;
      const device = trace.devices.indexOf(this.files.nameOf(this.#file[row]));
      const source = trace.sources.indexOf(this.commands.nameOf(this.#command[row]));
      const op = this.#write[row] ? WRITE : READ;
      trace.add(this.#time[row], NaN, device, page, pageBytes, op, this.#thread[row], -1, source);
    }
    return trace.sortByIssue();
  }

  #grow(): void {
    const larger = <T extends Column>(column: T): T => resized(column, column.length, column.length * 2);
    this.#time = larger(this.#time);
    this.#address = larger(this.#address);
    this.#offset = larger(this.#offset);
    this.#pid = larger(this.#pid);
    this.#thread = larger(this.#thread);
    this.#file = larger(this.#file);
    this.#command = larger(this.#command);
    this.#kind = larger(this.#kind);
    this.#write = larger(this.#write);
  }
}
