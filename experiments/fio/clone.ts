/**
 * One process of a fio job: keeps `iodepth` requests in flight, or starts them at the rate asked (rate_iops: at fixed
 * intervals, or as a Poisson process), at most `iodepth` at a time; what finds no place waits its turn. Ends as fio does:
 * by bytes, by number of completions, or by time, and then waits for what is in flight.
 */
import { READ, WRITE } from '../../devices/index.ts';
import {
  exponential,
  type HandlerId,
  type Picoseconds,
  type Simulation,
  seconds,
  toSeconds,
} from '../../sim/index.ts';
import type { FioJob } from './job.ts';
import { reads, writes } from './job.ts';
import { depthLevel, type JobMeasured, measurementsOf } from './measurements.ts';
import { Offsets } from './offsets.ts';

/** Starts a request of this clone; done(tag, 0) at its completion. */
export type Submit = (operation: 0 | 1, offset: number, bytes: number, done: HandlerId, tag: number) => void;

/** What a clone is connected to. */
export interface Surroundings {
  readonly submit: Submit;
  /** Called at every completion. */
  readonly completed: () => void;
  /** Called before the first read, and before each round of reads over the file. */
  readonly rewound?: () => void;
  /** Called once, when the last request is complete. */
  readonly ended: () => void;
}

/** One process of a job. */
export interface FioProcess {
  readonly measured: JobMeasured;
  /** Share of the work done, 0 to 1. */
  readonly progress: number;
  start(): void;
}

const PAGE = 4096;

export class Clone implements FioProcess {
  readonly measured: JobMeasured;
  readonly #sim: Simulation;
  readonly #job: FioJob;
  readonly #around: Surroundings;
  readonly #limit: number;
  /** READ, WRITE or both. */
  readonly #directions: readonly (0 | 1)[];
  readonly #offsets: readonly [Offsets, Offsets];
  readonly #mix: () => number;
  readonly #arrivals: () => number;
  readonly #free: number[] = [];
  readonly #started: Float64Array;
  readonly #direction: Uint8Array;
  /** Open load: requests that are due and not started; and how many have been due. */
  readonly #due = [0, 0];
  #begin: Picoseconds = 0;
  #issued = 0;
  #issuedBytes = 0;
  #completed = 0;
  #over = false;
  readonly #start: HandlerId;
  readonly #completedHandler: HandlerId;
  readonly #arrive: HandlerId;

  /** @param index of the clone within its job; @param group jobs that run side by side */
  constructor(sim: Simulation, job: FioJob, index: number, group: number, around: Surroundings) {
    const path = `fio/${job.name}/${index}/${job.seed}`;
    this.measured = measurementsOf(job, group);
    this.#sim = sim;
    this.#job = job;
    this.#around = around;
    this.#offsets = [
      new Offsets(job, index, READ, sim.random(`${path}/reads`), around.rewound),
      new Offsets(job, index, WRITE, sim.random(`${path}/writes`)),
    ];
    this.#mix = sim.random(`${path}/mix`);
    this.#arrivals = sim.random(`${path}/arrivals`);
    this.#started = new Float64Array(job.depth);
    this.#direction = new Uint8Array(job.depth);
    for (let slot = job.depth - 1; slot >= 0; slot--) this.#free.push(slot);
    this.#directions = [...(reads(job) ? [READ] : []), ...(writes(job) ? [WRITE] : [])] as (0 | 1)[];
    this.#limit = job.timeBased ? Number.POSITIVE_INFINITY : job.ioSize;
    this.#start = sim.register(() => this.#onStart());
    this.#completedHandler = sim.register((slot) => this.#onCompleted(slot));
    this.#arrive = sim.register((direction) => this.#onArrival(direction as 0 | 1));
  }

  /** Begins after the job's start delay. */
  start(): void {
    this.#sim.after(seconds(this.#job.startDelay), this.#start);
  }

  /** Share of the work done, 0 to 1. */
  get progress(): number {
    if (this.#over) return 1;
    const { numberIos, runtime, rampTime } = this.#job;
    const elapsed = toSeconds(this.#sim.now - this.#begin);
    const shares = [
      this.#completed / numberIos,
      this.#issuedBytes / this.#limit,
      elapsed / (runtime + rampTime),
    ];
    return Math.min(1, Math.max(...shares.filter((share) => Number.isFinite(share))));
  }

  #onStart(): void {
    this.#begin = this.#sim.now;
    this.#around.rewound?.();
    for (const direction of this.#directions) {
      if (this.#job.rateIops[direction] < Number.POSITIVE_INFINITY) this.#onArrival(direction);
    }
    this.#fill();
  }

  #onArrival(direction: 0 | 1): void {
    if (this.#finished()) return;
    const mean = 1e12 / this.#job.rateIops[direction];
    this.#due[direction]++;
    const gap = this.#job.poisson ? exponential(this.#arrivals, mean) : mean;
    this.#sim.after(Math.round(gap), this.#arrive, direction);
    this.#fill();
  }

  /** Whether no request may start any more. */
  #finished(): boolean {
    const { numberIos, runtime, rampTime } = this.#job;
    if (this.#issued >= numberIos || this.#issuedBytes >= this.#limit) return true;
    return toSeconds(this.#sim.now - this.#begin) >= runtime + rampTime;
  }

  #fill(): void {
    while (this.#free.length > 0 && !this.#finished()) {
      const direction = this.#next();
      if (direction < 0) break;
      this.#issue(direction as 0 | 1);
    }
    if (this.#free.length === this.#job.depth && this.#finished() && !this.#over) {
      this.#over = true;
      this.#around.ended();
    }
  }

  /** The direction of the next request, -1 when none is due. */
  #next(): number {
    const first = this.#directions[0];
    if (this.#directions.length === 1) return this.#take(first) ? first : -1;
    const drawn = this.#mix() * 100 < this.#job.readShare ? READ : WRITE;
    if (this.#take(drawn)) return drawn;
    const other = drawn === READ ? WRITE : READ;
    return this.#take(other) ? other : -1;
  }

  /** Takes a request that is due; in a closed loop one always is. */
  #take(direction: 0 | 1): boolean {
    if (this.#job.rateIops[direction] === Number.POSITIVE_INFINITY) return true;
    if (this.#due[direction] === 0) return false;
    this.#due[direction]--;
    return true;
  }

  #issue(direction: 0 | 1): void {
    const slot = this.#free.pop() as number;
    const bytes = this.#job.blockSize[direction];
    const offset = this.#offsets[direction].next();
    this.#started[slot] = this.#sim.now;
    this.#direction[slot] = direction;
    this.#issued++;
    this.#issuedBytes += bytes;
    this.measured.depths[depthLevel(this.#job.depth - this.#free.length)]++;
    if (this.#job.direct) {
      this.#around.submit(direction, offset, bytes, this.#completedHandler, slot);
    } else {
      const from = Math.floor(offset / PAGE) * PAGE;
      const to = Math.ceil((offset + bytes) / PAGE) * PAGE;
      this.#around.submit(direction, from, to - from, this.#completedHandler, slot);
    }
  }

  #onCompleted(slot: number): void {
    const { now } = this.#sim;
    const direction = this.#direction[slot];
    const from = this.#begin + seconds(this.#job.rampTime);
    this.#completed++;
    if (now >= from) {
      const measured = this.measured.directions[direction];
      measured.bytes += this.#job.blockSize[direction];
      measured.latency.record((now - this.#started[slot]) / 1e3);
      this.measured.seconds = toSeconds(now - from);
    }
    this.#free.push(slot);
    this.#around.completed();
    this.#fill();
  }
}
