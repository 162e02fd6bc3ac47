/**
 * A drive behind a limit: token buckets for bytes and for commands, reads and writes together. A drive that heats up
 * (`bytes`: what it moves before it slows down, and its rate then), or a virtual disk with its bandwidth, its IOPS and
 * their burst credits. A command waits its turn before the drive sees it; the wait counts in its latency and depth.
 */

import { grown } from '../sim/grown.ts';
import type { HandlerId, Picoseconds, Simulation } from '../sim/index.ts';
import type { BlockOperation } from './block-device.ts';
import { Commands } from './commands.ts';
import type { Drive } from './drive.ts';
import { TokenBucket, type TokenBucketOptions } from './token-bucket.ts';

export interface ThrottleOptions {
  /** Bytes per second, and bytes; absent: no limit. */
  readonly bytes?: TokenBucketOptions;
  /** Commands per second, and commands; absent: no limit. */
  readonly commands?: TokenBucketOptions;
}

export class ThrottledDrive implements Drive {
  readonly name: string;
  readonly fidelity: Drive['fidelity'];
  readonly capacity: number;
  readonly blockSize: number;
  readonly maxTransfer: number;
  readonly queues: number;
  /** The drive behind the limit. */
  readonly drive: Drive;
  readonly #sim: Simulation;
  readonly #commands: Commands;
  readonly #byteBucket: TokenBucket | undefined;
  readonly #commandBucket: TokenBucket | undefined;
  #operation = new Int32Array(64);
  #offset = new Float64Array(64);
  #queue = new Int32Array(64);
  /** When the last command may pass. */
  #passed: Picoseconds = 0;
  readonly #pass: HandlerId;
  readonly #finished: HandlerId;

  constructor(sim: Simulation, drive: Drive, { bytes, commands }: ThrottleOptions) {
    this.name = drive.name;
    this.fidelity = drive.fidelity;
    this.capacity = drive.capacity;
    this.blockSize = drive.blockSize;
    this.maxTransfer = drive.maxTransfer;
    this.queues = drive.queues;
    this.drive = drive;
    this.#sim = sim;
    this.#commands = new Commands(sim, this);
    this.#byteBucket = bytes && new TokenBucket(bytes);
    this.#commandBucket = commands && new TokenBucket(commands);
    this.#pass = sim.register((command) => this.#onPass(command));
    this.#finished = sim.register((command) => this.#commands.finish(command));
  }

  get statistics() {
    return this.#commands.statistics;
  }

  get busy() {
    return this.drive.busy;
  }

  restartStatistics(): void {
    this.#commands.restart();
    this.drive.restartStatistics();
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
    if (command >= this.#offset.length) this.#grow();
    this.#operation[command] = operation;
    this.#offset[command] = offset;
    this.#queue[command] = queue;
    const { now } = this.#sim;
    let at = this.#passed > now ? this.#passed : now;
    if (this.#byteBucket) at = this.#byteBucket.readyAt(at, bytes);
    if (this.#commandBucket) at = this.#commandBucket.readyAt(at, 1);
    this.#byteBucket?.take(at, bytes);
    this.#commandBucket?.take(at, 1);
    this.#passed = at;
    if (at > now) this.#sim.at(at, this.#pass, command);
    else this.#onPass(command);
  }

  #onPass(command: number): void {
    this.drive.submit(
      this.#operation[command] as BlockOperation,
      this.#offset[command],
      this.#commands.bytesOf(command),
      this.#queue[command],
      this.#finished,
      command,
    );
  }

  #grow(): void {
    const capacity = 2 * this.#offset.length;
    this.#operation = grown(this.#operation, capacity);
    this.#offset = grown(this.#offset, capacity);
    this.#queue = grown(this.#queue, capacity);
  }
}
