/**
 * The `ideal` fidelity: a latency and a bandwidth. A command waits for the latency, which overlaps with that of all the
 * others, and then for its turn in a first-in first-out pipe, one for each direction:
 *
 *   time at depth 1 = latency + bytes / bandwidth
 *
 * Either may be nothing: latency 0, bandwidth Infinity.
 */
import { ConstantDelay, type HandlerId, type Picoseconds, type Simulation } from '../sim/index.ts';
import { type BlockOperation, READ } from './block-device.ts';
import { Commands } from './commands.ts';
import type { Drive, DriveOptions } from './drive.ts';
import { DataPhase } from './pcie/data-phase.ts';

export interface IdealDeviceOptions extends DriveOptions {
  readonly readLatency: Picoseconds;
  /** Bytes per second. */
  readonly readBandwidth: number;
  readonly writeLatency: Picoseconds;
  readonly writeBandwidth: number;
}

export class IdealDevice implements Drive {
  readonly name: string;
  readonly fidelity = 'ideal';
  readonly capacity: number;
  readonly blockSize: number;
  readonly maxTransfer: number;
  readonly queues: number;
  readonly #commands: Commands;
  readonly #readLatency: ConstantDelay;
  readonly #writeLatency: ConstantDelay;
  readonly #readPipe: DataPhase;
  readonly #writePipe: DataPhase;
  readonly #readReady: HandlerId;
  readonly #writeReady: HandlerId;

  constructor(simulation: Simulation, options: IdealDeviceOptions) {
    const {
      name,
      blockSize = 512,
      maxTransfer = Infinity,
      queues = 128,
      readPath = [],
      writePath = [],
    } = options;
    this.name = name;
    this.capacity = options.capacity;
    this.blockSize = blockSize;
    this.maxTransfer = maxTransfer;
    this.queues = queues;
    const commands = new Commands(simulation, this);
    this.#commands = commands;
    this.#readLatency = new ConstantDelay(simulation, {
      name: `${name} read latency`,
      delay: options.readLatency,
    });
    this.#writeLatency = new ConstantDelay(simulation, {
      name: `${name} write latency`,
      delay: options.writeLatency,
    });
    const finished = simulation.register((command) => commands.finish(command));
    this.#readPipe = new DataPhase(simulation, commands, options.readBandwidth, readPath, finished);
    this.#writePipe = new DataPhase(simulation, commands, options.writeBandwidth, writePath, finished);
    this.#readReady = simulation.register((command) => this.#readPipe.submit(command));
    this.#writeReady = simulation.register((command) => this.#writePipe.submit(command));
  }

  get statistics() {
    return this.#commands.statistics;
  }

  get busy() {
    return { read: this.#readPipe.busy, write: this.#writePipe.busy, units: 0 };
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
    const command = this.#commands.start(operation, offset, bytes, queue, done, tag);
    if (operation === READ) this.#readLatency.submit(this.#readReady, command, 0);
    else this.#writeLatency.submit(this.#writeReady, command, 0);
  }
}
