/**
 * Work under way that ends when its last part does (commands of a request, flows of a kernel), with the continuation to
 * call then. Pooled: nothing is allocated per job. Conservation and Little's law are audited over all jobs.
 */
import { Census } from '../sim/conservation.ts';
import { FreeList } from '../sim/free-list.ts';
import type { HandlerId, Picoseconds, Simulation } from '../sim/index.ts';
import { ABSENT, auditVisits, grownVisits } from './visit-records.ts';

/** What a job's record holds. */
const PARTS = 0;
const DONE = 1;
const TAG = 2;
const STARTED = 3;
const WIDTH = 4;

export class Jobs {
  readonly #simulation: Simulation;
  readonly #census = new Census();
  readonly #slots: FreeList;
  /** One record each, so that a job costs one cache line. */
  #records: Float64Array = new Float64Array(0);

  /** @param name what the audit calls the place where the jobs are */
  constructor(simulation: Simulation, name: string) {
    this.#simulation = simulation;
    this.#slots = new FreeList(`jobs at ${name}`);
    this.#grow();
    simulation.audit(() => auditVisits(this.#census, name, simulation.now, this.#records, WIDTH, STARTED));
  }

  /** A new job of `parts` parts; done(tag, 0) is called at the end of the last. @returns its id, free again then */
  start(parts: number, done: HandlerId, tag: number): number {
    const job = this.#slots.take();
    const record = WIDTH * job;
    if (record >= this.#records.length) this.#grow();
    const { now } = this.#simulation;
    this.#records[record + PARTS] = parts;
    this.#records[record + DONE] = done;
    this.#records[record + TAG] = tag;
    this.#records[record + STARTED] = now;
    this.#census.arrive(now);
    return job;
  }

  addPart(job: number): void {
    this.#records[WIDTH * job + PARTS]++;
  }

  startOf(job: number): Picoseconds {
    return this.#records[WIDTH * job + STARTED];
  }

  /** One part has ended; the last one frees the job and calls its continuation. */
  endPart(job: number): void {
    const records = this.#records;
    const record = WIDTH * job;
    if (--records[record + PARTS] > 0) return;
    this.#census.complete(this.#simulation.now, records[record + STARTED]);
    records[record + STARTED] = ABSENT;
    this.#slots.release(job);
    this.#simulation.call(records[record + DONE], records[record + TAG], 0);
  }

  #grow(): void {
    this.#records = grownVisits(this.#records, this.#slots.capacity, WIDTH, STARTED);
  }
}
