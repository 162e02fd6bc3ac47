/**
 * The threads of an I/O interface on the host's cores: each does one thing at a time, as a flow of at most one core, and
 * with nothing to do sleeps or, where it polls, burns its core while it has requests in flight.
 */
import type { HandlerId, Picoseconds, SharedLink, Simulation } from '../../sim/index.ts';

/** Core-seconds of polling that are started at once. */
const POLL_SECONDS = 1;

const SLEEPING = 0;
const WAKING = 1;
const WORKING = 2;

export interface IoThreadsOptions {
  readonly threads: number;
  /** Absent: work costs nothing. */
  readonly cores?: SharedLink;
  readonly polls: boolean;
  /** From a completion to a sleeping thread's running. */
  readonly wakeUp: Picoseconds;
  /** Whether a thread has requests in flight. */
  readonly waits: (thread: number) => boolean;
  /** Called when a thread that was woken runs: as idle(thread). */
  readonly idle: HandlerId;
}

export class IoThreads {
  readonly count: number;
  readonly #simulation: Simulation;
  readonly #options: IoThreadsOptions;
  readonly #state: Uint8Array;
  /** The flow a thread burns its core with, or 0. */
  readonly #burning: Float64Array;
  readonly #burnt: HandlerId;

  constructor(simulation: Simulation, options: IoThreadsOptions) {
    this.#simulation = simulation;
    this.#options = options;
    this.count = options.threads;
    this.#state = new Uint8Array(options.threads);
    this.#burning = new Float64Array(options.threads);
    this.#burnt = simulation.register((thread) => {
      this.#burning[thread] = 0;
      if (this.#state[thread] === WORKING) this.spin(thread);
      else this.poll();
    });
  }

  isIdle(thread: number): boolean {
    return this.#state[thread] === SLEEPING;
  }

  rest(thread: number): void {
    this.#state[thread] = SLEEPING;
  }

  /** Spends `seconds` of a core, then calls next(tag, thread). */
  work(thread: number, seconds: number, next: HandlerId, tag: number): void {
    this.#state[thread] = WORKING;
    this.stopBurning(thread);
    if (seconds === 0) this.#simulation.call(next, tag, thread);
    else this.#options.cores?.start(seconds, 1, next, tag, thread);
  }

  /** A working thread burns its core until it has something else to do. */
  spin(thread: number): void {
    this.#burning[thread] = this.#options.cores!.start(POLL_SECONDS, 1, this.#burnt, thread, 0);
  }

  stopBurning(thread: number): void {
    if (this.#burning[thread] === 0) return;
    this.#options.cores?.stop(this.#burning[thread]);
    this.#burning[thread] = 0;
  }

  /** A sleeping thread has a completion. @returns whether it can take it now */
  wake(thread: number): boolean {
    if (this.#state[thread] !== SLEEPING) return false;
    if (this.#options.wakeUp === 0) return true;
    this.#state[thread] = WAKING;
    this.#simulation.after(this.#options.wakeUp, this.#options.idle, thread);
    return false;
  }

  /** Threads with nothing to do but requests in flight poll. */
  poll(): void {
    if (!this.#options.polls) return;
    for (let thread = 0; thread < this.count; thread++) {
      const waits = this.#state[thread] === SLEEPING && this.#options.waits(thread);
      if (!waits) {
        if (this.#state[thread] === SLEEPING) this.stopBurning(thread);
      } else if (this.#burning[thread] === 0) this.spin(thread);
    }
  }
}
