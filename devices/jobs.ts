/**
 * Work under way that ends when its last part does (commands of a request, flows of a kernel), with the continuation to
 * call then. Pooled: nothing is allocated per job. Conservation and Little's law are audited over all jobs.
 */
import { Census } from '../sim/conservation.ts';
import type { HandlerId, Picoseconds, Simulation } from '../sim/index.ts';
import { grown, Slots } from '../sim/slots.ts';

const FREE = -1;

export class Jobs {
  readonly #simulation: Simulation;
  readonly #census = new Census();
  readonly #slots: Slots;
  #capacity = 0;
  #parts = new Int32Array(0);
  #done = new Int32Array(0);
  #tag = new Int32Array(0);
  #started = new Float64Array(0);

  /** @param name what the audit calls the place where the jobs are */
  constructor(simulation: Simulation, name: string) {
    this.#simulation = simulation;
    this.#slots = new Slots(`jobs at ${name}`);
    this.#grow();
    simulation.audit(() => this.#audit(name));
  }

  /** A new job of `parts` parts; done(tag, 0) is called at the end of the last. @returns its id, free again then */
  start(parts: number, done: HandlerId, tag: number): number {
    const job = this.#slots.take();
    if (job >= this.#capacity) this.#grow();
    const { now } = this.#simulation;
    this.#parts[job] = parts;
    this.#done[job] = done;
    this.#tag[job] = tag;
    this.#started[job] = now;
    this.#census.arrive(now);
    return job;
  }

  addPart(job: number): void {
    this.#parts[job]++;
  }

  startOf(job: number): Picoseconds {
    return this.#started[job];
  }

  /** One part has ended; the last one frees the job and calls its continuation. */
  endPart(job: number): void {
    if (--this.#parts[job] > 0) return;
    this.#census.complete(this.#simulation.now, this.#started[job]);
    this.#started[job] = FREE;
    this.#slots.release(job);
    this.#simulation.call(this.#done[job], this.#tag[job], 0);
  }

  #grow(): void {
    const old = this.#capacity;
    this.#capacity = this.#slots.capacity;
    this.#parts = grown(this.#parts, this.#capacity);
    this.#done = grown(this.#done, this.#capacity);
    this.#tag = grown(this.#tag, this.#capacity);
    this.#started = grown(this.#started, this.#capacity).fill(FREE, old);
  }

  #audit(name: string): void {
    const { now } = this.#simulation;
    let present = 0;
    let time = 0;
    for (const started of this.#started) {
      if (started === FREE) continue;
      present++;
      time += now - started;
    }
    this.#census.audit(name, now, present, time);
  }
}
