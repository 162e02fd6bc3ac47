/**
 * Direct I/O (O_DIRECT or user space) with queues, as libaio, io_uring and SPDK do it: `threads` I/O threads, each with
 * its own ring of `queueDepth` requests in flight and its own NVMe queue pair. The program's reads wait in two lists,
 * demand before prefetch; threads with a free place take turns at the next piece of at most `request` bytes of the first
 * read waiting. With one place a thread this is psync.
 *
 * A thread does one thing at a time. It submits while it has a place and something to read, and reaps else, as fio does:
 * `submitTime` of a core for each NVMe command, and `byteTime` for each byte, before it goes to the driver, `completeTime` for each once the request
 * has completed. (Reaping first would let one completion delay every submission behind it: faster cores could then make
 * a run slower.) CPU time is a flow of at most one core on the host's cores, so I/O and matrix work slow each other.
 *
 * A thread that sleeps when a completion comes needs `wakeUp` first (interrupt and scheduling, no CPU time). One that
 * polls burns its core while it has requests in flight. With a kernel thread (SQPOLL) a pair shares the work: requests
 * and completions pass both, and each has its own core time. A pair gets on only while both run; with p polling threads
 * on c < p cores that is (c/p)^2 of the time, of which sharing the cores makes one factor and this file the other.
 * Costs: stonet-research Performance-Characterization-Storage-Stacks@6add9ecf.
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
import { READ } from '../block-device.ts';
import { IntegerQueue } from '../integer-queue.ts';
import { checkOptions, type IoUringOptions } from './direct-options.ts';
import type { IoInterface, ReadPriority } from './interface.ts';
import { Requests } from './requests.ts';
import { WaitingReads } from './waiting-reads.ts';

/** Core-seconds of polling that are started at once. */
const POLL_SECONDS = 1;

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
  /** Core-seconds to submit and to complete a command: of a thread [0], of its kernel thread [1]. */
  readonly #submitWork: readonly number[];
  readonly #completeWork: readonly number[];
  /** Core-seconds a byte, at submission. */
  readonly #byteWork: number;
  readonly #polls: boolean;
  readonly #wakeUp: Picoseconds;

  readonly #reads = new WaitingReads();
  readonly #requests: Requests;
  readonly #threads: number;
  readonly #inFlight: Int32Array;
  /** Per thread, then per kernel thread: what it does, completions it has not reaped, the flow it burns its core with. */
  readonly #state: Uint8Array;
  readonly #completions: IntegerQueue[];
  readonly #burning: Float64Array;
  /** Per kernel thread: requests its thread has handed over. */
  readonly #handed: IntegerQueue[] = [];
  #turn = 0;
  #dealing = false;

  readonly #submitted: HandlerId;
  readonly #issued: HandlerId;
  readonly #passedOn: HandlerId;
  readonly #burnt: HandlerId;
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
    const kernel = cpu?.kernelThread;
    const apart = cpu && kernel ? Math.max(1, (2 * threads) / cpu.cores.rate) : 1;
    const work = (own = 0, kernels = 0) => [apart * toSeconds(own), apart * toSeconds(kernels)];
    this.#submitWork = work(cpu?.submitTime, kernel?.submitTime);
    this.#completeWork = work(cpu?.completeTime, kernel?.completeTime);
    this.#byteWork = (cpu?.byteTime ?? 0) / 1e12;
    this.#polls = cpu !== undefined && (cpu.polls === true || kernel !== undefined);
    this.#wakeUp = cpu?.wakeUp ?? 0;
    this.#threads = threads;
    const agents = kernel ? 2 * threads : threads;
    this.#state = new Uint8Array(agents);
    this.#inFlight = new Int32Array(threads);
    this.#completions = Array.from({ length: agents }, () => new IntegerQueue());
    this.#burning = new Float64Array(agents);
    if (kernel) this.#handed = Array.from({ length: threads }, () => new IntegerQueue());
    this.#requests = new Requests(simulation, 'io_uring');
    this.#submitted = simulation.register((request) => this.#onSubmitted(request));
    this.#issued = simulation.register((request) => this.#onIssued(request));
    this.#passedOn = simulation.register((request) => this.#onPassedOn(request));
    this.#burnt = simulation.register((agent) => {
      this.#burning[agent] = 0;
      this.#burn();
    });
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

  /** Lets idle threads take one thing to do each, in turns, until none finds any. */
  #deal(): void {
    if (this.#dealing) return;
    this.#dealing = true;
    const agents = this.#state.length;
    for (let idle = 0; idle < agents; ) {
      const agent = this.#turn;
      this.#turn = (agent + 1) % agents;
      idle = this.#state[agent] === SLEEPING && this.#step(agent) ? 0 : idle + 1;
    }
    this.#dealing = false;
    if (this.#polls) this.#burn();
  }

  /** Starts what a thread should do now: submit, else reap. @returns false when there is nothing */
  #step(agent: number): boolean {
    if (agent >= this.#threads) return this.#kernelStep(agent);
    const read = this.#reads.first;
    const completions = this.#completions[agent];
    if (read >= 0 && this.#inFlight[agent] < this.#queueDepth) {
      const request = this.#prepare(agent, read);
      const bytes = this.#requests.bytesOf(request) * this.#byteWork;
      this.#work(agent, this.#submitWork[0], this.#submitted, request, bytes);
    } else if (completions.length > 0) {
      this.#work(agent, this.#completeWork[0], this.#reaped, completions.shift());
    } else return false;
    return true;
  }

  #kernelStep(agent: number): boolean {
    const handed = this.#handed[agent - this.#threads];
    const completions = this.#completions[agent];
    if (handed.length > 0) this.#work(agent, this.#submitWork[1], this.#issued, handed.shift());
    else if (completions.length > 0)
      this.#work(agent, this.#completeWork[1], this.#passedOn, completions.shift());
    else return false;
    return true;
  }

  /** Spends `seconds` of a core for each command of `request`, and `more`, then calls `next`. */
  #work(agent: number, seconds: number, next: HandlerId, request: number, more = 0): void {
    this.#state[agent] = WORKING;
    if (this.#burning[agent] !== 0) {
      this.#cores?.stop(this.#burning[agent]);
      this.#burning[agent] = 0;
    }
    const work = seconds * this.#requests.commandsOf(request) + more;
    if (work === 0) this.#simulation.call(next, request, agent);
    else this.#cores?.start(work, 1, next, request, agent);
  }

  /** Threads with nothing to do but requests in flight poll. */
  #burn(): void {
    for (let agent = 0; agent < this.#state.length; agent++) {
      const waits = this.#state[agent] === SLEEPING && this.#inFlight[agent % this.#threads] > 0;
      if (waits && this.#burning[agent] === 0)
        this.#burning[agent] = this.#cores!.start(POLL_SECONDS, 1, this.#burnt, agent, 0);
      else if (!waits && this.#burning[agent] !== 0) {
        this.#cores!.stop(this.#burning[agent]);
        this.#burning[agent] = 0;
      }
    }
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
    const thread = this.#requests.threadOf(request);
    if (this.#handed.length > 0) this.#handed[thread].push(request);
    else this.#issue(request);
    this.#onIdle(thread);
  }

  #onIssued(request: number): void {
    this.#issue(request);
    this.#onIdle(this.#threads + this.#requests.threadOf(request));
  }

  #issue(request: number): void {
    const requests = this.#requests;
    const queue = requests.threadOf(request) % this.#driver.queues;
    this.#driver.submit(
      READ,
      requests.offsetOf(request),
      requests.bytesOf(request),
      queue,
      this.#completed,
      request,
    );
  }

  #onCompleted(request: number): void {
    const thread = this.#requests.threadOf(request);
    const agent = this.#handed.length > 0 ? this.#threads + thread : thread;
    this.#completions[agent].push(request);
    if (this.#state[agent] !== SLEEPING) return;
    if (this.#wakeUp > 0) {
      this.#state[agent] = WAKING;
      this.#simulation.after(this.#wakeUp, this.#idle, agent);
    } else {
      this.#deal();
    }
  }

  /** A kernel thread has completed a request: its thread reaps it. */
  #onPassedOn(request: number): void {
    const thread = this.#requests.threadOf(request);
    this.#completions[thread].push(request);
    this.#onIdle(this.#threads + thread);
  }

  #onReaped(request: number): void {
    const read = this.#requests.readOf(request);
    this.#inFlight[this.#requests.threadOf(request)]--;
    if (this.#reads.complete(read)) this.#over(read);
    this.#requests.end(request);
  }

  #onIdle(agent: number): void {
    this.#state[agent] = SLEEPING;
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
