/**
 * Transfers over the channels that units share, each booked when it is asked for, in any order of their ready times: a
 * channel's time is divided into slots, and a transfer takes what is left of the slots from its ready time on. The channel is
 * work-conserving, earlier bookings go first, and a transfer alone takes exactly its time. (NVMeVirt's channel model
 * gives credits of slots in the same way.)
 */
import type { Picoseconds } from '../sim/index.ts';

/** Slots of a channel at first; doubled when bookings reach further ahead. */
const SLOTS = 1024;

export class ChannelSlots {
  readonly #length: Picoseconds;
  readonly #channels: number;
  #slots = SLOTS;
  /** Per channel, a ring: the slot's number, and the time from its start that is taken. */
  #number: Float64Array;
  #taken: Float64Array;

  /** @param length of a slot: a part of a small transfer */
  constructor(channels: number, length: Picoseconds) {
    this.#channels = channels;
    this.#length = Math.max(1, length);
    this.#number = new Float64Array(channels * SLOTS).fill(-1);
    this.#taken = new Float64Array(channels * SLOTS);
  }

  /** Books `time` of a channel from `ready` on. @returns when the transfer ends */
  book(channel: number, now: Picoseconds, ready: Picoseconds, time: Picoseconds): Picoseconds {
    const length = this.#length;
    const oldest = Math.floor(now / length);
    let left = time;
    let end = ready;
    for (let slot = Math.floor(ready / length); left > 0; slot++) {
      while (slot - oldest >= this.#slots) this.#grow(oldest);
      const at = channel * this.#slots + (slot % this.#slots);
      const taken = this.#number[at] === slot ? this.#taken[at] : 0;
      const from = Math.max(ready, slot * length + taken);
      const part = Math.min(left, (slot + 1) * length - from);
      if (part <= 0) continue;
      end = from + part;
      this.#number[at] = slot;
      this.#taken[at] = end - slot * length;
      left -= part;
    }
    return end;
  }

  #grow(oldest: number): void {
    const [number, taken, slots] = [this.#number, this.#taken, this.#slots];
    this.#slots *= 2;
    this.#number = new Float64Array(this.#channels * this.#slots).fill(-1);
    this.#taken = new Float64Array(this.#channels * this.#slots);
    for (let i = 0; i < number.length; i++) {
      if (number[i] < oldest) continue;
      const at = Math.floor(i / slots) * this.#slots + (number[i] % this.#slots);
      this.#number[at] = number[i];
      this.#taken[at] = taken[i];
    }
  }
}
