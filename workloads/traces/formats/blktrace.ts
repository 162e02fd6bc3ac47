/**
 * blktrace's own binary files, one per CPU: little- or big-endian records of 48 bytes (blktrace_api.h, struct
 * blk_io_trace): u32 magic 0x65617400 | version 7, u32 sequence, u64 ns, u64 sector, u32 bytes, u32 action (low 16 bits
 * the action, high 16 its categories), u32 pid, u32 device, u32 cpu, u16 error, u16 length of the payload that follows.
 *
 * Issues and completions of one request may lie in different files, so the counted records of each file are kept in
 * columns and merged by time at the end.
 */
import { ACTION_LETTERS, ActionCounts, COMPLETE, REQUEUE } from '../block-actions.ts';
import { BlockTrace, DISCARD, OTHER, READ, type TraceOperation, WRITE } from '../block-trace.ts';
import { CERTAIN, type Imported, type ImportOptions, type TraceFormat } from '../imported.ts';
import { RequestPairing } from '../pairing.ts';
import { ProcessNames } from '../process-names.ts';
import { TraceError } from '../trace-error.ts';
import { BlktraceRecords } from './blktrace-records.ts';

const NAME = 'blktrace';
const EXPECTED = "a record that begins with blktrace's magic 0x65617407";
const RECORD = 48;
const LONGEST_RECORD = RECORD + 0xffff;
const MAGIC = 0x656174;

const WRITE_BIT = 0x2;
const NOTIFY_BIT = 0x400;
const DISCARD_BIT = 0x2000;
const NOTIFY_PROCESS = 0;
const MINOR_BITS = 20;

export const blktrace: TraceFormat = {
  name: NAME,
  describes: "blktrace's binary files, one per CPU",
  detect: ({ bytes }) => (bytes.length >= 4 && endianness(bytes) !== undefined ? CERTAIN : 0),
  open: (options) => new BlktraceImporter(options),
};

/** True = little-endian, undefined = no magic. */
function endianness(bytes: Uint8Array): boolean | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const little of [true, false]) if (view.getUint32(0, little) >>> 8 === MAGIC) return little;
  return undefined;
}

/** One CPU's file: the bytes of a record not complete yet, and the counted records. */
class CpuFile {
  carry: Uint8Array = new Uint8Array(0);
  position = 0;
  little = true;
  broken = false;
  readonly records = new BlktraceRecords();
}

class BlktraceImporter {
  readonly #files: CpuFile[] = [];
  readonly #trace = new BlockTrace();
  readonly #names = new ProcessNames(this.#trace.sources);
  readonly #counts = new ActionCounts();
  readonly #pairing: RequestPairing;
  readonly #counted: number;
  #zero = Infinity;
  readonly #warnings: string[] = [];

  constructor(options: ImportOptions) {
    this.#pairing = new RequestPairing(this.#trace, options.action);
    this.#counted = this.#pairing.counted.charCodeAt(0);
  }

  push(chunk: Uint8Array, index = 0): void {
    while (this.#files.length <= index) this.#files.push(new CpuFile());
    const file = this.#files[index];
    let from = 0;
    if (file.carry.length > 0) {
      // Enough of the chunk to end any record that was begun.
      const joined = Buffer.concat([file.carry, chunk.subarray(0, LONGEST_RECORD)]);
      const used = this.#records(file, joined, index);
      if (used < file.carry.length) {
        file.carry = joined;
        return;
      }
      from = used - file.carry.length;
    }
    from += this.#records(file, chunk.subarray(from), index);
    file.carry = Uint8Array.from(chunk.subarray(from));
  }

  /** Reads whole records; returns the bytes used. */
  #records(file: CpuFile, bytes: Uint8Array, index: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    if (file.position === 0 && bytes.length >= 4) file.little = endianness(bytes) ?? true;
    const little = file.little;
    while (!file.broken && at + RECORD <= bytes.length) {
      if (view.getUint32(at, little) >>> 8 !== MAGIC) {
        this.#bad(file, index, file.position + at, bytes.subarray(at, at + 4));
        return bytes.length;
      }
      const payload = view.getUint16(at + 46, little);
      if (at + RECORD + payload > bytes.length) break;
      this.#record(file, view, at, payload);
      at += RECORD + payload;
    }
    file.position += at;
    return file.broken ? bytes.length : at;
  }

  #record(file: CpuFile, view: DataView, at: number, payload: number): void {
    const little = file.little;
    const action = view.getUint32(at + 28, little);
    const category = action >>> 16;
    const pid = view.getUint32(at + 32, little);
    if (category & NOTIFY_BIT) {
      if ((action & 0xff) === NOTIFY_PROCESS) this.#names.set(pid, nameIn(view, at + RECORD, payload));
      return;
    }
    const time = view.getUint32(at + 8, little) + view.getUint32(at + 12, little) * 4294967296;
    if (time < this.#zero) this.#zero = time;
    const letter = ACTION_LETTERS.charCodeAt(action & 0xff);
    this.#counts.count(letter);
    if (letter !== this.#counted && letter !== COMPLETE && letter !== REQUEUE) return;
    file.records.add(
      time,
      view.getUint32(at + 16, little) + view.getUint32(at + 20, little) * 4294967296,
      view.getUint32(at + 24, little),
      letter,
      operationIn(category, view.getUint32(at + 24, little)),
      pid,
      view.getUint32(at + 36, little),
      view.getUint32(at + 40, little),
    );
  }

  #bad(file: CpuFile, index: number, position: number, found: Uint8Array): void {
    const hexadecimal = Buffer.from(found).toString('hex');
    if (position === 0) throw new TraceError(NAME, `byte 0 of file ${index}`, hexadecimal, EXPECTED);
    this.#warnings.push(
      `file ${index}: no record at byte ${position} (found ${hexadecimal}); the rest is left out`,
    );
    file.broken = true;
  }

  finish(): Imported {
    this.#files.forEach((file, index) => {
      if (file.carry.length > 0)
        this.#warnings.push(
          `file ${index} ends inside a record: its last ${file.carry.length} bytes are left out`,
        );
    });
    this.#merge();
    this.#counts.require(NAME, this.#pairing.counted);
    this.#trace.sortByIssue();
    return {
      format: NAME,
      requests: this.#trace,
      warnings: [...this.#warnings, ...this.#pairing.warnings()],
    };
  }

  /** The files' records in order of time, each file being in order by itself. */
  #merge(): void {
    const files = this.#files.map((file) => file.records.sorted());
    const next = new Uint32Array(files.length);
    const heads = Float64Array.from(files, (records) => (records.length > 0 ? records.timeOf(0) : Infinity));
    for (;;) {
      let first = 0;
      let limit = Infinity;
      for (let i = 1; i < heads.length; i++) {
        if (heads[i] < heads[first]) {
          limit = heads[first];
          first = i;
        } else if (heads[i] < limit) limit = heads[i];
      }
      if (!(heads[first] < Infinity)) return;
      const records = files[first];
      while (next[first] < records.length && records.timeOf(next[first]) <= limit)
        this.#take(records, next[first]++);
      heads[first] = next[first] < records.length ? records.timeOf(next[first]) : Infinity;
    }
  }

  #take(records: BlktraceRecords, row: number): void {
    const time = (records.timeOf(row) - this.#zero) * 1e3;
    const number = records.deviceOf(row);
    const device = this.#deviceOf(number);
    const sector = records.sectorOf(row);
    const op = records.opOf(row);
    const letter = records.letterOf(row);
    if (letter === COMPLETE)
      this.#pairing.completed(time, device, sector, records.bytesOf(row), op, records.cpuOf(row));
    else if (letter === REQUEUE) this.#pairing.requeued(device, sector);
    else {
      const pid = records.pidOf(row);
      const source = this.#names.known(pid);
      this.#pairing.issued(time, device, sector, records.bytesOf(row), op, pid, records.cpuOf(row), source);
    }
  }

  readonly #devices = new Map<number, number>();
  #deviceOf(number: number): number {
    let device = this.#devices.get(number);
    if (device === undefined) {
      device = this.#trace.devices.indexOf(`${number >>> MINOR_BITS},${number & ((1 << MINOR_BITS) - 1)}`);
      this.#devices.set(number, device);
    }
    return device;
  }
}

/** As blkparse writes RWBS: D before W before R; a read without data is a flush or a command of the driver's. */
function operationIn(category: number, bytes: number): TraceOperation {
  if (category & DISCARD_BIT) return DISCARD;
  if (category & WRITE_BIT) return WRITE;
  return bytes > 0 ? READ : OTHER;
}

/** The process name in a notify record's payload, up to its zero byte. */
function nameIn(view: DataView, at: number, length: number): string {
  const bytes = Buffer.from(view.buffer, view.byteOffset + at, length);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? length : end);
}
