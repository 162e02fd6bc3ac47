/**
 * The NAND of a drive: targets (planes, dies or chips, whichever takes one command at a time) on channels.
 *
 * A read waits for its target, takes the channel for its command, the array for tR, and the channel again for its data.
 * The oldest read of a target fixes the die and the page offset; reads of the die's other planes at that offset join it.
 * The target takes its next command when its pages are out, or with cache read when they are in the register. Channels
 * serve targets in turn and data in the order in which it became ready. A program moves its data to the target and then
 * holds the array for tPROG, an erase for tBERS; reads go first, and may suspend either. Source of the rules: facts of MQSim's
 * TSU_OutOfOrder and NVM_PHY_ONFI_NVDDR2 (7ec40e3), with its choices as options.
 */
import { duration, type HandlerId, type Picoseconds, type Simulation } from '../../sim/index.ts';
import { ChannelTurns, COMMAND, DATA } from './channel-turns.ts';
import { type FlashGeometry, planeCount } from './geometry.ts';
import { NandActivity } from './nand-activity.ts';
import { ERASE, Operations, PROGRAM, READ_PAGES } from './operations.ts';
import { PageQueue } from './page-queue.ts';
import { ReadTime } from './read-time.ts';
import { ERASED, TargetWrites } from './target-writes.ts';
import type { ChannelTiming, DieParallelism, NandTiming, ProgramTiming } from './timing.ts';

export interface NandOptions {
  readonly name: string;
  readonly geometry: FlashGeometry;
  readonly nand: NandTiming;
  readonly channel: ChannelTiming;
  /** Absent: nothing is programmed or erased. */
  readonly program?: ProgramTiming;
  readonly dieParallelism: DieParallelism;
  /** Largest piece in which a page crosses the channel; default the page. */
  readonly pieceBytes?: number;
}

const NONE = -1;

export class Nand {
  readonly activity: NandActivity;
  /** Planes that a program writes or an erase empties, and the bytes of a program. */
  readonly planesAtOnce: number;
  readonly programBytes: number;
  readonly #sim: Simulation;
  readonly #options: NandOptions;
  readonly #planes: number;
  readonly #planesPerTarget: number;
  readonly #targetsPerChannel: number;
  readonly #joins: boolean;
  readonly #cacheRead: boolean;
  readonly #piece: number;
  readonly #inTurn: boolean;
  readonly #readTime: ReadTime;
  readonly #moved: HandlerId;
  readonly #written: HandlerId;

  readonly #pages: PageQueue;
  readonly #operations: Operations;
  /** Of each target: the operation in its array (or held there by a full register), and the one in its register. */
  readonly #array: Int32Array;
  readonly #held: Uint8Array;
  readonly #register: Int32Array;
  readonly #writes: TargetWrites;
  readonly #turns: ChannelTurns;

  readonly #commandSent: HandlerId;
  readonly #arrayDone: HandlerId;
  readonly #pieceMoved: HandlerId;

  /**
   * @param moved called as moved(command, bytes) when bytes of a command's pages have crossed a channel
   * @param written called as written(tag, 0) at the end of a program, and as written(ERASED, 0) at that of an erase
   */
  constructor(sim: Simulation, options: NandOptions, moved: HandlerId, written: HandlerId) {
    const { name, geometry, nand, channel, dieParallelism } = options;
    const targetPlanes = { plane: 1, die: geometry.planes, chip: geometry.planes * geometry.dies };
    this.#sim = sim;
    this.#options = options;
    this.#moved = moved;
    this.#written = written;
    this.#planes = geometry.planes;
    this.#planesPerTarget = targetPlanes[dieParallelism];
    const targets = planeCount(geometry) / this.#planesPerTarget;
    this.#targetsPerChannel = targets / geometry.channels;
    this.#joins = (nand.multiPlane ?? true) && dieParallelism !== 'plane' && geometry.planes > 1;
    this.#cacheRead = nand.cacheRead ?? true;
    this.#piece = Math.min(options.pieceBytes ?? geometry.pageBytes, geometry.pageBytes);
    this.#inTurn = (channel.priority ?? 'interleave') === 'interleave';
    this.#readTime = new ReadTime(nand, sim.random(`${name}/read-retry`));
    this.#pages = new PageQueue(targets, geometry.planes);
    this.#operations = new Operations(targets, geometry.planes);
    this.#array = new Int32Array(targets).fill(NONE);
    this.#held = new Uint8Array(targets);
    this.#register = new Int32Array(targets).fill(NONE);
    this.planesAtOnce = Math.min(this.#planes, this.#planesPerTarget);
    this.programBytes = this.planesAtOnce * geometry.pageBytes * (options.program?.pagesAtOnce ?? 1);
    const { channels } = geometry;
    this.activity = new NandActivity(sim, targets, channels);
    this.#turns = new ChannelTurns(channels, this.#targetsPerChannel, channel.priority ?? 'interleave');
    this.#commandSent = sim.register((c) => this.#onCommandSent(c));
    this.#arrayDone = sim.register((operation) => this.#onArrayDone(operation));
    this.#writes = new TargetWrites(sim, options.program, targets, this.#arrayDone);
    this.#pieceMoved = sim.register((operation, bytes) => this.#onPieceMoved(operation, bytes));
  }

  /** Queues the read of `bytes` of a page for a command. It starts at the next `kick` of the plane's channel. */
  read(command: number, plane: number, page: number, bytes: number): void {
    const target = Math.floor(plane / this.#planesPerTarget);
    this.#pages.add(target, command, plane, page, bytes, this.#sim.now);
    this.#update(target);
  }

  /** Number of targets; a program or an erase names one. */
  get targets(): number {
    return this.#array.length;
  }

  get targetsPerChannel(): number {
    return this.#targetsPerChannel;
  }

  firstPlaneOf(target: number): number {
    return target * this.#planesPerTarget;
  }

  /** Queues a program of `programBytes` on a target; `tag` is one of the kinds of program. */
  program(target: number, tag: number): void {
    this.#queueWrite(target, tag);
  }

  /** Queues the erase of a block (of all its planes) on a target; written(-1, 0) is called at its end. */
  erase(target: number): void {
    this.#queueWrite(target, ERASED);
  }

  #queueWrite(target: number, write: number): void {
    this.#writes.queue(target, write);
    this.#update(target);
    this.kick(this.#turns.channelOf(target));
  }

  channelOf(plane: number): number {
    return Math.floor(plane / (this.#planesPerTarget * this.#targetsPerChannel));
  }

  /** Lets a channel, if it is free, begin what it should do now. */
  kick(channel: number): void {
    const next = this.#turns.next(channel);
    if (next === DATA) this.#move(channel);
    else if (next === COMMAND) this.#issue(channel, this.#turns.takeCommand(channel));
  }

  /** Starts the next operation of a target: reads before programs and erases. */
  #issue(channel: number, target: number): void {
    if (this.#canRead(target)) this.#issueRead(channel, target);
    else this.#issueWrite(channel, target);
  }

  /** The command takes the channel, then the array works. */
  #issueRead(channel: number, target: number): void {
    const { base, perPlane, planeBusy } = this.#options.channel;
    this.#writes.overtake(target);
    const suspension = this.#array[target] === NONE ? 0 : this.#writes.suspend(target);
    const operation = this.#operations.readPlace(target, this.#register[target]);
    const readTime = this.#gather(target, operation);
    const planes = this.#operations.count[operation];
    const busy = (planes - 1) * planeBusy;
    const command = base + planes * perPlane;
    const held = this.#inTurn ? command : command + busy;
    this.#array[target] = operation;
    this.#update(target);
    this.activity.command(channel, held);
    this.activity.array(target, suspension + readTime);
    this.#sim.after(held, this.#commandSent, channel);
    const time = command + busy + suspension + readTime + (this.#options.nand.readyTime ?? 0);
    this.#sim.after(time, this.#arrayDone, operation);
  }

  #issueWrite(channel: number, target: number): void {
    const { base, perPlane } = this.#options.channel;
    const operations = this.#operations;
    const operation = operations.writePlace(target);
    const tag = this.#writes.take(target);
    const command = base + perPlane;
    operations.begin(operation, tag === ERASED ? ERASE : PROGRAM);
    operations.add(operation, tag);
    this.#array[target] = operation;
    this.#update(target);
    this.activity.command(channel, command);
    this.#sim.after(command, this.#commandSent, channel);
    if (tag === ERASED) {
      this.#beginWrite(target, operation, command);
    } else {
      operations.left[operation] = this.programBytes;
      this.#turns.addData(channel, operation);
    }
  }

  /** The array begins a program or an erase in `delay`. */
  #beginWrite(target: number, operation: number, delay: Picoseconds): void {
    const time = this.#writes.timeOf(this.#operations.pageAt(operation, 0));
    this.#writes.work(target, operation, delay + time);
    this.activity.array(target, time);
    this.#update(target);
  }

  /** Takes the oldest read of the target and those that can join it into `operation`. @returns the array's time */
  #gather(target: number, operation: number): Picoseconds {
    const pages = this.#pages;
    const operations = this.#operations;
    const first = pages.first(target);
    const plane = pages.planeOf(first);
    const page = pages.pageOf(first);
    let bytes = pages.bytesOf(first);
    this.activity.pageStarts(target, pages.timeOf(first));
    operations.begin(operation, READ_PAGES);
    pages.remove(target, first);
    operations.add(operation, first);
    if (this.#joins) {
      const die = plane - (plane % this.#planes);
      for (let other = die; other < die + this.#planes; other++) {
        const read = other === plane ? NONE : pages.find(other, page);
        if (read === NONE) continue;
        pages.remove(target, read);
        this.activity.pageStarts(target, pages.timeOf(read));
        operations.add(operation, read);
        operations.sortLast(operation, pages);
        if (pages.bytesOf(read) > bytes) bytes = pages.bytesOf(read);
      }
    }
    return this.#readTime.draw(page, bytes);
  }

  #onCommandSent(channel: number): void {
    this.#turns.release(channel);
    this.kick(channel);
  }

  #onArrayDone(operation: number): void {
    const target = this.#operations.targetOf(operation);
    if (this.#operations.kind[operation] !== READ_PAGES) this.#endWrite(target, operation);
    else if (this.#register[target] === NONE) this.#expose(target, operation);
    else this.#held[target] = 1;
    this.kick(this.#turns.channelOf(target));
  }

  #endWrite(target: number, operation: number): void {
    this.#array[target] = NONE;
    this.#writes.end(target);
    this.#update(target);
    this.#sim.call(this.#written, this.#operations.pageAt(operation, 0), 0);
  }

  /** The pages go from the array to the register and wait for the channel. */
  #expose(target: number, operation: number): void {
    const operations = this.#operations;
    this.#array[target] = NONE;
    this.#held[target] = 0;
    this.#register[target] = operation;
    operations.time[operation] = this.#sim.now;
    operations.left[operation] = this.#pages.bytesOf(operations.pageAt(operation, 0));
    this.#turns.addData(this.#turns.channelOf(target), operation);
    this.#update(target);
  }

  /** Moves the next piece of the channel's oldest data. */
  #move(channel: number): void {
    const { rate } = this.#options.channel;
    const first = this.#turns.beginsData(channel);
    const operation = this.#turns.takeData(channel);
    if (first && this.#operations.kind[operation] === READ_PAGES) {
      this.activity.dataStarts(channel, this.#operations.time[operation]);
    }
    const bytes = Math.min(this.#operations.left[operation], this.#piece);
    const time = duration(bytes, rate);
    this.activity.data(channel, time);
    this.#sim.after(time, this.#pieceMoved, operation, bytes);
  }

  #onPieceMoved(operation: number, bytes: number): void {
    const operations = this.#operations;
    const target = operations.targetOf(operation);
    const channel = this.#turns.channelOf(target);
    this.#turns.release(channel);
    operations.left[operation] -= bytes;
    if (operations.kind[operation] === PROGRAM) {
      if (operations.left[operation] === 0) {
        this.#turns.endData(channel);
        this.#beginWrite(target, operation, 0);
      }
      this.kick(channel);
      return;
    }
    const page = operations.pageAt(operation, operations.next[operation]);
    const command = this.#pages.commandOf(page);
    if (operations.left[operation] === 0) {
      this.#pages.release(page);
      const next = ++operations.next[operation];
      if (next < operations.count[operation]) {
        operations.left[operation] = this.#pages.bytesOf(operations.pageAt(operation, next));
      } else {
        this.#turns.endData(channel);
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

  /** Whether the oldest read of a target may start. */
  #canRead(target: number): boolean {
    if (this.#pages.first(target) === NONE) return false;
    if (this.#register[target] !== NONE && !this.#cacheRead) return false;
    return this.#array[target] === NONE ? !this.#writes.isDue(target) : this.#writes.suspendable(target);
  }

  /** Resumes what was suspended when no read wants the target, and tells the channel whether the target could take a command. */
  #update(target: number): void {
    const idle = this.#array[target] === NONE && this.#register[target] === NONE;
    let ready = this.#canRead(target);
    if (idle && !ready) {
      if (this.#writes.suspended(target)) {
        this.#array[target] = this.#operations.writePlace(target);
        this.#writes.resume(target, this.#array[target]);
      } else {
        ready = this.#writes.waits(target);
      }
    }
    this.#turns.setReady(target, ready);
  }
}
