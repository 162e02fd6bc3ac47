/**
 * What each target (plane, die or chip, whichever takes one command at a time) has under way: the operation in its array,
 * and the read whose pages are in its page register until they have crossed the channel. A read whose array time is over
 * stays in the array while the register is full.
 */
import type { Simulation } from '../../sim/index.ts';
import type { ChannelTurns } from './channel-turns.ts';
import { Operations } from './operations.ts';
import { PageQueue } from './page-queue.ts';
import type { TargetWrites } from './target-writes.ts';

const NONE = -1;

export class Targets {
  readonly count: number;
  /** Reads that wait for their target, and the operations under way. */
  readonly pages: PageQueue;
  readonly operations: Operations;
  readonly #sim: Simulation;
  readonly #turns: ChannelTurns;
  readonly #writes: TargetWrites;
  readonly #cacheRead: boolean;
  readonly #array: Int32Array;
  readonly #held: Uint8Array;
  readonly #register: Int32Array;

  /**
   * @param planes of a die
   * @param cacheRead whether the array reads the next pages while the register is full
   */
  constructor(
    sim: Simulation,
    count: number,
    planes: number,
    turns: ChannelTurns,
    writes: TargetWrites,
    cacheRead: boolean,
  ) {
    this.count = count;
    this.pages = new PageQueue(count, planes);
    this.operations = new Operations(count, planes);
    this.#sim = sim;
    this.#turns = turns;
    this.#writes = writes;
    this.#cacheRead = cacheRead;
    this.#array = new Int32Array(count).fill(NONE);
    this.#held = new Uint8Array(count);
    this.#register = new Int32Array(count).fill(NONE);
  }

  arrayIsFree(target: number): boolean {
    return this.#array[target] === NONE;
  }

  /** The place among the operations for the target's next read. */
  readPlace(target: number): number {
    return this.operations.readPlace(target, this.#register[target]);
  }

  /** An operation takes the array. */
  begin(target: number, operation: number): void {
    this.#array[target] = operation;
    this.update(target);
  }

  /** A program or an erase leaves the array. */
  end(target: number): void {
    this.#array[target] = NONE;
    this.#writes.end(target);
    this.update(target);
  }

  /** The array has read the pages of an operation. */
  endRead(target: number, operation: number): void {
    if (this.#register[target] === NONE) this.#expose(target, operation);
    else this.#held[target] = 1;
  }

  /** The pages in the register have all crossed the channel. */
  freeRegister(target: number): void {
    this.#register[target] = NONE;
    if (this.#held[target]) this.#expose(target, this.#array[target]);
    else this.update(target);
  }

  /** The pages go from the array to the register and wait for the channel. */
  #expose(target: number, operation: number): void {
    const { operations } = this;
    this.#array[target] = NONE;
    this.#held[target] = 0;
    this.#register[target] = operation;
    operations.time[operation] = this.#sim.now;
    operations.left[operation] = this.pages.bytesOf(operations.pageAt(operation, 0));
    this.#turns.addData(this.#turns.channelOf(target), operation);
    this.update(target);
  }

  /** Whether the oldest read of a target may start. */
  canRead(target: number): boolean {
    if (this.pages.first(target) === NONE) return false;
    if (this.#register[target] !== NONE && !this.#cacheRead) return false;
    return this.#array[target] === NONE ? !this.#writes.isDue(target) : this.#writes.suspendable(target);
  }

  /** Resumes what was suspended when no read wants the target, and tells the channel whether the target could take a command. */
  update(target: number): void {
    const idle = this.#array[target] === NONE && this.#register[target] === NONE;
    let ready = this.canRead(target);
    if (idle && !ready) {
      if (this.#writes.suspended(target)) {
        this.#array[target] = this.operations.writePlace(target);
        this.#writes.resume(target, this.#array[target]);
      } else {
        ready = this.#writes.waits(target);
      }
    }
    this.#turns.setReady(target, ready);
  }
}
