/**
 * The readable style for code that is not hot: a generator that yields what it waits for.
 *
 * A wait is a function that is given a continuation and arranges for it to be called once: `sim.delay(x)`,
 * `station.service(x)`, `signal.wait`, another process's `join`, or any `(done, a, b) => device.submit(…, done, a)`.
 * No promises: their order depends on microtask hops. Fine up to about 1,000 live processes.
 */
import type { HandlerId, Simulation } from './simulation.ts';

export type Wait = (done: HandlerId, a: number, b: number) => void;

/** Something that happens, once or often; processes and other continuations wait for its next time. */
export class Signal {
  private waiting: number[] = [];
  private readonly sim: Simulation;

  constructor(sim: Simulation) {
    this.sim = sim;
  }

  readonly wait: Wait = (done, a, b) => {
    this.waiting.push(done, a, b);
  };

  /** Wakes all who wait now, in the order in which they came, within this instant. */
  fire(): void {
    const woken = this.waiting;
    this.waiting = [];
    for (let i = 0; i < woken.length; i += 3) this.sim.after(0, woken[i], woken[i + 1], woken[i + 2]);
  }
}

export class Process {
  finished = false;
  private readonly ended: Signal;

  constructor(sim: Simulation) {
    this.ended = new Signal(sim);
  }

  /** Waits for the process to end; goes on within this instant if it has. */
  get join(): Wait {
    return (done, a, b) => {
      this.ended.wait(done, a, b);
      if (this.finished) this.ended.fire();
    };
  }

  end(): void {
    this.finished = true;
    this.ended.fire();
  }
}

/** Runs the bodies of one simulation's processes. */
export class Processes {
  private readonly sim: Simulation;
  private readonly bodies: (Generator<Wait, void, void> | undefined)[] = [];
  private readonly processes: Process[] = [];
  private readonly free: number[] = [];
  private readonly resumed: HandlerId;

  constructor(sim: Simulation) {
    this.sim = sim;
    this.resumed = sim.register((slot) => this.resume(slot));
  }

  spawn(body: Generator<Wait, void, void>): Process {
    const slot = this.free.pop() ?? this.bodies.length;
    const spawned = new Process(this.sim);
    this.bodies[slot] = body;
    this.processes[slot] = spawned;
    this.sim.after(0, this.resumed, slot, 0);
    return spawned;
  }

  private resume(slot: number): void {
    const step = this.bodies[slot]!.next();
    if (!step.done) {
      step.value(this.resumed, slot, 0);
      return;
    }
    const ended = this.processes[slot];
    this.bodies[slot] = undefined;
    this.free.push(slot);
    ended.end();
  }
}
