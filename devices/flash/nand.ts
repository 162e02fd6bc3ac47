/**
 * The NAND of a drive: targets (planes, dies or chips, whichever takes one command at a time) on channels.
 *
 * A read waits for its target, takes the channel for its command, the array for tR, and the channel again for its data.
 * The oldest read of a target fixes the die and the page offset; reads of the die's other planes at that offset join it.
 * The target takes its next command when its pages are out, or with cache read when they are in the register. Channels
 * serve targets in turn and data in the order in which it became ready. Source of the rules: facts of MQSim's
 * TSU_OutOfOrder and NVM_PHY_ONFI_NVDDR2 (7ec40e3), with its choices as options.
 */
import { duration, type HandlerId, type Picoseconds, type Simulation } from '../../sim/index.ts';
import { IntegerQueue } from '../integer-queue.ts';
import type { TailStep } from '../queue-parameters.ts';
import { type FlashGeometry, planeCount } from './geometry.ts';
import { Operations, READ_PAGES } from './operations.ts';
import { PageQueue } from './page-queue.ts';
import { ReadySet } from './ready-set.ts';
import type { ChannelTiming, DieParallelism, NandTiming } from './timing.ts';

export interface NandOptions {
  readonly name: string;
  readonly geometry: FlashGeometry;
  readonly nand: NandTiming;
  readonly channel: ChannelTiming;
  readonly dieParallelism: DieParallelism;
  /** Largest piece in which a page crosses the channel; default the page. */
  readonly pieceBytes?: number;
}

const NONE = -1;

export class Nand {
  readonly #sim: Simulation;
  readonly #options: NandOptions;
  readonly #planes: number;
  readonly #planesPerTarget: number;
  readonly #targetsPerChannel: number;
  readonly #joins: boolean;
  readonly #cacheRead: boolean;
  readonly #inTurn: boolean;
  readonly #dataFirst: boolean;
  readonly #tail: readonly TailStep[];
  readonly #random: () => number;
  readonly #moved: HandlerId;

  readonly #pages: PageQueue;
  readonly #operations: Operations;
  /** Of each target: the operation in its array (or held there by a full register), and the one in its register. */
  readonly #array: Int32Array;
  readonly #held: Uint8Array;
  readonly #register: Int32Array;
  /** Of each channel. */
  readonly #ready: ReadySet[];
  readonly #data: IntegerQueue[];
  readonly #moving: Int32Array;
  readonly #busy: Uint8Array;
  readonly #commandNext: Uint8Array;

  readonly #commandSent: HandlerId;
  readonly #arrayDone: HandlerId;
  readonly #pieceMoved: HandlerId;
  readonly #orderOf = (page: number): number => this.#pages.orderOf(page);

  /** @param moved called as moved(command, bytes) when bytes of a command's pages have crossed a channel */
  constructor(sim: Simulation, options: NandOptions, moved: HandlerId) {
    const { name, geometry, nand, channel, dieParallelism } = options;
    const targetPlanes = { plane: 1, die: geometry.planes, chip: geometry.planes * geometry.dies };
    this.#sim = sim;
    this.#options = options;
    this.#moved = moved;
    this.#planes = geometry.planes;
    this.#planesPerTarget = targetPlanes[dieParallelism];
    const targets = planeCount(geometry) / this.#planesPerTarget;
    this.#targetsPerChannel = targets / geometry.channels;
    this.#joins = (nand.multiPlane ?? true) && dieParallelism !== 'plane' && geometry.planes > 1;
    this.#cacheRead = nand.cacheRead ?? true;
    this.#inTurn = (channel.priority ?? 'interleave') === 'interleave';
    this.#dataFirst = channel.priority === 'data-first';
    this.#tail = nand.readTail ?? [];
    this.#random = sim.random(`${name}/read-retry`);
    this.#pages = new PageQueue(targets);
    this.#operations = new Operations(targets, geometry.planes);
    this.#array = new Int32Array(targets).fill(NONE);
    this.#held = new Uint8Array(targets);
    this.#register = new Int32Array(targets).fill(NONE);
    const { channels } = geometry;
    this.#ready = Array.from({ length: channels }, () => new ReadySet(this.#targetsPerChannel));
    this.#data = Array.from({ length: channels }, () => new IntegerQueue());
    this.#moving = new Int32Array(channels).fill(NONE);
    this.#busy = new Uint8Array(channels);
    this.#commandNext = new Uint8Array(channels);
    this.#commandSent = sim.register((c) => this.#onCommandSent(c));
    this.#arrayDone = sim.register((operation) => this.#onArrayDone(operation));
    this.#pieceMoved = sim.register((operation, bytes) => this.#onPieceMoved(operation, bytes));
  }

  /** Queues the read of `bytes` of a page for a command. It starts at the next `kick` of the plane's channel. */
  read(command: number, plane: number, page: number, bytes: number): void {
    const target = Math.floor(plane / this.#planesPerTarget);
    this.#pages.add(target, command, plane, page, bytes, this.#sim.now);
    this.#update(target);
  }

  channelOf(plane: number): number {
    return Math.floor(plane / (this.#planesPerTarget * this.#targetsPerChannel));
  }

  /** Lets a channel, if it is free, begin what it should do now. */
  kick(channel: number): void {
    if (this.#busy[channel]) return;
    const ready = this.#ready[channel];
    const data = this.#moving[channel] !== NONE || this.#data[channel].length > 0;
    if (data && (ready.empty || (this.#inTurn ? !this.#commandNext[channel] : this.#dataFirst))) {
      this.#move(channel);
    } else if (!ready.empty) {
      this.#issue(channel, channel * this.#targetsPerChannel + ready.next());
    }
  }

  /** Starts the next read of a target: its command takes the channel, then the array works. */
  #issue(channel: number, target: number): void {
    const { base, perPlane, planeBusy } = this.#options.channel;
    const operation = this.#operations.readPlace(target, this.#register[target]);
    const readTime = this.#gather(target, operation);
    const planes = this.#operations.count[operation];
    const busy = (planes - 1) * planeBusy;
    const command = base + planes * perPlane;
    const held = this.#inTurn ? command : command + busy;
    this.#array[target] = operation;
    this.#busy[channel] = 1;
    this.#commandNext[channel] = 0;
    this.#update(target);
    this.#sim.after(held, this.#commandSent, channel);
    const time = command + busy + readTime + (this.#options.nand.readyTime ?? 0);
    this.#sim.after(time, this.#arrayDone, operation);
  }

  /** Takes the oldest read of the target and those that can join it into `operation`. @returns the array's time */
  #gather(target: number, operation: number): Picoseconds {
    const pages = this.#pages;
    const operations = this.#operations;
    const first = pages.first(target);
    const plane = pages.planeOf(first);
    const page = pages.pageOf(first);
    let bytes = pages.bytesOf(first);
    operations.begin(operation, READ_PAGES);
    pages.remove(target, first);
    operations.add(operation, first);
    if (this.#joins) {
      const die = plane - (plane % this.#planes);
      for (let other = die; other < die + this.#planes; other++) {
        const read = other === plane ? NONE : pages.find(other, page);
        if (read === NONE) continue;
        pages.remove(target, read);
        operations.add(operation, read);
        operations.sortLast(operation, this.#orderOf);
        if (pages.bytesOf(read) > bytes) bytes = pages.bytesOf(read);
      }
    }
    return this.#readTime(page, bytes);
  }

  #readTime(page: number, bytes: number): Picoseconds {
    const { readTimes, partialRead } = this.#options.nand;
    const times = partialRead && bytes <= partialRead.bytes ? partialRead.readTimes : readTimes;
    const time = times.length === 1 ? times[0] : times[page % times.length];
    if (this.#tail.length === 0) return time;
    let draw = this.#random();
    for (const { share, extra } of this.#tail) {
      if (draw < share) return time + extra;
      draw -= share;
    }
    return time;
  }

  #onCommandSent(channel: number): void {
    this.#busy[channel] = 0;
    this.kick(channel);
  }

  #onArrayDone(operation: number): void {
    const target = this.#operations.targetOf(operation);
    if (this.#register[target] === NONE) this.#expose(target, operation);
    else this.#held[target] = 1;
    this.kick(Math.floor(target / this.#targetsPerChannel));
  }

  /** The pages go from the array to the register and wait for the channel. */
  #expose(target: number, operation: number): void {
    const operations = this.#operations;
    this.#array[target] = NONE;
    this.#held[target] = 0;
    this.#register[target] = operation;
    operations.left[operation] = this.#pages.bytesOf(operations.pageAt(operation, 0));
    this.#data[Math.floor(target / this.#targetsPerChannel)].push(operation);
    this.#update(target);
  }

  /** Moves the next piece of the channel's oldest data. */
  #move(channel: number): void {
    const { rate } = this.#options.channel;
    let operation = this.#moving[channel];
    if (operation === NONE) {
      operation = this.#data[channel].shift();
      this.#moving[channel] = operation;
    }
    const bytes = Math.min(this.#operations.left[operation], this.#options.pieceBytes ?? Infinity);
    this.#busy[channel] = 1;
    this.#commandNext[channel] = 1;
    this.#sim.after(duration(bytes, rate), this.#pieceMoved, operation, bytes);
  }

  #onPieceMoved(operation: number, bytes: number): void {
    const operations = this.#operations;
    const target = operations.targetOf(operation);
    const channel = Math.floor(target / this.#targetsPerChannel);
    const page = operations.pageAt(operation, operations.next[operation]);
    const command = this.#pages.commandOf(page);
    this.#busy[channel] = 0;
    operations.left[operation] -= bytes;
    if (operations.left[operation] === 0) {
      this.#pages.release(page);
      const next = ++operations.next[operation];
      if (next < operations.count[operation]) {
        operations.left[operation] = this.#pages.bytesOf(operations.pageAt(operation, next));
      } else {
        this.#moving[channel] = NONE;
        this.#freeRegister(target);
      }
    }
    this.#sim.call(this.#moved, command, bytes);
    this.kick(channel);
  }

  #freeRegister(target: number): void {
    this.#register[target] = NONE;
    if (this.#held[target]) this.#expose(target, this.#array[target]);
    else this.#update(target);
  }

  /** Tells the channel whether the target could take a command. */
  #update(target: number): void {
    const idle = this.#array[target] === NONE && (this.#cacheRead || this.#register[target] === NONE);
    const channel = Math.floor(target / this.#targetsPerChannel);
    const ready = idle && this.#pages.first(target) !== NONE;
    this.#ready[channel].set(target - channel * this.#targetsPerChannel, ready);
  }
}
