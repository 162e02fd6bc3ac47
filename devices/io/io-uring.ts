/**
 * Direct I/O (O_DIRECT or user space) with queues, as libaio, io_uring and SPDK do it: `threads` I/O threads, each with
 * its own ring of `queueDepth` requests in flight and its own NVMe queue pair. The program's reads wait in two lists,
 * demand before prefetch; threads with a free place take turns at the next piece of at most `request` bytes of the first
 * read waiting. With one place a thread this is psync.
 *
 * A thread does one thing at a time. It submits while it has a place and something to read, and reaps else, as fio does:
 * `submitTime` of a core for each NVMe command, and `byteTime` for each byte, before it goes to the driver (block-layer.ts),
 * `completeTime` for each once the request has completed. (Reaping first would let one completion delay every submission
 * behind it: faster cores could then make a run slower. A thread that submits in batches does reap first, until it has
 * places for a batch.) CPU time is a flow of at most one core on the host's cores, so I/O and matrix work slow each other.
 *
 * A thread that sleeps when a completion comes needs `wakeUp` first (interrupt and scheduling, no CPU time). One that
 * polls burns its core while it has requests in flight. With a kernel thread (SQPOLL) a pair shares the work: requests
 * and completions pass both, and each has its own core time. A pair gets on only while both run; with p polling threads
 * on c < p cores that is (c/p)^2 of the time, of which sharing the cores makes one factor and this file the other.
 * Costs: stonet-research Performance-Characterization-Storage-Stacks@6add9ecf.
 *
 * O_DIRECT needs whole blocks of `alignment` bytes: a read is widened outward to them.
 */
import { type HandlerId, type Simulation, toSeconds } from '../../sim/index.ts';
import { DeviceArray } from '../array.ts';
import { IntegerQueue } from '../integer-queue.ts';
import { BlockLayer } from './block-layer.ts';
import { checkOptions, type IoUringOptions } from './direct-options.ts';
import type { IoInterface, ReadPriority } from './interface.ts';
import { IoThreads } from './io-threads.ts';
import { Requests } from './requests.ts';
import { WaitingReads } from './waiting-reads.ts';

export class IoUring implements IoInterface {
  readonly #driver: DeviceArray;
  readonly #request: number;
  readonly #queueDepth: number;
  readonly #alignment: number;
  /** Core-seconds to submit and to complete a command: of a thread [0], of its kernel thread [1]. */
  readonly #submitWork: readonly number[];
  readonly #completeWork: readonly number[];
  /** Core-seconds a byte, at submission. */
  readonly #byteWork: number;

  readonly #reads: WaitingReads;
  readonly #requests: Requests;
  readonly #threads: number;
  readonly #inFlight: Int32Array;
  readonly #batch: number;
  /** Per thread: requests that its batch still takes. */
  readonly #left: Int32Array;
  /** Threads, then kernel threads; and their completions that are not reaped. */
  readonly #agents: IoThreads;
  readonly #completions: IntegerQueue[];
  readonly #blockLayer: BlockLayer;
  /** Per kernel thread: requests its thread has handed over. */
  readonly #handed: IntegerQueue[] = [];
  #turn = 0;
  #dealing = false;

  readonly #submitted: HandlerId;
  readonly #issued: HandlerId;
  readonly #passedOn: HandlerId;
  readonly #completed: HandlerId;
  readonly #idle: HandlerId;
  readonly #reaped: HandlerId;

  constructor(simulation: Simulation, options: IoUringOptions) {
    checkOptions(options);
    const { device, request, queueDepth, threads = 1, alignment = 4096, cpu } = options;
    const { firstQueue = 0, batch = 1, merges = true } = options;
    this.#reads = new WaitingReads(simulation);
    const behindDriver = () =>
      new DeviceArray(simulation, { name: `${device.name} driver`, devices: [device] });
    this.#driver = device instanceof DeviceArray ? device : behindDriver();
    this.#request = request;
    this.#queueDepth = queueDepth;
    this.#alignment = alignment;
    const kernel = cpu?.kernelThread;
    const apart = cpu && kernel ? Math.max(1, (2 * threads) / cpu.cores.rate) : 1;
    const work = (own = 0, kernels = 0) => [apart * toSeconds(own), apart * toSeconds(kernels)];
    this.#submitWork = work(cpu?.submitTime, kernel?.submitTime);
    this.#completeWork = work(cpu?.completeTime, kernel?.completeTime);
    this.#byteWork = (cpu?.byteTime ?? 0) / 1e12;
    this.#threads = threads;
    this.#inFlight = new Int32Array(threads);
    this.#batch = batch;
    this.#left = new Int32Array(threads);
    const agents = kernel ? 2 * threads : threads;
    this.#completions = Array.from({ length: agents }, () => new IntegerQueue());
    if (kernel) this.#handed = Array.from({ length: threads }, () => new IntegerQueue());
    this.#requests = new Requests(simulation, 'io_uring');
    this.#submitted = simulation.register((request) => this.#onSubmitted(request));
    this.#issued = simulation.register((request, agent) => this.#blockLayer.enter(agent, request));
    this.#passedOn = simulation.register((request) => this.#onPassedOn(request));
    this.#completed = simulation.register((request) => this.#onCompleted(request));
    this.#idle = simulation.register((thread) => this.#onIdle(thread));
    this.#reaped = simulation.register((request) => this.#onReaped(request));
    this.#agents = new IoThreads(simulation, {
      threads: agents,
      cores: cpu?.cores,
      polls: cpu !== undefined && (cpu.polls === true || kernel !== undefined),
      wakeUp: cpu?.wakeUp ?? 0,
      waits: (agent) => this.#inFlight[agent % threads] > 0,
      idle: this.#idle,
    });
    this.#blockLayer = new BlockLayer(simulation, {
      driver: this.#driver,
      requests: this.#requests,
      threads: this.#agents,
      firstQueue,
      batch,
      merges,
      scheduler: cpu?.scheduler,
      entered: (agent) => this.#onIdle(agent),
      completed: this.#completed,
    });
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
    return bytes;
  }

  /** Lets idle threads take one thing to do each, in turns, until none finds any. */
  #deal(): void {
    if (this.#dealing) return;
    this.#dealing = true;
    const agents = this.#agents.count;
    for (let idle = 0; idle < agents; ) {
      const agent = this.#turn;
      this.#turn = (agent + 1) % agents;
      idle = this.#agents.isIdle(agent) && this.#step(agent) ? 0 : idle + 1;
    }
    this.#dealing = false;
    this.#agents.poll();
  }

  /** Starts what a thread should do now: submit, else reap. @returns false when there is nothing */
  #step(agent: number): boolean {
    if (agent >= this.#threads) return this.#kernelStep(agent);
    if (this.#submits(agent)) {
      const request = this.#prepare(agent, this.#reads.first);
      const bytes = this.#requests.bytesOf(request) * this.#byteWork;
      this.#work(agent, this.#submitWork[0], this.#submitted, request, bytes);
      return true;
    }
    return this.#reap(agent, this.#completeWork[0], this.#reaped);
  }

  /** Whether a thread submits now; a batch is begun when all its places are free or nothing is left to reap. */
  #submits(thread: number): boolean {
    const free = this.#queueDepth - this.#inFlight[thread];
    const may = free > 0 && this.#reads.first >= 0;
    if (this.#batch === 1) return may;
    const begins = free >= Math.min(this.#batch, this.#queueDepth) || this.#completions[thread].length === 0;
    if (this.#left[thread] === 0 && begins) this.#left[thread] = this.#batch;
    const submits = may && this.#left[thread] > 0;
    this.#left[thread] = submits ? this.#left[thread] - 1 : 0;
    return submits;
  }

  #kernelStep(agent: number): boolean {
    const handed = this.#handed[agent - this.#threads];
    if (handed.length === 0) return this.#reap(agent, this.#completeWork[1], this.#passedOn);
    this.#work(agent, this.#submitWork[1], this.#issued, handed.shift());
    return true;
  }

  /** Nothing to submit: what is gathered goes to the driver, and a completion is taken. */
  #reap(agent: number, seconds: number, next: HandlerId): boolean {
    this.#blockLayer.flush(agent);
    const completions = this.#completions[agent];
    if (completions.length === 0) return false;
    this.#work(agent, seconds, next, completions.shift());
    return true;
  }

  /** Spends `seconds` of a core for each command of `request`, and `more`, then calls `next`. */
  #work(agent: number, seconds: number, next: HandlerId, request: number, more = 0): void {
    this.#agents.work(agent, seconds * this.#requests.commandsOf(request) + more, next, request);
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
    if (this.#handed.length > 0) {
      this.#handed[thread].push(request);
      this.#onIdle(thread);
    } else this.#blockLayer.enter(thread, request);
  }

  #onCompleted(first: number): void {
    const thread = this.#requests.threadOf(first);
    const agent = this.#handed.length > 0 ? this.#threads + thread : thread;
    for (let request = first; request >= 0; request = this.#requests.joinedTo(request))
      this.#completions[agent].push(request);
    if (this.#agents.wake(agent)) this.#deal();
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
    this.#reads.complete(read);
    this.#requests.end(request);
  }

  #onIdle(agent: number): void {
    this.#agents.rest(agent);
    this.#deal();
  }
}
