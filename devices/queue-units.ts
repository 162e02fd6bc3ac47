/**
 * The units of the `queue` fidelity: dies x planes that work independently. Page p of the drive lies on unit p mod units,
 * so the pages of a large command are read in parallel, and small random reads collide: half a queue's depth is not half
 * the units at work. `scattered` pages lie on a unit by a hash of p (a drive rewritten at random), so that the pages of one
 * command collide too.
 *
 * A unit is taken for accessTime, + a tail drawn at random, + bytes beyond 4 KiB / nandRate; for the page it read last,
 * which its register holds, only for bytes / nandRate. With `channels` it is taken for accessTime, the tail and all bytes /
 * nandRate, and pages of one read that lie on the same channel, u mod channels, cross it one after another. Those of
 * different reads are taken not to meet there: it is for drives whose channels do not fill (page-reads.ts is for others).
 *
 * First in first out with service times known at submission, so that the end is computed then (as NVMeVirt's
 * ssd_advance_nand does).
 */
import { duration, type Picoseconds } from '../sim/index.ts';
import { mixed } from './flash/mapping.ts';
import { drawTail, type QueueParameters } from './queue-parameters.ts';

/** Bytes of a page that `accessTime` covers: the size of the read it was measured with. */
const ACCESS_BYTES = 4096;

export class QueueUnits {
  readonly #parameters: QueueParameters;
  readonly #random: () => number;
  /** When each unit will have done all it was given, and the page in its register. */
  readonly #free: Float64Array;
  readonly #page: Float64Array;
  /** Of each channel: the read that crossed it last, by number, when its first page was read, and the time of its pages. */
  readonly #crossedBy: Float64Array;
  readonly #firstRead: Float64Array;
  readonly #crossing: Float64Array;
  #reads = 0;
  #time: Picoseconds = 0;

  constructor(parameters: QueueParameters, random: () => number) {
    const { units, channels = 0 } = parameters;
    this.#parameters = parameters;
    this.#random = random;
    this.#free = new Float64Array(units);
    this.#page = new Float64Array(units).fill(-1);
    this.#crossedBy = new Float64Array(channels);
    this.#firstRead = new Float64Array(channels);
    this.#crossing = new Float64Array(channels);
  }

  /** Mean time in which a unit was taken. */
  get busy(): Picoseconds {
    return this.#time / this.#free.length;
  }

  /** Gives the pages of a read to their units at `time`. @returns when its data phase can begin */
  access(offset: number, bytes: number, time: Picoseconds): Picoseconds {
    const { pageBytes, readRate, channels } = this.#parameters;
    const end = offset + bytes;
    let page = Math.floor(offset / pageBytes);
    let first = Infinity;
    let last = 0;
    this.#reads++;
    for (let from = offset; from < end; page++) {
      const to = Math.min(end, (page + 1) * pageBytes);
      const unit = unitOf(page, this.#parameters);
      const ready = channels
        ? this.#throughChannel(unit, unit % channels, to - from, time)
        : this.#read(unit, page, to - from, time);
      if (ready < first) first = ready;
      if (ready > last) last = ready;
      from = to;
    }
    return Math.max(first, last - duration(Math.max(0, bytes - pageBytes), readRate));
  }

  /** @returns when the bytes of a page are in the controller */
  #read(unit: number, page: number, bytes: number, time: Picoseconds): Picoseconds {
    const { nandRate } = this.#parameters;
    let taken: Picoseconds;
    if (this.#page[unit] === page) taken = duration(bytes, nandRate);
    else {
      taken = this.#accessTime();
      if (bytes > ACCESS_BYTES) taken += duration(bytes - ACCESS_BYTES, nandRate);
    }
    this.#page[unit] = page;
    this.#free[unit] = Math.max(time, this.#free[unit]) + taken;
    this.#time += taken;
    return this.#free[unit];
  }

  /** @returns when the page, and what of its read has crossed the same channel before, is in the controller */
  #throughChannel(unit: number, channel: number, bytes: number, time: Picoseconds): Picoseconds {
    const crossing = duration(bytes, this.#parameters.nandRate);
    const start = Math.max(time, this.#free[unit]);
    const read = start + this.#accessTime();
    this.#free[unit] = read + crossing;
    this.#time += read + crossing - start;
    if (this.#crossedBy[channel] !== this.#reads) {
      this.#crossedBy[channel] = this.#reads;
      this.#firstRead[channel] = Infinity;
      this.#crossing[channel] = 0;
    }
    if (read < this.#firstRead[channel]) this.#firstRead[channel] = read;
    this.#crossing[channel] += crossing;
    return Math.max(read + crossing, this.#firstRead[channel] + this.#crossing[channel]);
  }

  #accessTime(): Picoseconds {
    const { accessTime, readTail } = this.#parameters;
    return accessTime + drawTail(readTail, this.#random);
  }
}

/** The unit on which a page of the drive lies. */
export function unitOf(page: number, { units, scattered }: QueueParameters): number {
  if (scattered) return mixed(page ^ Math.floor(page / 2 ** 32)) % units;
  return page - Math.floor(page / units) * units;
}
