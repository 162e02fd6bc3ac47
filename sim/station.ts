/**
 * A station: k equal servers before one queue, served first in, first out or by priority (non-preemptive, stable
 * within a class). Kendall's G/G/k. It keeps its own queue and puts only the next completions into the event heap.
 *
 * Measured for free, between any two instants: utilisation, mean queue length, waiting and response time, throughput.
 * Checked at finish: submitted = completed + cancelled + in service + queued, and Little's law.
 */
import { Census } from './conservation.ts';
import { grown } from './grown.ts';
import type { Wait } from './process.ts';
import type { HandlerId, Simulation } from './simulation.ts';
import { Slots } from './slots.ts';
import { type StationStatistics, type StationTotals, statisticsBetween } from './station-statistics.ts';
import type { Picoseconds } from './time.ts';

/** Names a submitted job, for `cancel`. */
export type JobId = number;

export interface StationOptions {
  name: string;
  servers: number;
  /** Default fifo, which ignores priorities. */
  discipline?: 'fifo' | 'priority';
}

const NONE = -1;
const FREE = 0;
const IN_SERVICE = 1;
const QUEUED = 2;
const CLASSES = 256;
export class Station {
  readonly name: string;
  readonly servers: number;
  private readonly sim: Simulation;
  private readonly byPriority: boolean;
  private readonly completed: HandlerId;
  private readonly census = new Census();
  private inService = 0;
  private started = 0;
  private busy = 0;
  private busySince = 0;
  private waited = 0;
  private responded = 0;

  private readonly slots: Slots;
  private capacity: number;
  private arrivals: Float64Array;
  private services: Float64Array;
  /** done, a, b and state of each slot: FREE, IN_SERVICE, or QUEUED + priority. */
  private jobs: Int32Array;
  /** Doubly linked queues through the slots, one per priority: next, previous. */
  private links: Int32Array;
  private readonly heads = new Int32Array(CLASSES).fill(NONE);
  private readonly tails = new Int32Array(CLASSES).fill(NONE);
  /** No class below this one has a job queued. */
  private firstClass = CLASSES;

  /** @throws if servers is not a whole number from 1 */
  constructor(sim: Simulation, { name, servers, discipline = 'fifo' }: StationOptions) {
    if (!(Number.isInteger(servers) && servers >= 1)) {
      throw new Error(`${name}: servers is ${servers}; it must be a whole number, 1 or more`);
    }
    this.sim = sim;
    this.name = name;
    this.servers = servers;
    this.byPriority = discipline === 'priority';
    this.slots = new Slots(`jobs at ${name}`);
    this.capacity = this.slots.capacity;
    this.arrivals = new Float64Array(this.capacity);
    this.services = new Float64Array(this.capacity);
    this.jobs = new Int32Array(4 * this.capacity);
    this.links = new Int32Array(2 * this.capacity);
    this.completed = sim.register((slot) => this.complete(slot));
    sim.audit(() => this.audit());
  }

  /** Jobs that wait for a server. */
  get queueLength(): number {
    return this.census.present - this.inService;
  }

  /** Servers at work. */
  get busyServers(): number {
    return this.inService;
  }

  /**
   * Submits a job now; done(a, b) is called at its completion, when the server has already begun the next job.
   * @param service ps of work for one server
   * @param priority 0 (first) to 255; only with discipline priority
   */
  submit(service: Picoseconds, done: HandlerId, a: number, b: number, priority = 0): JobId {
    const slot = this.slots.take();
    if (slot >= this.capacity) this.grow();
    const { jobs } = this;
    jobs[4 * slot] = done;
    jobs[4 * slot + 1] = a;
    jobs[4 * slot + 2] = b;
    this.arrivals[slot] = this.sim.now;
    this.services[slot] = service;
    this.census.arrive(this.sim.now);
    if (this.inService < this.servers) this.start(slot);
    else this.enqueue(slot, this.byPriority ? priority : 0);
    return this.slots.idOf(slot);
  }

  /** Takes a job out of the queue; false if it is in service, completed or cancelled already. */
  cancel(job: JobId): boolean {
    const slot = this.slots.slotOf(job);
    if (slot < 0 || this.jobs[4 * slot + 3] < QUEUED) return false;
    this.unlink(slot);
    this.jobs[4 * slot + 3] = FREE;
    this.slots.release(slot);
    this.census.cancel(this.sim.now, this.arrivals[slot]);
    return true;
  }

  /** What a process yields to be served. */
  service(service: Picoseconds, priority = 0): Wait {
    return (done, a, b) => {
      this.submit(service, done, a, b, priority);
    };
  }

  /** Totals up to now: keep them at the end of a warm-up and hand them to `statistics`. */
  totals(): StationTotals {
    const { now } = this.sim;
    return {
      time: now,
      submitted: this.census.submitted,
      started: this.started,
      completed: this.census.completed,
      cancelled: this.census.cancelled,
      busy: this.busyIntegral(),
      present: this.census.integral(now),
      waited: this.waited,
      responded: this.responded,
    };
  }

  /** What was measured between the instant of `since` (default: the start) and now; means of nothing are 0. */
  statistics(since?: StationTotals): StationStatistics {
    return statisticsBetween(this.servers, this.totals(), since);
  }

  private start(slot: number): void {
    const { sim } = this;
    this.jobs[4 * slot + 3] = IN_SERVICE;
    this.busy = this.busyIntegral();
    this.busySince = sim.now;
    this.inService++;
    this.started++;
    this.waited += sim.now - this.arrivals[slot];
    sim.after(this.services[slot], this.completed, slot);
  }

  private complete(slot: number): void {
    const { sim, jobs } = this;
    const done = jobs[4 * slot];
    const a = jobs[4 * slot + 1];
    const b = jobs[4 * slot + 2];
    this.busy = this.busyIntegral();
    this.busySince = sim.now;
    this.inService--;
    this.responded += sim.now - this.arrivals[slot];
    this.census.complete(sim.now, this.arrivals[slot]);
    jobs[4 * slot + 3] = FREE;
    this.slots.release(slot);
    if (this.firstClass < CLASSES) {
      const next = this.heads[this.firstClass];
      this.unlink(next);
      this.start(next);
    }
    sim.call(done, a, b);
  }

  private busyIntegral(): number {
    return this.busy + this.inService * (this.sim.now - this.busySince);
  }

  private enqueue(slot: number, priority: number): void {
    if (!(Number.isInteger(priority) && priority >= 0 && priority < CLASSES)) {
      throw new Error(
        `${this.name}: priority is ${priority}; it must be a whole number from 0 to ${CLASSES - 1}`,
      );
    }
    const last = this.tails[priority];
    this.jobs[4 * slot + 3] = QUEUED + priority;
    this.links[2 * slot] = NONE;
    this.links[2 * slot + 1] = last;
    if (last === NONE) this.heads[priority] = slot;
    else this.links[2 * last] = slot;
    this.tails[priority] = slot;
    if (priority < this.firstClass) this.firstClass = priority;
  }

  private unlink(slot: number): void {
    const { links, heads, tails } = this;
    const priority = this.jobs[4 * slot + 3] - QUEUED;
    const next = links[2 * slot];
    const previous = links[2 * slot + 1];
    if (previous === NONE) heads[priority] = next;
    else links[2 * previous] = next;
    if (next === NONE) tails[priority] = previous;
    else links[2 * next + 1] = previous;
    while (this.firstClass < CLASSES && heads[this.firstClass] === NONE) this.firstClass++;
  }

  private audit(): void {
    const { now } = this.sim;
    let present = 0;
    let spent = 0;
    for (let slot = 0; slot < this.capacity; slot++) {
      if (this.jobs[4 * slot + 3] === FREE) continue;
      present++;
      spent += now - this.arrivals[slot];
    }
    this.census.audit(this.name, now, present, spent);
  }

  private grow(): void {
    this.capacity = this.slots.capacity;
    this.arrivals = grown(this.arrivals, this.capacity);
    this.services = grown(this.services, this.capacity);
    this.jobs = grown(this.jobs, 4 * this.capacity);
    this.links = grown(this.links, 2 * this.capacity);
  }
}
