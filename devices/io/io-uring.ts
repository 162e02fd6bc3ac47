/**
 * io_uring with O_DIRECT: `threads` I/O threads, each with its own ring of `queueDepth` requests in flight and its own
 * NVMe queue pair. The program's reads wait in two lists, demand before prefetch; threads with a free place take turns
 * at the next piece of at most `request` bytes of the first read waiting.
 *
 * A thread does one thing at a time. For each NVMe command it spends `submitTime` of a core before the command goes to
 * the driver and `completeTime` once the request has completed; submissions go before completions, as in fio. A thread that sleeps
 * when a completion comes needs `wakeUp` first (interrupt and scheduling, no CPU time). CPU time is a flow of at most
 * one core on the host's cores, so I/O and matrix work slow each other. Costs: stonet-research
 * Performance-Characterization-Storage-Stacks@6add9ecf (7,550-7,900 cycles per 4 KiB read on one core).
 *
 * O_DIRECT needs whole blocks of `alignment` bytes: a read is widened outward to them.
 */

import {
  type HandlerId,
  type Picoseconds,
  type SharedLink,
  type Simulation,
  toSeconds,
} from '../../sim/index.ts';
import { DeviceArray } from '../array.ts';
import { type BlockDevice, READ } from '../block-device.ts';
import { IntegerQueue } from '../integer-queue.ts';
import type { IoInterface, ReadPriority } from './interface.ts';
import { Requests } from './requests.ts';
import { WaitingReads } from './waiting-reads.ts';

/** What a command costs the host. */
export interface IoCpuCost {
  /** The host's cores, in core-seconds per second. */
  readonly cores: SharedLink;
  /** Core time to submit a command, in ps. */
  readonly submitTime: Picoseconds;
  /** Core time to reap a command, in ps. */
  readonly completeTime: Picoseconds;
  /** From a completion to its thread's running, when it slept; default 0. */
  readonly wakeUp?: Picoseconds;
}

export interface IoUringOptions {
  /** A drive or an array; a drive is put behind its driver, an array of one. */
  readonly device: BlockDevice;
  /** Largest request in bytes, a multiple of `alignment`. */
  readonly request: number;
  /** Requests in flight per thread. */
  readonly queueDepth: number;
  /** I/O threads; default 1. */
  readonly threads?: number;
  /** Block of O_DIRECT in bytes; default 4096. */
  readonly alignment?: number;
  /** Absent: requests cost no CPU time. */
  readonly cpu?: IoCpuCost;
}

const SLEEPING = 0;
const WAKING = 1;
const WORKING = 2;

export class IoUring implements IoInterface {
  readonly #simulation: Simulation;
  readonly #driver: DeviceArray;
  readonly #request: number;
  readonly #queueDepth: number;
  readonly #alignment: number;
  readonly #cores: SharedLink | undefined;
  readonly #submitWork: number;
  readonly #completeWork: number;
  readonly #wakeUp: Picoseconds;

  readonly #reads = new WaitingReads();
  readonly #requests: Requests;
  /** Per thread: what it does, its requests in flight, completions it has not reaped. */
  readonly #state: Uint8Array;
  readonly #inFlight: Int32Array;
  readonly #completions: IntegerQueue[];
  #turn = 0;
  #dealing = false;

  readonly #submitted: HandlerId;
  readonly #completed: HandlerId;
  readonly #idle: HandlerId;
  readonly #reaped: HandlerId;
  readonly #abandoned: HandlerId;

  constructor(simulation: Simulation, options: IoUringOptions) {
    checkOptions(options);
    const { device, request, queueDepth, threads = 1, alignment = 4096, cpu } = options;
    this.#simulation = simulation;
    const behindDriver = () =>
      new DeviceArray(simulation, { name: `${device.name} driver`, devices: [device] });
    this.#driver = device instanceof DeviceArray ? device : behindDriver();
    this.#request = request;
    this.#queueDepth = queueDepth;
    this.#alignment = alignment;
    this.#cores = cpu?.cores;
    this.#submitWork = toSeconds(cpu?.submitTime ?? 0);
    this.#completeWork = toSeconds(cpu?.completeTime ?? 0);
    this.#wakeUp = cpu?.wakeUp ?? 0;
    this.#state = new Uint8Array(threads);
    this.#inFlight = new Int32Array(threads);
    this.#completions = Array.from({ length: threads }, () => new IntegerQueue());
    this.#requests = new Requests(simulation, 'io_uring');
    this.#submitted = simulation.register((request) => this.#onSubmitted(request));
    this.#completed = simulation.register((request) => this.#onCompleted(request));
    this.#idle = simulation.register((thread) => this.#onIdle(thread));
    this.#reaped = simulation.register((request) => this.#onReaped(request));
    this.#abandoned = simulation.register((read) => this.#over(read));
  }

  get statistics() {
    return this.#requests.statistics;
  }

  restartStatistics(): void {
    this.#requests.restart();
  }

  read(offset: number, bytes: number, priority: ReadPriority, done: HandlerId, tag: number): number {
    if (!(bytes > 0 && offset >= 0)) throw new RangeError(`read of ${bytes} B at ${offset}: nothing to read`);
    const start = Math.floor(offset / this.#alignment) * this.#alignment;
    const end = Math.ceil((offset + bytes) / this.#alignment) * this.#alignment;
    this.statistics.reads++;
    const read = this.#reads.add(start, end, priority, done, tag);
    this.#deal();
    return read;
  }

  promote(read: number): void {
    this.#reads.promote(read);
  }

  cancel(read: number): number {
    const bytes = this.#reads.cancel(read);
    this.statistics.cancelledBytes += bytes;
    if (bytes > 0 && this.#reads.inFlightOf(read) === 0) this.#simulation.after(0, this.#abandoned, read);
    return bytes;
  }

  /** Lets sleeping threads take one thing to do each, in turns, until none finds any. */
  #deal(): void {
    if (this.#dealing) return;
    this.#dealing = true;
    const threads = this.#state.length;
    for (let idle = 0; idle < threads; ) {
      const thread = this.#turn;
      this.#turn = (thread + 1) % threads;
      idle = this.#state[thread] === SLEEPING && this.#step(thread) ? 0 : idle + 1;
    }
    this.#dealing = false;
  }

  /** Starts what a thread should do now: submit, else reap. @returns false when there is nothing */
  #step(thread: number): boolean {
    const read = this.#reads.first;
    if (read >= 0 && this.#inFlight[thread] < this.#queueDepth) {
      this.#work(thread, this.#submitWork, this.#submitted, this.#prepare(thread, read));
      return true;
    }
    if (this.#completions[thread].length === 0) return false;
    this.#work(thread, this.#completeWork, this.#reaped, this.#completions[thread].shift());
    return true;
  }

  /** Spends `seconds` of a core for each command of `request`, then calls `next`. */
  #work(thread: number, seconds: number, next: HandlerId, request: number): void {
    this.#state[thread] = WORKING;
    if (seconds === 0) this.#simulation.call(next, request, 0);
    else this.#cores?.start(seconds * this.#requests.commandsOf(request), 1, next, request, 0);
  }

  /** Cuts the next request from a read and takes a place in the thread's ring for it. */
  #prepare(thread: number, read: number): number {
    const offset = this.#reads.cursorOf(read);
    const bytes = Math.min(this.#request, this.#reads.waitingBytesOf(read));
    const commands = this.#driver.commands(offset, bytes);
    const priority = this.#reads.priorityOf(read);
    this.#reads.submit(read, bytes);
    this.#inFlight[thread]++;
    return this.#requests.start(read, priority, thread, offset, bytes, commands, this.#idle);
  }

  #onSubmitted(request: number): void {
    const requests = this.#requests;
    const thread = requests.threadOf(request);
    const offset = requests.offsetOf(request);
    const queue = thread % this.#driver.queues;
    this.#driver.submit(READ, offset, requests.bytesOf(request), queue, this.#completed, request);
    this.#onIdle(thread);
  }

  #onCompleted(request: number): void {
    const thread = this.#requests.threadOf(request);
    this.#completions[thread].push(request);
    if (this.#state[thread] !== SLEEPING) return;
    if (this.#wakeUp > 0) {
      this.#state[thread] = WAKING;
      this.#simulation.after(this.#wakeUp, this.#idle, thread);
    } else {
      this.#deal();
    }
  }

  #onReaped(request: number): void {
    const read = this.#requests.readOf(request);
    this.#inFlight[this.#requests.threadOf(request)]--;
    if (this.#reads.complete(read)) this.#over(read);
    this.#requests.end(request);
  }

  #onIdle(thread: number): void {
    this.#state[thread] = SLEEPING;
    this.#deal();
  }

  #over(read: number): void {
    const done = this.#reads.doneOf(read);
    const tag = this.#reads.tagOf(read);
    const cancelled = this.#reads.cancelledOf(read);
    this.#reads.release(read);
    this.#simulation.call(done, tag, cancelled);
  }
}

function checkOptions(options: IoUringOptions): void {
  const { request, queueDepth, threads = 1, alignment = 4096, device, cpu } = options;
  const { blockSize } = device;
  const whole = (n: number) => Number.isInteger(n) && n >= 1;
  const need = (met: boolean, found: string) => {
    if (!met) throw new RangeError(`io_uring: ${found}`);
  };
  need(whole(queueDepth), `queueDepth ${queueDepth}; a whole number from 1 is needed`);
  need(whole(threads), `threads ${threads}; a whole number from 1 is needed`);
  need(
    whole(alignment / blockSize),
    `alignment ${alignment} B; a multiple of the ${blockSize} B block is needed`,
  );
  need(
    whole(request / alignment),
    `request of ${request} B; a multiple of the alignment, ${alignment} B, is needed`,
  );
  need(
    !cpu || (cpu.submitTime >= 0 && cpu.completeTime >= 0),
    'submitTime and completeTime must be 0 ps or more',
  );
}
