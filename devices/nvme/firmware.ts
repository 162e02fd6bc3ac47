/**
 * The controller's firmware: k cores take a command each, first in first out, for a time that depends on the operation
 * and the size class. With service times known on arrival the end of each is computed then: a G/G/k queue at one event a
 * command. Source of the form: NVMeVirt conv_ftl.c (fw_4kb_rd_lat, fw_rd_lat); cores give the ceiling on IOPS.
 */
import { EventFifo } from '../../sim/event-fifo.ts';
import type { HandlerId, Picoseconds, Simulation } from '../../sim/index.ts';
import { type BlockOperation, READ } from '../block-device.ts';
import { Servers } from '../servers.ts';

/** Commands of up to `upTo` bytes take these times. */
export interface FirmwareClass {
  readonly upTo: number;
  readonly read: Picoseconds;
  readonly write: Picoseconds;
}

export interface FirmwareOptions {
  /** Infinity: as many commands at once as there are. */
  readonly cores: number;
  /** By size, smallest first; the last also takes what is larger. None: no time at all. */
  readonly classes: readonly FirmwareClass[];
}

export class Firmware {
  /** Sum over the cores of the time they worked, and of the time commands waited for one; ps. */
  busy: Picoseconds = 0;
  waited: Picoseconds = 0;
  /** Commands that took time. */
  commands = 0;
  /** The same of each core; none where there is no limit of cores. */
  readonly coreBusy: Float64Array;
  readonly coreWaited: Float64Array;
  readonly coreCommands: Float64Array;
  readonly #sim: Simulation;
  readonly #classes: readonly FirmwareClass[];
  readonly #cores: Servers | undefined;
  readonly #ends: EventFifo;

  constructor(sim: Simulation, { cores, classes }: FirmwareOptions) {
    if (!(cores === Infinity || (Number.isInteger(cores) && cores >= 1))) {
      throw new RangeError(`firmware: ${cores} cores; a whole number from 1, or Infinity, is needed`);
    }
    this.#sim = sim;
    this.#ends = new EventFifo(sim);
    this.#classes = classes;
    const limited = cores === Infinity ? 0 : cores;
    if (limited > 0) this.#cores = new Servers(limited);
    this.coreBusy = new Float64Array(limited);
    this.coreWaited = new Float64Array(limited);
    this.coreCommands = new Float64Array(limited);
  }

  /** Takes a command now; done(command, 0) when it has been worked on. */
  submit(operation: BlockOperation, bytes: number, done: HandlerId, command: number): void {
    const time = this.#timeOf(operation, bytes);
    if (time === 0) {
      this.#sim.call(done, command, 0);
      return;
    }
    const { now } = this.#sim;
    const start = this.#start(now, time);
    this.commands++;
    this.busy += time;
    this.waited += start - now;
    this.#ends.at(start + time, done, command);
  }

  #timeOf(operation: BlockOperation, bytes: number): Picoseconds {
    const classes = this.#classes;
    if (classes.length === 0) return 0;
    let i = 0;
    while (i < classes.length - 1 && bytes > classes[i].upTo) i++;
    return operation === READ ? classes[i].read : classes[i].write;
  }

  /** Takes the core that is free first. @returns when it starts */
  #start(now: Picoseconds, time: Picoseconds): Picoseconds {
    const cores = this.#cores;
    if (!cores) return now;
    const start = cores.take(now, time);
    this.coreBusy[cores.last] += time;
    this.coreWaited[cores.last] += start - now;
    this.coreCommands[cores.last]++;
    return start;
  }
}
