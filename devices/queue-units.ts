/**
 * The units of the `queue` fidelity: dies x planes that work independently. Page p of the drive lies on unit p mod units,
 * so the pages of a large command are read in parallel, and small random reads collide: half a queue's depth is not half
 * the units at work. `scattered` pages lie on a unit by a hash of p (a drive rewritten at random), so that the pages of one
 * command collide too.
 *
 * A unit is taken for accessTime, + a tail drawn at random, + bytes beyond 4 KiB / nandRate; for the page it read last,
 * which its register holds, only for bytes / nandRate. With `channels`, it is taken for accessTime and the tail, and all
 * bytes then cross channel u mod channels at nandRate. The unit begins its next read behind its own data, or, where that
 * waits, when the channel turns to the unit's next command (commands and data take turns), a transfer later at most.
 *
 * First in first out with service times known at submission, so that the end is computed then (as NVMeVirt's
 * ssd_advance_nand does).
 */
import { duration, type Picoseconds } from '../sim/index.ts';
import { ChannelSlots } from './channel-slots.ts';
import { mixed } from './flash/mapping.ts';
import { drawTail, type QueueParameters } from './queue-parameters.ts';

/** Bytes of a page that `accessTime` covers: the size of the read it was measured with. */
const ACCESS_BYTES = 4096;
/** Of a channel's slot: small against a transfer, so that little is lost between transfers. */
const SLOT_BYTES = 1024;

export class QueueUnits {
  readonly #parameters: QueueParameters;
  readonly #random: () => number;
  /** When each unit will have done all it was given, and the page in its register. */
  readonly #free: Float64Array;
  readonly #page: Float64Array;
  readonly #channels: ChannelSlots | undefined;
  #time: Picoseconds = 0;

  constructor(parameters: QueueParameters, random: () => number) {
    const { units, channels, nandRate } = parameters;
    this.#parameters = parameters;
    this.#random = random;
    this.#free = new Float64Array(units);
    this.#page = new Float64Array(units).fill(-1);
    if (channels) this.#channels = new ChannelSlots(channels, duration(SLOT_BYTES, nandRate));
  }

  /** Mean time in which a unit was taken. */
  get busy(): Picoseconds {
    return this.#time / this.#free.length;
  }

  /** Gives the pages of a read to their units at `time`. @returns when its data phase can begin */
  access(offset: number, bytes: number, now: Picoseconds, time: Picoseconds): Picoseconds {
    const { pageBytes, readRate, scattered } = this.#parameters;
    const units = this.#free.length;
    const end = offset + bytes;
    let page = Math.floor(offset / pageBytes);
    let unit = page - Math.floor(page / units) * units;
    let first = Infinity;
    let last = 0;
    for (let from = offset; from < end; page++) {
      const to = Math.min(end, (page + 1) * pageBytes);
      if (scattered) unit = mixed(page ^ Math.floor(page / 2 ** 32)) % units;
      const ready = this.#channels
        ? this.#throughChannel(this.#channels, unit, page, to - from, now, time)
        : this.#read(unit, page, to - from, time);
      if (ready < first) first = ready;
      if (ready > last) last = ready;
      from = to;
      unit = unit + 1 === units ? 0 : unit + 1;
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

  #throughChannel(
    channels: ChannelSlots,
    unit: number,
    page: number,
    bytes: number,
    now: Picoseconds,
    time: Picoseconds,
  ): Picoseconds {
    const { channels: count = 1, nandRate } = this.#parameters;
    const start = Math.max(time, this.#free[unit]);
    const read = start + (this.#page[unit] === page ? 0 : this.#accessTime());
    const crossing = duration(bytes, nandRate);
    const ready = channels.book(unit % count, now, read, crossing);
    const waited = ready - crossing - read;
    this.#page[unit] = page;
    this.#free[unit] = read + (waited > 1 ? Math.min(crossing, waited) : crossing);
    this.#time += this.#free[unit] - start;
    return ready;
  }

  #accessTime(): Picoseconds {
    const { accessTime, readTail } = this.#parameters;
    return accessTime + drawTail(readTail, this.#random);
  }
}
