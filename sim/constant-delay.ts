/**
 * A delay that is the same for everyone (a propagation time, a fixed latency): first in, first out, so a ring holds
 * those under way and only the first is in the event heap. 10 M a second whatever their number.
 *
 * Each keeps the place among equal times that it had at `submit`: exactly as if every one were `sim.after(delay, …)`.
 */
import { Census } from './conservation.ts';
import { turned } from './grown.ts';
import type { HandlerId, Simulation } from './simulation.ts';
import type { Picoseconds } from './time.ts';

export class ConstantDelay {
  readonly name: string;
  readonly delay: Picoseconds;
  readonly census = new Census();
  private readonly sim: Simulation;
  private readonly fired: HandlerId;
  private capacity = 16;
  private times = new Float64Array(this.capacity);
  private orders = new Float64Array(this.capacity);
  private continuations = new Int32Array(3 * this.capacity);
  private head = 0;
  private count = 0;

  /** @throws if the delay is not a whole number of ps from 0 */
  constructor(sim: Simulation, { name, delay }: { name: string; delay: Picoseconds }) {
    if (!(Number.isInteger(delay) && delay >= 0)) {
      throw new Error(`${name}: delay is ${delay} ps; it must be a whole number of ps, 0 or more`);
    }
    this.sim = sim;
    this.name = name;
    this.delay = delay;
    this.fired = sim.register(() => this.fire());
    sim.audit(() => this.audit());
  }

  /** Calls done(a, b) one delay from now. */
  submit(done: HandlerId, a: number, b: number): void {
    if (this.count === this.capacity) this.grow();
    const { sim } = this;
    const time = sim.now + this.delay;
    const order = sim.reserveOrder();
    const tail = (this.head + this.count) & (this.capacity - 1);
    this.times[tail] = time;
    this.orders[tail] = order;
    const { continuations } = this;
    continuations[3 * tail] = done;
    continuations[3 * tail + 1] = a;
    continuations[3 * tail + 2] = b;
    this.census.arrive(sim.now);
    if (this.count++ === 0) sim.atReserved(time, order, this.fired);
  }

  private fire(): void {
    const { sim, head, continuations } = this;
    this.head = (head + 1) & (this.capacity - 1);
    this.count--;
    if (this.count > 0) sim.atReserved(this.times[this.head], this.orders[this.head], this.fired);
    this.census.complete(sim.now, sim.now - this.delay);
    sim.call(continuations[3 * head], continuations[3 * head + 1], continuations[3 * head + 2]);
  }

  private audit(): void {
    const { now } = this.sim;
    let spent = 0;
    for (let i = 0; i < this.count; i++) {
      spent += now - (this.times[(this.head + i) & (this.capacity - 1)] - this.delay);
    }
    this.census.audit(this.name, now, this.count, spent);
  }

  /** Doubles the ring and moves its first element to index 0. */
  private grow(): void {
    const { head } = this;
    this.times = turned(this.times, head, 1);
    this.orders = turned(this.orders, head, 1);
    this.continuations = turned(this.continuations, head, 3);
    this.head = 0;
    this.capacity = 2 * this.capacity;
  }
}
