/**
 * A disk of a virtual machine (virtio-blk) as its guest meets it. One thread of the host serves one ring: a notification
 * wakes it, it serves one command after another, copying the bytes itself, until the ring is empty, and raises one
 * interrupt for all. So what arrives while it serves joins the turn, and the first of a turn waits for the last of it. A
 * turn of n commands takes
 *
 *   wakeTime + sum of (readTime + bytes / readRate)      (of writes: writeTime, writeRate)
 *
 * and a closed loop of depth d has throughput d / (wakeTime + d (readTime + bytes / readRate)). A turn takes no
 * more than a ring holds: the guest finds no place until the interrupt. A wake-up is now and then longer (`wakeTail`): the thread or
 * the guest's core has to wait for a core. Not modelled: the host's memory bus, what lies behind the thread. Sources:
 * virtio 1.2, 2.7.10 (notification suppression), 5.2; that a turn goes on until the ring is empty is inferred from block
 * events of a guest, where requests complete within 20 us of each other if the later was issued before the earlier
 * was served, and apart if it was not.
 */
import { duration, type HandlerId, type Picoseconds, type Simulation } from '../sim/index.ts';
import { type BlockOperation, READ } from './block-device.ts';
import { Commands } from './commands.ts';
import type { Drive, DriveOptions } from './drive.ts';
import { drawTail, type TailStep } from './queue-parameters.ts';

/** Commands of a turn after which it takes no more: 256 descriptors, a command in one (indirect). */
const RING = 256;

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
  /** Commands that wait to be served, and their time; those of the turn. */
  #waiting: number[] = [];
  #waitingTime: Picoseconds = 0;
  readonly #turn: number[] = [];
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
    this.#awake = sim.register(() => this.#serve());
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

  /** Serves what waits. */
  #serve(): void {
    for (let i = 0; i < this.#waiting.length; i++) this.#turn.push(this.#waiting[i]);
    this.#waiting.length = 0;
    this.#sim.after(this.#waitingTime, this.#served);
    this.#waitingTime = 0;
  }

  /** Goes on with what has arrived; or the interrupt: the whole turn completes, and the guest may submit more at once. */
  #onServed(): void {
    if (this.#waiting.length > 0 && this.#turn.length < RING) {
      this.#serve();
      return;
    }
    const completed = this.#turn.splice(0);
    this.#working = false;
    for (const command of completed) this.#commands.finish(command);
    if (this.#waiting.length > 0 && !this.#working) this.#wake();
  }
}
