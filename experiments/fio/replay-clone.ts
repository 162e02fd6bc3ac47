/**
 * A fio process that replays an I/O log (`read_iolog`): at most `iodepth` requests in flight, in the log's order. With
 * stamps a request starts no earlier than the last one's start + the difference of their stamps, so that one that is late
 * delays all behind it; with `replay_no_stall` at once. Source: fio iolog.c, read_iolog_get, iolog_delay, delay_since_ttime.
 */
import { type HandlerId, type Picoseconds, type Simulation, toSeconds } from '../../sim/index.ts';
import type { BlockTrace } from '../../workloads/traces/index.ts';
import type { FioProcess, Surroundings } from './clone.ts';
import type { FioJob } from './job.ts';
import { depthLevel, type JobMeasured, measurementsOf } from './measurements.ts';

export class ReplayClone implements FioProcess {
  readonly measured: JobMeasured;
  readonly #sim: Simulation;
  readonly #job: FioJob;
  readonly #log: BlockTrace;
  readonly #around: Surroundings;
  readonly #started: Float64Array;
  readonly #completed: HandlerId;
  readonly #wake: HandlerId;
  #begin: Picoseconds = 0;
  #next = 0;
  #left: number;
  #inFlight = 0;
  #lastIssue: Picoseconds = 0;
  #sleeping = false;

  constructor(sim: Simulation, job: FioJob, log: BlockTrace, group: number, around: Surroundings) {
    this.measured = measurementsOf(job, group);
    this.#sim = sim;
    this.#job = job;
    this.#log = log;
    this.#around = around;
    this.#left = log.length;
    this.#started = new Float64Array(log.length);
    this.#completed = sim.register((row) => this.#onCompleted(row));
    this.#wake = sim.register(() => {
      this.#sleeping = false;
      this.#fill();
    });
  }

  get progress(): number {
    return 1 - this.#left / this.#log.length;
  }

  start(): void {
    this.#begin = this.#sim.now;
    this.#lastIssue = this.#begin;
    this.#fill();
  }

  #fill(): void {
    while (!this.#sleeping && this.#next < this.#log.length && this.#inFlight < this.#job.depth) {
      const wait = this.#lastIssue + this.#pause(this.#next) - this.#sim.now;
      if (wait > 0) {
        this.#sleeping = true;
        this.#sim.after(wait, this.#wake);
      } else this.#issue(this.#next++);
    }
  }

  #pause(row: number): Picoseconds {
    if (row === 0 || this.#job.noStall) return 0;
    return Math.max(0, this.#log.issueOf(row) - this.#log.issueOf(row - 1));
  }

  #issue(row: number): void {
    const log = this.#log;
    this.#started[row] = this.#sim.now;
    this.#lastIssue = this.#sim.now;
    this.measured.depths[depthLevel(++this.#inFlight)]++;
    this.#around.submit(log.opOf(row) as 0 | 1, log.offsetOf(row), log.bytesOf(row), this.#completed, row);
  }

  #onCompleted(row: number): void {
    const { now } = this.#sim;
    const measured = this.measured.directions[this.#log.opOf(row) as 0 | 1];
    measured.bytes += this.#log.bytesOf(row);
    measured.latency.record((now - this.#started[row]) / 1e3);
    this.measured.seconds = toSeconds(now - this.#begin);
    this.#inFlight--;
    this.#around.completed();
    if (--this.#left === 0) this.#around.ended();
    else this.#fill();
  }
}
