/**
 * One request per I/O from a stream of block-layer actions.
 *
 * An I/O appears as Q (queued), G, I (inserted), D (issued to the driver) and C (completed). Counting every action
 * gives five times the real bandwidth, so exactly one is counted: D by default, and C only completes what a D began.
 * Devices that have no D (md, dm, loop on bio level) can be counted by Q, and traces of completions alone by C.
 */
import type { Picoseconds } from '../../sim/time.ts';
import type { BlockTrace, TraceOperation } from './block-trace.ts';
import { Outstanding } from './outstanding.ts';

/** Bytes of a sector of the block layer, whatever the drive's own block size (Linux, include/linux/blk_types.h). */
export const SECTOR = 512;

/** The action that counts as the request. */
export type CountedAction = 'D' | 'Q' | 'C';

export class RequestPairing {
  readonly trace: BlockTrace;
  readonly counted: CountedAction;
  readonly #inFlight = new Outstanding();
  /** Requests given back by the driver (action R), which will be issued a second time. */
  readonly #requeued = new Outstanding();
  #strayCompletions = 0;
  #completions = 0;
  #issues = 0;
  #dataless = 0;

  constructor(trace: BlockTrace, counted: CountedAction = 'D') {
    this.trace = trace;
    this.counted = counted;
  }

  /** The counted action: a request goes to the device. Without bytes (a flush) it moves no data and is left out. */
  issued(
    time: Picoseconds,
    device: number,
    sector: number,
    bytes: number,
    op: TraceOperation,
    thread: number,
    cpu: number,
    source: number,
  ): void {
    if (!(bytes > 0)) {
      this.#dataless++;
      return;
    }
    this.#issues++;
    let row = this.#requeued.size > 0 ? this.#requeued.take(device, sector) : -1;
    if (row >= 0) this.trace.setIssue(row, time);
    else row = this.trace.add(time, NaN, device, sector * SECTOR, bytes, op, thread, cpu, source);
    this.#inFlight.insert(device, sector, row);
  }

  /** Completion of `bytes` (0 = all) from a sector on; a part leaves the rest in flight. */
  completed(
    time: Picoseconds,
    device: number,
    sector: number,
    bytes: number,
    op: TraceOperation,
    cpu: number,
  ): void {
    if (!(sector >= 0)) return;
    this.#completions++;
    if (this.counted === 'C') {
      this.trace.add(NaN, time, device, sector * SECTOR, bytes, op, -1, cpu, 0);
      return;
    }
    const row = this.#inFlight.take(device, sector);
    if (row < 0) {
      this.#strayCompletions++;
      return;
    }
    const end = sector * SECTOR + bytes;
    const rest = this.trace.offsetOf(row) + this.trace.bytesOf(row) - end;
    if (bytes > 0 && rest > 0) this.#inFlight.insert(device, end / SECTOR, row);
    else this.trace.setComplete(row, time);
  }

  requeued(device: number, sector: number): void {
    const row = this.#inFlight.take(device, sector);
    if (row >= 0) this.#requeued.insert(device, sector, row);
  }

  warnings(): string[] {
    const warnings: string[] = [];
    if (this.#dataless > 0) warnings.push(`${this.#dataless} requests without data (flushes) are left out`);
    if (this.#completions > 0 && this.counted !== 'C') {
      if (this.#strayCompletions > 0)
        warnings.push(`${this.#strayCompletions} completions have no issue in the trace and are not counted`);
      const open = this.#inFlight.size;
      if (open > 0)
        warnings.push(
          `${open} of ${this.#issues} requests have no completion in the trace: latency not known`,
        );
    }
    return warnings;
  }
}
