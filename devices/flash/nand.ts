/**
 * The NAND of a drive: targets (planes, dies or chips, whichever takes one command at a time) on channels.
 *
 * A read waits for its target, takes the channel for its command, the array for tR, and the channel again for its data
 * (read-commands). The target takes its next command when its pages are out, or with cache read when they are in the
 * register (targets). Channels serve targets in turn and data in the order in which it became ready (channel-turns).
 * A program moves its data to the target and then holds the array for tPROG, an erase for tBERS (program-commands); reads go
 * first, and may suspend either. Source of the rules: facts of MQSim's TSU_OutOfOrder and NVM_PHY_ONFI_NVDDR2 (7ec40e3),
 * with its choices as options.
 */
import { duration, type HandlerId, type Simulation } from '../../sim/index.ts';
import { ChannelTurns, COMMAND, DATA } from './channel-turns.ts';
import { type FlashGeometry, planeCount } from './geometry.ts';
import { NandActivity } from './nand-activity.ts';
import { PROGRAM, READ_PAGES } from './operations.ts';
import { ProgramCommands } from './program-commands.ts';
import { ReadCommands } from './read-commands.ts';
import { ERASED, TargetWrites } from './target-writes.ts';
import { Targets } from './targets.ts';
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

export class Nand {
  readonly activity: NandActivity;
  /** Planes that a program writes or an erase empties, and the bytes of a program. */
  readonly planesAtOnce: number;
  readonly programBytes: number;
  readonly targetsPerChannel: number;
  readonly #sim: Simulation;
  readonly #rate: number;
  readonly #planesPerTarget: number;
  readonly #piece: number;
  readonly #targets: Targets;
  readonly #writes: TargetWrites;
  readonly #turns: ChannelTurns;
  readonly #reads: ReadCommands;
  readonly #programs: ProgramCommands;
  readonly #pieceMoved: HandlerId;
  readonly #moved: HandlerId;
  readonly #written: HandlerId;

  /**
   * @param moved called as moved(command, bytes) when bytes of a command's pages have crossed a channel
   * @param written called as written(tag, 0) at the end of a program, and as written(ERASED, 0) at that of an erase
   */
  constructor(sim: Simulation, options: NandOptions, moved: HandlerId, written: HandlerId) {
    const { geometry, nand, channel, dieParallelism, program } = options;
    const { channels, planes, dies, pageBytes } = geometry;
    const planesPerTarget = { plane: 1, die: planes, chip: planes * dies }[dieParallelism];
    const count = planeCount(geometry) / planesPerTarget;
    this.#sim = sim;
    this.#rate = channel.rate;
    this.#moved = moved;
    this.#written = written;
    this.#planesPerTarget = planesPerTarget;
    this.targetsPerChannel = count / channels;
    this.#piece = Math.min(options.pieceBytes ?? pageBytes, pageBytes);
    this.planesAtOnce = Math.min(planes, planesPerTarget);
    this.programBytes = this.planesAtOnce * pageBytes * (program?.pagesAtOnce ?? 1);
    const activity = new NandActivity(sim, count, channels);
    const turns = new ChannelTurns(channels, this.targetsPerChannel, channel.priority ?? 'interleave');
    const sent = sim.register((c) => this.#onCommandSent(c));
    const arrayDone = sim.register((operation) => this.#onArrayDone(operation));
    const writes = new TargetWrites(sim, program, count, arrayDone);
    const targets = new Targets(sim, count, planes, turns, writes, nand.cacheRead ?? true);
    this.activity = activity;
    this.#turns = turns;
    this.#writes = writes;
    this.#targets = targets;
    this.#reads = new ReadCommands(sim, options, targets, writes, activity, sent, arrayDone);
    const { programBytes } = this;
    this.#programs = new ProgramCommands(sim, channel, programBytes, targets, writes, turns, activity, sent);
    this.#pieceMoved = sim.register((operation, bytes) => this.#onPieceMoved(operation, bytes));
  }

  /** Number of targets; a program or an erase names one. */
  get targets(): number {
    return this.#targets.count;
  }

  firstPlaneOf(target: number): number {
    return target * this.#planesPerTarget;
  }

  channelOf(plane: number): number {
    return Math.floor(plane / (this.#planesPerTarget * this.targetsPerChannel));
  }

  /** Queues the read of `bytes` of a page for a command. It starts at the next `kick` of the plane's channel. */
  read(command: number, plane: number, page: number, bytes: number): void {
    const target = Math.floor(plane / this.#planesPerTarget);
    this.#targets.pages.add(target, command, plane, page, bytes, this.#sim.now);
    this.#targets.update(target);
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
    this.#targets.update(target);
    this.kick(this.#turns.channelOf(target));
  }

  /** Lets a channel, if it is free, begin what it should do now. */
  kick(channel: number): void {
    const next = this.#turns.next(channel);
    if (next === DATA) this.#move(channel);
    else if (next === COMMAND) this.#issue(channel, this.#turns.takeCommand(channel));
  }

  /** Starts the next operation of a target: reads before programs and erases. */
  #issue(channel: number, target: number): void {
    if (this.#targets.canRead(target)) this.#reads.issue(channel, target);
    else this.#programs.issue(channel, target);
  }

  #onCommandSent(channel: number): void {
    this.#turns.release(channel);
    this.kick(channel);
  }

  #onArrayDone(operation: number): void {
    const { operations } = this.#targets;
    const target = operations.targetOf(operation);
    if (operations.kind[operation] === READ_PAGES) {
      this.#targets.endRead(target, operation);
    } else {
      this.#targets.end(target);
      this.#sim.call(this.#written, this.#programs.tagOf(operation), 0);
    }
    this.kick(this.#turns.channelOf(target));
  }

  /** Moves the next piece of the channel's oldest data. */
  #move(channel: number): void {
    const { operations } = this.#targets;
    const first = this.#turns.beginsData(channel);
    const operation = this.#turns.takeData(channel);
    if (first && operations.kind[operation] === READ_PAGES) {
      this.activity.dataStarts(channel, operations.time[operation]);
    }
    const bytes = Math.min(operations.left[operation], this.#piece);
    const time = duration(bytes, this.#rate);
    this.activity.data(channel, time);
    this.#sim.after(time, this.#pieceMoved, operation, bytes);
  }

  #onPieceMoved(operation: number, bytes: number): void {
    const { operations } = this.#targets;
    const target = operations.targetOf(operation);
    const channel = this.#turns.channelOf(target);
    this.#turns.release(channel);
    operations.left[operation] -= bytes;
    if (operations.kind[operation] !== PROGRAM) {
      this.#readMoved(channel, target, operation, bytes);
    } else if (operations.left[operation] === 0) {
      this.#turns.endData(channel);
      this.#programs.work(target, operation, 0);
    }
    this.kick(channel);
  }

  /** Bytes of the page that is crossing the channel have crossed it; after its last the operation's next page follows. */
  #readMoved(channel: number, target: number, operation: number, bytes: number): void {
    const { pages, operations } = this.#targets;
    const page = operations.pageAt(operation, operations.next[operation]);
    const command = pages.commandOf(page);
    if (operations.left[operation] === 0) {
      pages.release(page);
      const next = ++operations.next[operation];
      if (next < operations.count[operation]) {
        operations.left[operation] = pages.bytesOf(operations.pageAt(operation, next));
      } else {
        this.#turns.endData(channel);
        this.#targets.freeRegister(target);
      }
    }
    this.#sim.call(this.#moved, command, bytes);
  }
}
