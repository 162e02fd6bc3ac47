/**
 * Reads page by page, from the units to the host: the `queue` fidelity of drives whose reads wait for one another on the
 * way, not only in the units.
 *
 * A page waits for its unit, which takes one command at a time, for its channel's turn (commands and data take turns), is
 * read, waits in the unit's register for the channel, crosses it, and then the drive's link behind the pages of all other
 * reads. The unit reads on while its register is full. Messages take their turn on the link: PCI Express passes no data by,
 * so that a full link holds new commands back, and commands that waited together read together. Shared links behind the
 * own one as in TlpLink. Unlike flash/nand.ts it knows no commands of several planes, no programs and no time of a
 * command on the channel but as part of accessTime.
 */

import { FreeList } from '../sim/free-list.ts';
import { grown } from '../sim/grown.ts';
import {
  duration,
  type HandlerId,
  type Picoseconds,
  type SharedLink,
  type Simulation,
} from '../sim/index.ts';
import { ChannelTurns, COMMAND, DATA } from './flash/channel-turns.ts';
import { IntegerQueue } from './integer-queue.ts';
import { NOBODY, TlpLink } from './nvme/tlp-link.ts';
import { drawTail, type QueueParameters } from './queue-parameters.ts';
import { unitOf } from './queue-units.ts';

const NONE = -1;

export class PageReads {
  readonly #simulation: Simulation;
  readonly #parameters: QueueParameters;
  readonly #random: () => number;
  readonly #link: TlpLink;
  readonly #done: HandlerId;
  readonly #channels: number;
  readonly #unitsPerChannel: number;
  readonly #turns: ChannelTurns;
  /** Of each unit: pages that wait for it, the one it reads (or holds until the register is empty), and the one in its register. */
  readonly #waiting: IntegerQueue[];
  readonly #array: Int32Array;
  readonly #held: Uint8Array;
  readonly #register: Int32Array;
  #unitTime: Picoseconds = 0;
  /** Bytes of each command that are not on the link yet. */
  #left = new Float64Array(64);
  readonly #pages = new FreeList('pages of reads');
  #command = new Int32Array(this.#pages.capacity);
  #bytes = new Int32Array(this.#pages.capacity);
  readonly #read: HandlerId;
  readonly #crossed: HandlerId;

  /**
   * @param shared the links behind the drive's own
   * @param done called as done(command, 0) when its last page is through
   */
  constructor(
    simulation: Simulation,
    parameters: QueueParameters,
    random: () => number,
    shared: readonly SharedLink[],
    done: HandlerId,
  ) {
    const { units, channels = units, readRate } = parameters;
    const link = { rate: readRate, lanes: 1, payload: Infinity, overhead: 0 };
    this.#simulation = simulation;
    this.#parameters = parameters;
    this.#random = random;
    this.#link = new TlpLink(simulation, link, shared);
    this.#done = done;
    this.#channels = channels;
    this.#unitsPerChannel = Math.ceil(units / channels);
    this.#turns = new ChannelTurns(channels, this.#unitsPerChannel, 'interleave');
    const places = channels * this.#unitsPerChannel;
    this.#waiting = Array.from({ length: places }, () => new IntegerQueue());
    this.#array = new Int32Array(places).fill(NONE);
    this.#held = new Uint8Array(places);
    this.#register = new Int32Array(places).fill(NONE);
    this.#read = simulation.register((unit) => this.#onRead(unit));
    this.#crossed = simulation.register((unit) => this.#onCrossed(unit));
  }

  /** Time in which the link was taken, and the mean of that in which a unit read, in ps. */
  get busy(): Picoseconds {
    return this.#link.busy;
  }

  get unitTime(): Picoseconds {
    return this.#unitTime / this.#parameters.units;
  }

  /** A message that takes its turn on the link now: done(a, 0) when it is through. */
  message(done: HandlerId, a: number): void {
    this.#link.send(0, 0, done, a);
  }

  /** Gives the pages of a read to their units now. */
  read(command: number, offset: number, bytes: number): void {
    const { pageBytes } = this.#parameters;
    while (command >= this.#left.length) this.#left = grown(this.#left, 2 * this.#left.length);
    this.#left[command] = bytes;
    const end = offset + bytes;
    const first = Math.floor(offset / pageBytes);
    let page = first;
    let unit = 0;
    let from = offset;
    for (; from < end; page++) {
      const to = Math.min(end, (page + 1) * pageBytes);
      unit = unitOf(page, this.#parameters);
      this.#add(command, this.#placeOf(unit), to - from);
      from = to;
    }
    if (page === first + 1) this.#kick(unit % this.#channels);
    else for (let channel = 0; channel < this.#channels; channel++) this.#kick(channel);
  }

  /** Consecutive units are on consecutive channels; places are numbered channel by channel. */
  #placeOf(unit: number): number {
    const channels = this.#channels;
    return (unit % channels) * this.#unitsPerChannel + Math.floor(unit / channels);
  }

  #add(command: number, unit: number, bytes: number): void {
    const page = this.#pages.take();
    if (page >= this.#command.length) this.#grow();
    this.#command[page] = command;
    this.#bytes[page] = bytes;
    this.#waiting[unit].push(page);
    this.#update(unit);
  }

  #update(unit: number): void {
    this.#turns.setReady(unit, this.#array[unit] === NONE && this.#waiting[unit].length > 0);
  }

  /** Lets a channel begin what it should do now; its commands take no time here, so that several may go at once. */
  #kick(channel: number): void {
    const turns = this.#turns;
    for (let next = turns.next(channel); next === COMMAND; next = turns.next(channel)) {
      this.#begin(turns.takeCommand(channel));
      turns.release(channel);
    }
    if (turns.next(channel) === DATA) this.#move(turns.takeData(channel));
  }

  /** The unit reads the oldest page that waits for it. */
  #begin(unit: number): void {
    const { accessTime, readTail } = this.#parameters;
    const time = accessTime + drawTail(readTail, this.#random);
    this.#array[unit] = this.#waiting[unit].shift();
    this.#unitTime += time;
    this.#update(unit);
    this.#simulation.after(time, this.#read, unit);
  }

  #onRead(unit: number): void {
    if (this.#register[unit] === NONE) this.#expose(unit);
    else this.#held[unit] = 1;
    this.#kick(this.#turns.channelOf(unit));
  }

  /** The page goes to the register and waits for the channel. */
  #expose(unit: number): void {
    this.#register[unit] = this.#array[unit];
    this.#array[unit] = NONE;
    this.#held[unit] = 0;
    this.#turns.addData(this.#turns.channelOf(unit), unit);
    this.#update(unit);
  }

  #move(unit: number): void {
    const time = duration(this.#bytes[this.#register[unit]], this.#parameters.nandRate);
    this.#simulation.after(time, this.#crossed, unit);
  }

  #onCrossed(unit: number): void {
    const channel = this.#turns.channelOf(unit);
    const page = this.#register[unit];
    const command = this.#command[page];
    const bytes = this.#bytes[page];
    this.#pages.release(page);
    this.#register[unit] = NONE;
    this.#turns.endData(channel);
    this.#turns.release(channel);
    if (this.#held[unit]) this.#expose(unit);
    this.#left[command] -= bytes;
    this.#link.send(bytes, 0, this.#left[command] === 0 ? this.#done : NOBODY, command);
    this.#kick(channel);
  }

  #grow(): void {
    const { capacity } = this.#pages;
    this.#command = grown(this.#command, capacity);
    this.#bytes = grown(this.#bytes, capacity);
  }
}
