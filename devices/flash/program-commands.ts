/**
 * Program and erase commands: the command takes the channel; a program's data follows over the channel, and then the array
 * works for tPROG; an erase holds the array for tBERS at once.
 */
import type { HandlerId, Picoseconds, Simulation } from '../../sim/index.ts';
import type { ChannelTurns } from './channel-turns.ts';
import type { NandActivity } from './nand-activity.ts';
import { ERASE, PROGRAM } from './operations.ts';
import { ERASED, type TargetWrites } from './target-writes.ts';
import type { Targets } from './targets.ts';
import type { ChannelTiming } from './timing.ts';

export class ProgramCommands {
  readonly #sim: Simulation;
  readonly #channel: ChannelTiming;
  readonly #programBytes: number;
  readonly #targets: Targets;
  readonly #writes: TargetWrites;
  readonly #turns: ChannelTurns;
  readonly #activity: NandActivity;
  readonly #commandSent: HandlerId;

  /**
   * @param programBytes of a program
   * @param commandSent called as commandSent(channel, 0) when the channel is free again
   */
  constructor(
    sim: Simulation,
    channel: ChannelTiming,
    programBytes: number,
    targets: Targets,
    writes: TargetWrites,
    turns: ChannelTurns,
    activity: NandActivity,
    commandSent: HandlerId,
  ) {
    this.#sim = sim;
    this.#channel = channel;
    this.#programBytes = programBytes;
    this.#targets = targets;
    this.#writes = writes;
    this.#turns = turns;
    this.#activity = activity;
    this.#commandSent = commandSent;
  }

  /** Starts what waits on a target, on its channel, which is free. */
  issue(channel: number, target: number): void {
    const { base, perPlane } = this.#channel;
    const { operations } = this.#targets;
    const operation = operations.writePlace(target);
    const tag = this.#writes.take(target);
    const command = base + perPlane;
    operations.begin(operation, tag === ERASED ? ERASE : PROGRAM);
    operations.add(operation, tag);
    this.#targets.begin(target, operation);
    this.#activity.command(channel, command);
    this.#sim.after(command, this.#commandSent, channel);
    if (tag === ERASED) {
      this.work(target, operation, command);
    } else {
      operations.left[operation] = this.#programBytes;
      this.#turns.addData(channel, operation);
    }
  }

  /** The array begins a program or an erase in `delay`. */
  work(target: number, operation: number, delay: Picoseconds): void {
    const time = this.#writes.timeOf(this.tagOf(operation));
    this.#writes.work(target, operation, delay + time);
    this.#activity.array(target, time);
    this.#targets.update(target);
  }

  /** The kind of program, or ERASED. */
  tagOf(operation: number): number {
    return this.#targets.operations.pageAt(operation, 0);
  }
}
