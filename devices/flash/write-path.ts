/**
 * Writes: data comes from the host into the write buffer and is acknowledged there; programs of whole stripes take it to
 * the dies in turn and free the buffer; garbage collection copies and erases beside them.
 *
 * A command waits, in order, until the buffer has room: then the medium's rate is the drive's, and a full queue of writes
 * stands before the reads behind it. While the SLC cache has room, programs take its time; it is emptied in idle time at
 * `refillRate`, without a cost to others. Reads always find a page where the mapping puts it: what is in the buffer or has
 * moved is read from the flash like the rest.
 */
import { type HandlerId, type Picoseconds, type Simulation, toSeconds } from '../../sim/index.ts';
import { IntegerQueue } from '../integer-queue.ts';
import { validShare } from './garbage.ts';
import { type FlashGeometry, physicalBytes } from './geometry.ts';
import type { Nand } from './nand.ts';
import { ERASED } from './target-writes.ts';
import { COPY_PROGRAM, HOST_PROGRAM, SLC_PROGRAM } from './timing.ts';

export interface WriteOptions {
  readonly bufferBytes: number;
  /** From the data's being in the buffer to the completion. */
  readonly acknowledgeTime: Picoseconds;
  /** Written at once and in part moved later; absent: none. */
  readonly slcCache?: { readonly bytes: number; readonly refillRate: number };
  /** Whether blocks must be reclaimed from the first write on (an aged drive); else only once the flash is full. */
  readonly steadyState: boolean;
  /** Valid share of a reclaimed block; default by the drive's over-provisioning. */
  readonly validShare?: number;
}

export class WritePath {
  /** Bytes taken from the host and copied by garbage collection, and blocks (of all planes of a die) erased. */
  hostBytes = 0;
  copiedBytes = 0;
  erases = 0;
  readonly #sim: Simulation;
  readonly #options: WriteOptions;
  readonly #nand: Nand;
  readonly #pageBytes: number;
  readonly #pages: number;
  readonly #admitted: HandlerId;
  readonly #bytesOf: (command: number) => number;
  readonly #copiesPerProgram: number;
  readonly #erasesPerProgram: number;
  /** Bytes that can be written before blocks must be reclaimed. */
  readonly #freeBytes: number;
  readonly #waiting = new IntegerQueue();
  #used = 0;
  #dirty = 0;
  #target = 0;
  #copies = 0;
  #copyDebt = 0;
  #eraseDebt = 0;
  /** Bytes read for copies on each target and not programmed yet. */
  readonly #copyRead: Float64Array;
  #slcUsed = 0;
  #slcSince: Picoseconds = 0;

  /**
   * @param capacity addressable bytes
   * @param bytesOf a command's bytes
   * @param admitted called as admitted(command, 0) when the buffer has room for a command's data
   */
  constructor(
    sim: Simulation,
    options: WriteOptions,
    geometry: FlashGeometry,
    capacity: number,
    nand: Nand,
    bytesOf: (command: number) => number,
    admitted: HandlerId,
  ) {
    const physical = physicalBytes(geometry);
    const share = options.validShare ?? validShare(physical / capacity);
    const blockBytes = nand.planesAtOnce * geometry.pages * geometry.pageBytes;
    this.#sim = sim;
    this.#options = options;
    this.#nand = nand;
    this.#pageBytes = geometry.pageBytes;
    this.#pages = geometry.pages;
    this.#bytesOf = bytesOf;
    this.#admitted = admitted;
    this.#copiesPerProgram = share / (1 - share);
    this.#erasesPerProgram = nand.programBytes / ((1 - share) * blockBytes);
    this.#freeBytes = options.steadyState ? 0 : physical;
    this.#copyRead = new Float64Array(nand.targets);
  }

  /** Queues a command for room in the buffer. */
  submit(command: number): void {
    this.#waiting.push(command);
    this.#admit();
  }

  /** A command's data is in the buffer. */
  received(bytes: number): void {
    const unit = this.#nand.programBytes;
    this.hostBytes += bytes;
    this.#dirty += bytes;
    for (; this.#dirty >= unit; this.#dirty -= unit) {
      this.#nand.program(this.#nextTarget(), this.#takesSlc(unit) ? SLC_PROGRAM : HOST_PROGRAM);
      if (this.hostBytes > this.#freeBytes) this.#collect();
    }
  }

  /** Bytes of a copy have been read; `command` is what the copy's reads were queued with. */
  copied(command: number, bytes: number): void {
    const target = -1 - command;
    this.#copyRead[target] += bytes;
    if (this.#copyRead[target] < this.#nand.programBytes) return;
    this.#copyRead[target] -= this.#nand.programBytes;
    this.#nand.program(target, COPY_PROGRAM);
  }

  /** A program or an erase has ended. */
  written(tag: number): void {
    if (tag === COPY_PROGRAM) this.copiedBytes += this.#nand.programBytes;
    if (tag === ERASED) this.erases++;
    if (tag !== HOST_PROGRAM && tag !== SLC_PROGRAM) return;
    this.#used -= this.#nand.programBytes;
    this.#admit();
  }

  #admit(): void {
    while (this.#waiting.length > 0) {
      const bytes = this.#bytesOf(this.#waiting.first);
      // What waits for a whole stripe keeps its place; a command larger than the buffer may overfill it.
      if (this.#used + bytes > this.#options.bufferBytes && this.#used >= this.#nand.programBytes) return;
      this.#used += bytes;
      this.#sim.call(this.#admitted, this.#waiting.shift(), 0);
    }
  }

  #nextTarget(): number {
    const target = this.#target;
    const { targets } = this.#nand;
    // A stride of a channel's targets, so that consecutive programs go to different channels.
    this.#target = target + this.#nand.targetsPerChannel;
    if (this.#target >= targets) this.#target = (this.#target - targets + 1) % this.#nand.targetsPerChannel;
    return target;
  }

  /** Does what garbage collection owes for one program of host data. */
  #collect(): void {
    this.#copyDebt += this.#copiesPerProgram;
    this.#eraseDebt += this.#erasesPerProgram;
    for (; this.#copyDebt >= 1; this.#copyDebt--) this.#copy(this.#nextTarget());
    for (; this.#eraseDebt >= 1; this.#eraseDebt--) this.#nand.erase(this.#nextTarget());
  }

  #copy(target: number): void {
    const nand = this.#nand;
    const pagesAtOnce = nand.programBytes / nand.planesAtOnce / this.#pageBytes;
    for (let page = 0; page < pagesAtOnce; page++) {
      const offset = this.#copies++ % this.#pages;
      for (let plane = 0; plane < nand.planesAtOnce; plane++) {
        nand.read(-1 - target, nand.firstPlaneOf(target) + plane, offset, this.#pageBytes);
      }
    }
    nand.kick(nand.channelOf(nand.firstPlaneOf(target)));
  }

  /** Takes room in the SLC cache for a program, if there is some. */
  #takesSlc(bytes: number): boolean {
    const { slcCache } = this.#options;
    if (!slcCache) return false;
    const { now } = this.#sim;
    const emptied = slcCache.refillRate * toSeconds(now - this.#slcSince);
    this.#slcSince = now;
    this.#slcUsed = Math.max(0, this.#slcUsed - emptied);
    if (this.#slcUsed + bytes > slcCache.bytes) return false;
    this.#slcUsed += bytes;
    return true;
  }
}
