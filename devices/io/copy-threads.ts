/**
 * Threads that call read(2): each works for one call at a time, on a core and, where the work copies, over the links that
 * a copy crosses at once; calls that find their thread busy wait their turn.
 */
import { type HandlerId, type SharedLink, type Simulation, toSeconds } from '../../sim/index.ts';
import { IntegerQueue } from '../integer-queue.ts';
import { Jobs } from '../jobs.ts';

export interface CopyOptions {
  /** Bytes per second that one core copies alone. */
  readonly rate: number;
  /** Links that a copy crosses, with how often each byte does. */
  readonly through?: readonly { readonly link: SharedLink; readonly crossings: number }[];
}

export class CopyThreads {
  readonly #simulation: Simulation;
  readonly #cores: SharedLink;
  readonly #copy: CopyOptions;
  readonly #threads: number;
  readonly #jobs: Jobs;
  /** Per call: its next piece of work, and what comes after it. */
  readonly #seconds: Float64Array;
  readonly #bytes: Float64Array;
  readonly #next: Int32Array;
  /** Per thread: whether it works; calls that it works for after. */
  readonly #busy: Uint8Array;
  readonly #ready: IntegerQueue[];
  readonly #part: HandlerId;
  readonly #worked: HandlerId;

  /** @param calls places for calls, which the threads have in turns */
  constructor(simulation: Simulation, cores: SharedLink, copy: CopyOptions, threads: number, calls: number) {
    this.#simulation = simulation;
    this.#cores = cores;
    this.#copy = copy;
    this.#threads = threads;
    this.#jobs = new Jobs(simulation, 'work of buffered reads');
    this.#seconds = new Float64Array(calls);
    this.#bytes = new Float64Array(calls);
    this.#next = new Int32Array(calls);
    this.#busy = new Uint8Array(threads);
    this.#ready = Array.from({ length: threads }, () => new IntegerQueue());
    this.#part = simulation.register((job) => this.#jobs.endPart(job));
    this.#worked = simulation.register((call) => this.#afterWork(call));
  }

  /** A call needs its thread for `time`, ps; then next(call). */
  work(call: number, time: number, next: HandlerId): void {
    this.#queue(call, toSeconds(time), 0, next);
  }

  /** The same for a copy. */
  copy(call: number, bytes: number, next: HandlerId): void {
    this.#queue(call, bytes / this.#copy.rate, bytes, next);
  }

  #queue(call: number, seconds: number, bytes: number, next: HandlerId): void {
    this.#seconds[call] = seconds;
    this.#bytes[call] = bytes;
    this.#next[call] = next;
    const thread = call % this.#threads;
    if (this.#busy[thread]) this.#ready[thread].push(call);
    else this.#start(call);
  }

  #start(call: number): void {
    const { rate, through = [] } = this.#copy;
    this.#busy[call % this.#threads] = 1;
    const bytes = this.#bytes[call];
    const links = bytes > 0 ? through : [];
    const job = this.#jobs.start(1 + links.length, this.#worked, call);
    for (const { link, crossings } of links)
      link.start(crossings * bytes, crossings * rate, this.#part, job, 0);
    this.#cores.start(this.#seconds[call], 1, this.#part, job, 0);
  }

  #afterWork(call: number): void {
    const thread = call % this.#threads;
    this.#busy[thread] = 0;
    this.#simulation.call(this.#next[call], call, 0);
    if (!this.#busy[thread] && this.#ready[thread].length > 0) this.#start(this.#ready[thread].shift());
  }
}
