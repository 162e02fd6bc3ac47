/**
 * The data phases of a device's commands: bytes cross the device's own link one command after another, and at the same
 * time every shared link between the device and memory (switch uplink, DRAM), on each as a flow capped at the own link's
 * rate. A data phase ends when it is through on all of them, and only then the next begins: a congested link holds the
 * device back, as PCIe's credits do, and a device competes on a shared link as one flow however deep its queue.
 *
 * Alone, a data phase takes exactly duration(bytes, rate).
 */
import {
  duration,
  type HandlerId,
  type Picoseconds,
  type SharedLink,
  type Simulation,
} from '../../sim/index.ts';
import type { Commands } from '../commands.ts';
import { IntegerQueue } from '../integer-queue.ts';

const NONE = -1;

export class DataPhase {
  /** Time in which the link was taken, in ps. */
  busy: Picoseconds = 0;
  readonly #simulation: Simulation;
  readonly #commands: Commands;
  readonly #rate: number;
  readonly #shared: readonly SharedLink[];
  readonly #done: HandlerId;
  readonly #waiting = new IntegerQueue();
  #active = NONE;
  #flows = 0;
  #start: Picoseconds = 0;
  readonly #flowDone: HandlerId;

  /**
   * @param commands whose ids are submitted here
   * @param rate bytes per second of the device's own link or data path; Infinity allowed
   * @param shared the other links on the way
   * @param done called as done(command, 0) when its data is through
   */
  constructor(
    simulation: Simulation,
    commands: Commands,
    rate: number,
    shared: readonly SharedLink[],
    done: HandlerId,
  ) {
    this.#simulation = simulation;
    this.#commands = commands;
    this.#rate = rate;
    this.#shared = shared;
    this.#done = done;
    this.#flowDone = simulation.register((command) => this.#onFlowDone(command));
  }

  /** Queues a command's data phase now. */
  submit(command: number): void {
    if (this.#active === NONE) this.#begin(command);
    else this.#waiting.push(command);
  }

  #begin(command: number): void {
    const shared = this.#shared;
    const bytes = this.#commands.bytesOf(command);
    this.#active = command;
    this.#start = this.#simulation.now;
    this.#flows = Math.max(1, shared.length);
    if (shared.length === 0) this.#simulation.after(duration(bytes, this.#rate), this.#flowDone, command);
    for (const link of shared) link.start(bytes, this.#rate, this.#flowDone, command, 0);
  }

  #onFlowDone(command: number): void {
    if (--this.#flows > 0) return;
    this.busy += this.#simulation.now - this.#start;
    this.#active = NONE;
    if (this.#waiting.length > 0) this.#begin(this.#waiting.shift());
    this.#simulation.call(this.#done, command, 0);
  }
}
