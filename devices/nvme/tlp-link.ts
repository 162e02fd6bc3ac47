/**
 * One direction of a drive's PCI Express link, carrying data and the small messages of NVMe first in, first out.
 *
 *   data of B bytes:  (B + overhead x ceil(B / payload)) bytes on the wire
 *   wire bytes:       ceil(bytes / lanes) symbols on each lane, rounded down to whole `quantum`s
 *
 * With no shared link behind it the end of each transfer is known when it is queued, and only transfers that somebody
 * waits for cost an event. Across shared links (switch uplink, DRAM) data is a flow on each of them besides, one transfer
 * at a time, as in DataPhase; a transfer ends when it is through everywhere, and only then the next begins.
 * Source: PCI Express Base Specification 6.0, section 2.2 (TLPs); the quantum (1 ns) is MQSim's.
 */
import { EventFifo } from '../../sim/event-fifo.ts';
import { turned } from '../../sim/grown.ts';
import {
  type HandlerId,
  type Picoseconds,
  type SharedLink,
  type Simulation,
  seconds,
} from '../../sim/index.ts';
import type { PcieLink } from '../pcie/link.ts';

export interface TlpLinkOptions {
  /** Wire bytes per second of all lanes, after line code and FLIT overhead. */
  readonly rate: number;
  readonly lanes: number;
  /** Bytes of data in a TLP, and the bytes around them. */
  readonly payload: number;
  readonly overhead: number;
  /** Times are whole multiples of this; default 1 ps. */
  readonly quantum?: Picoseconds;
}

/** The wire of a trained link: its rate is set so that data moves at the link's usable rate. */
export const tlpLinkOptions = (link: PcieLink): TlpLinkOptions => ({
  rate: (link.usableRate * (link.maxPayload + link.tlpOverhead)) / link.maxPayload,
  lanes: link.lanes,
  payload: link.maxPayload,
  overhead: link.tlpOverhead,
});

/** Continuation of a transfer that nobody waits for. */
export const NOBODY = -1;

export class TlpLink {
  /** Time in which the wire was taken, in ps, of all that was queued. */
  busy: Picoseconds = 0;
  /** Transfers, and the sum of their waits for those before them; ps. */
  transfers = 0;
  waited: Picoseconds = 0;
  readonly #sim: Simulation;
  readonly #options: TlpLinkOptions;
  readonly #shared: readonly SharedLink[];
  readonly #symbol: number;
  /** Alone: ends of transfers that somebody waits for. */
  readonly #ends: EventFifo;
  #free: Picoseconds = 0;
  #cachedBytes = 0;
  #cachedTime: Picoseconds = 0;
  /** Behind shared links: a ring of transfers (data bytes, wire time, arrival) with their continuations. */
  #capacity = 64;
  #bytes = new Float64Array(this.#capacity);
  #times = new Float64Array(this.#capacity);
  #arrivals = new Float64Array(this.#capacity);
  #continuations = new Int32Array(2 * this.#capacity);
  #head = 0;
  #length = 0;
  #flows = 0;
  readonly #flowDone: HandlerId;

  constructor(sim: Simulation, options: TlpLinkOptions, shared: readonly SharedLink[] = []) {
    this.#sim = sim;
    this.#options = options;
    this.#shared = shared;
    this.#ends = new EventFifo(sim);
    this.#symbol = seconds(1) / (options.rate / options.lanes);
    this.#flowDone = sim.register(() => this.#onFlowDone());
  }

  /** Time of `bytes` of data on the wire. */
  dataTime(bytes: number): Picoseconds {
    if (bytes !== this.#cachedBytes) {
      const { payload, overhead } = this.#options;
      this.#cachedBytes = bytes;
      this.#cachedTime = this.messageTime(bytes + overhead * Math.ceil(bytes / payload));
    }
    return this.#cachedTime;
  }

  /** Time of so many bytes on the wire, overhead included. */
  messageTime(wireBytes: number): Picoseconds {
    const { lanes, quantum = 1 } = this.#options;
    return Math.floor((Math.ceil(wireBytes / lanes) * this.#symbol) / quantum + ROUNDING) * quantum;
  }

  /**
   * Queues `bytes` of data (0: a message only) and directly behind it `message` ps of messages; done(a, 0) at their end.
   */
  send(bytes: number, message: Picoseconds, done: HandlerId, a: number): void {
    const time = message + (bytes > 0 ? this.dataTime(bytes) : 0);
    this.busy += time;
    this.transfers++;
    if (this.#shared.length > 0) {
      this.#queue(bytes, time, done, a);
      return;
    }
    const { now } = this.#sim;
    const start = this.#free > now ? this.#free : now;
    this.waited += start - now;
    this.#free = start + time;
    if (done !== NOBODY) this.#ends.at(this.#free, done, a);
  }

  #queue(bytes: number, time: Picoseconds, done: HandlerId, a: number): void {
    if (this.#length === this.#capacity) this.#grow();
    const tail = (this.#head + this.#length++) & (this.#capacity - 1);
    this.#bytes[tail] = bytes;
    this.#times[tail] = time;
    this.#arrivals[tail] = this.#sim.now;
    this.#continuations[2 * tail] = done;
    this.#continuations[2 * tail + 1] = a;
    if (this.#length === 1) this.#begin();
  }

  #begin(): void {
    const bytes = this.#bytes[this.#head];
    this.#flows = 1;
    this.waited += this.#sim.now - this.#arrivals[this.#head];
    this.#sim.after(this.#times[this.#head], this.#flowDone);
    if (bytes === 0) return;
    for (const link of this.#shared) {
      this.#flows++;
      link.start(bytes, this.#options.rate, this.#flowDone, 0, 0);
    }
  }

  #onFlowDone(): void {
    if (--this.#flows > 0) return;
    const head = this.#head;
    const done = this.#continuations[2 * head];
    const a = this.#continuations[2 * head + 1];
    this.#head = (head + 1) & (this.#capacity - 1);
    if (--this.#length > 0) this.#begin();
    if (done !== NOBODY) this.#sim.call(done, a, 0);
  }

  #grow(): void {
    const head = this.#head;
    this.#bytes = turned(this.#bytes, head, 1);
    this.#times = turned(this.#times, head, 1);
    this.#arrivals = turned(this.#arrivals, head, 1);
    this.#continuations = turned(this.#continuations, head, 2);
    this.#head = 0;
    this.#capacity *= 2;
  }
}

/** A time computed a rounding error below a whole quantum counts as that quantum. */
const ROUNDING = 1e-9;
