/**
 * The programs and erases of each target: those that wait, the one under way, and its suspension for reads. A suspended
 * operation keeps what is left of its time, plus the time to resume, and goes on when no read wants the target.
 */
import type { EventId, HandlerId, Picoseconds, Simulation } from '../../sim/index.ts';
import { IntegerQueue } from '../integer-queue.ts';
import { type ProgramTiming, SLC_PROGRAM } from './timing.ts';

/** In the place of a program's tag. */
export const ERASED = -1;

const NO_EVENT = 0;

export class TargetWrites {
  readonly #sim: Simulation;
  readonly #timing: ProgramTiming | undefined;
  readonly #arrayDone: HandlerId;
  readonly #waiting: IntegerQueue[];
  /** Event at the end of the array's work, 0 while it does not work, and its instant. */
  readonly #event: Float64Array;
  readonly #end: Float64Array;
  /** How often the operation was suspended, what is left of it (0: not suspended), and reads that went before the next. */
  readonly #suspensions: Int32Array;
  readonly #left: Float64Array;
  readonly #overtaken: Int32Array;
  #programs = 0;

  /** @param arrayDone called with the operation when its array time is over */
  constructor(sim: Simulation, timing: ProgramTiming | undefined, targets: number, arrayDone: HandlerId) {
    this.#sim = sim;
    this.#timing = timing;
    this.#arrayDone = arrayDone;
    this.#waiting = Array.from({ length: timing ? targets : 0 }, () => new IntegerQueue());
    this.#event = new Float64Array(targets);
    this.#end = new Float64Array(targets);
    this.#suspensions = new Int32Array(targets);
    this.#left = new Float64Array(targets);
    this.#overtaken = new Int32Array(targets);
  }

  queue(target: number, tag: number): void {
    this.#waiting[target].push(tag);
  }

  waits(target: number): boolean {
    return this.#timing !== undefined && this.#waiting[target].length > 0;
  }

  /** Whether no further read may go before what is suspended or waits. */
  isDue(target: number): boolean {
    if (this.suspended(target)) return !this.#mayInterrupt(target);
    return this.waits(target) && this.#overtaken[target] >= (this.#timing?.readsFirst ?? Infinity);
  }

  /** A read goes first. */
  overtake(target: number): void {
    if (this.suspended(target)) this.#suspensions[target]++;
    else if (this.waits(target)) this.#overtaken[target]++;
  }

  /** Takes the next one. @returns its tag, or ERASED */
  take(target: number): number {
    this.#suspensions[target] = 0;
    this.#overtaken[target] = 0;
    return this.#waiting[target].shift();
  }

  /** Time in the array of what has this tag. */
  timeOf(tag: number): Picoseconds {
    const { programTimes, slcProgramTime, eraseTime } = this.#timing as ProgramTiming;
    if (tag === ERASED) return eraseTime;
    if (tag === SLC_PROGRAM && slcProgramTime !== undefined) return slcProgramTime;
    return programTimes[this.#programs++ % programTimes.length];
  }

  /** The array works on `operation` for `time` from now on. */
  work(target: number, operation: number, time: Picoseconds): void {
    this.#end[target] = this.#sim.now + time;
    this.#event[target] = this.#sim.after(time, this.#arrayDone, operation);
  }

  end(target: number): void {
    this.#event[target] = NO_EVENT;
  }

  /** Whether the array works on a program or an erase that a read may interrupt. */
  suspendable(target: number): boolean {
    return this.#event[target] !== NO_EVENT && this.#mayInterrupt(target);
  }

  #mayInterrupt(target: number): boolean {
    return this.#suspensions[target] < (this.#timing?.suspend?.limit ?? 0);
  }

  suspended(target: number): boolean {
    return this.#left[target] > 0;
  }

  /** Stops the array's work. @returns the time that takes */
  suspend(target: number): Picoseconds {
    const { time = 0, resume = 0 } = this.#timing?.suspend ?? {};
    this.#sim.cancel(this.#event[target] as EventId);
    this.#event[target] = NO_EVENT;
    this.#suspensions[target]++;
    this.#left[target] = this.#end[target] - this.#sim.now + resume;
    return time;
  }

  resume(target: number, operation: number): void {
    this.work(target, operation, this.#left[target]);
    this.#left[target] = 0;
  }
}
