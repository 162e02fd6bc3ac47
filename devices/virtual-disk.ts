/**
 * A disk of a virtual machine (virtio-blk) as its guest meets it. One thread of the host serves one ring: a notification
 * wakes it, it takes what waits, serves it one after another, copying the bytes itself, and raises one interrupt for all.
 * What arrives meanwhile waits for the next turn. So a turn of n commands takes, and all of them wait,
 *
 *   wakeTime + sum of (readTime + bytes / readRate)      (of writes: writeTime, writeRate)
 *
 * and a closed loop of depth d has throughput d / (wakeTime + d (readTime + bytes / readRate)). A wake-up is now and then
 * longer (`wakeTail`): the thread or the guest's core has to wait for a core. Not modelled: the ring's length, the host's
 * memory bus, what lies behind the thread. Source: virtio 1.2, 2.7.10 (used buffer notification suppression), 5.2.
 */
import { duration, type HandlerId, type Picoseconds, type Simulation } from '../sim/index.ts';
import { type BlockOperation, READ } from './block-device.ts';
import { Commands } from './commands.ts';
import type { Drive, DriveOptions } from './drive.ts';
import { drawTail, type TailStep } from './queue-parameters.ts';

export interface VirtualDiskParameters {
  readonly wakeTime: Picoseconds;
  readonly wakeTail: readonly TailStep[];
  readonly readTime: Picoseconds;
  /** Bytes per second. */
  readonly readRate: number;
  readonly writeTime: Picoseconds;
  readonly writeRate: number;
}

export interface VirtualDiskOptions extends DriveOptions {
  readonly parameters: VirtualDiskParameters;
}

export class VirtualDisk implements Drive {
  readonly name: string;
  readonly fidelity = 'queue';
  readonly capacity: number;
  readonly blockSize: number;
  readonly maxTransfer: number;
  readonly queues: number;
  readonly #commands: Commands;
  readonly #sim: Simulation;
  readonly #parameters: VirtualDiskParameters;
  readonly #random: () => number;
  /** Commands that wait for the next turn, their time in it, and those of the turn. */
  #waiting: number[] = [];
  #waitingTime: Picoseconds = 0;
  #turn: number[] = [];
  #working = false;
  readonly #busy: [Picoseconds, Picoseconds] = [0, 0];
  readonly #awake: HandlerId;
  readonly #served: HandlerId;

  constructor(sim: Simulation, options: VirtualDiskOptions) {
    const { name, blockSize = 512, maxTransfer = Infinity, queues = 128 } = options;
    this.name = name;
    this.capacity = options.capacity;
    this.blockSize = blockSize;
    this.maxTransfer = maxTransfer;
    this.queues = queues;
    this.#commands = new Commands(sim, this);
    this.#sim = sim;
    this.#parameters = options.parameters;
    this.#random = sim.random(`${name}/tail`);
    this.#awake = sim.register(() => this.#onAwake());
    this.#served = sim.register(() => this.#onServed());
  }

  get statistics() {
    return this.#commands.statistics;
  }

  get busy() {
    return { read: this.#busy[0], write: this.#busy[1], units: 0 };
  }

  restartStatistics(): void {
    this.#commands.restart();
  }

  submit(
    operation: BlockOperation,
    offset: number,
    bytes: number,
    queue: number,
    done: HandlerId,
    tag: number,
  ): void {
    const { readTime, readRate, writeTime, writeRate } = this.#parameters;
    const time =
      operation === READ ? readTime + duration(bytes, readRate) : writeTime + duration(bytes, writeRate);
    this.#waiting.push(this.#commands.start(operation, offset, bytes, queue, done, tag));
    this.#waitingTime += time;
    this.#busy[operation] += time;
    if (!this.#working) this.#wake();
  }

  #wake(): void {
    this.#working = true;
    const { wakeTime, wakeTail } = this.#parameters;
    this.#sim.after(wakeTime + drawTail(wakeTail, this.#random), this.#awake);
  }

  #onAwake(): void {
    const taken = this.#waiting;
    this.#waiting = this.#turn;
    this.#turn = taken;
    this.#sim.after(this.#waitingTime, this.#served);
    this.#waitingTime = 0;
  }

  /** The interrupt: everything of the turn completes, and the guest may submit more before the thread sleeps or goes on. */
  #onServed(): void {
    this.#working = false;
    const { length } = this.#turn;
    for (let i = 0; i < length; i++) this.#commands.finish(this.#turn[i]);
    this.#turn.length = 0;
    if (this.#waiting.length > 0 && !this.#working) this.#wake();
  }
}
