/**
 * The flows of a shared link that have one cap, hence at every moment one rate: their virtual clock and the order in
 * which they will finish.
 *
 * The virtual clock is what each flow of the class has received since the clock was last 0: V(t) = v + rate · (t - t0),
 * with v and t0 taken anew only when the rate changes. A flow that starts at V with amount A finishes when the clock
 * shows V + A, whatever the rates do in between, so a change of rate touches no flow (A. K. Parekh and R. G. Gallager,
 * IEEE/ACM Trans. Networking 1(3), 1993; virtual time of generalised processor sharing).
 *
 * Precision: the clock starts from 0 whenever the class is empty, and is set back to 0 before a flow starts whose amount
 * is below 2^-12 of it, so that an amount is held to 2^-41 of itself however long the link stays busy.
 */
import { grown } from './grown.ts';
import { Slots } from './slots.ts';
import type { Picoseconds } from './time.ts';

const PER_SECOND = 1e12;
const LONGEST_CLOCK = 2 ** 12;

/** What a link knows of each flow, by slot. */
export class FlowTable {
  readonly slots: Slots;
  capacity: number;
  /** Reading of the class's clock at which the flow is done. */
  finishes: Float64Array;
  /** Counts the link's starts: decides among flows that finish at one instant. */
  orders: Float64Array;
  amounts: Float64Array;
  starts: Float64Array;
  /** done, a, b. */
  continuations: Int32Array;
  /** Where the flow stands in its class's heap. */
  positions: Int32Array;
  readonly classes: FlowClass[] = [];

  constructor(name: string) {
    this.slots = new Slots(`flows on ${name}`);
    this.capacity = this.slots.capacity;
    this.finishes = new Float64Array(this.capacity);
    this.orders = new Float64Array(this.capacity);
    this.amounts = new Float64Array(this.capacity);
    this.starts = new Float64Array(this.capacity);
    this.continuations = new Int32Array(3 * this.capacity);
    this.positions = new Int32Array(this.capacity);
  }

  take(): number {
    const slot = this.slots.take();
    if (slot >= this.capacity) this.grow();
    return slot;
  }

  private grow(): void {
    this.capacity = this.slots.capacity;
    this.finishes = grown(this.finishes, this.capacity);
    this.orders = grown(this.orders, this.capacity);
    this.amounts = grown(this.amounts, this.capacity);
    this.starts = grown(this.starts, this.capacity);
    this.continuations = grown(this.continuations, 3 * this.capacity);
    this.positions = grown(this.positions, this.capacity);
  }
}

export class FlowClass {
  /** Units/s that a flow of this class takes at most. */
  cap = 0;
  /** Units/s that each flow of this class has now. */
  rate = 0;
  /** Flows in the class. */
  size = 0;
  private readonly table: FlowTable;
  /** Binary heap of slots by (finish, order). */
  private heap = new Int32Array(16);
  private clock = 0;
  private clockAt: Picoseconds = 0;

  constructor(table: FlowTable) {
    this.table = table;
  }

  /** What a flow that was here since the clock's 0 has received by now, in units. */
  virtual(now: Picoseconds): number {
    return now === this.clockAt ? this.clock : this.clock + (this.rate * (now - this.clockAt)) / PER_SECOND;
  }

  /** From now on each flow moves at this rate. */
  setRate(now: Picoseconds, rate: number): void {
    if (rate === this.rate) return;
    this.clock = this.virtual(now);
    this.clockAt = now;
    this.rate = rate;
  }

  /** The flow that finishes first; only if there is one. */
  get first(): number {
    return this.heap[0];
  }

  /** When the first flow finishes at the present rate, to the nearest ps. */
  due(): Picoseconds {
    return (
      this.clockAt + Math.round(((this.table.finishes[this.heap[0]] - this.clock) / this.rate) * PER_SECOND)
    );
  }

  /** What a flow has still to receive; negative by at most the rounding of its finish to a whole ps. */
  left(now: Picoseconds, flow: number): number {
    return this.table.finishes[flow] - this.virtual(now);
  }

  add(now: Picoseconds, flow: number): void {
    const { table } = this;
    if (this.size === 0 || this.virtual(now) > table.amounts[flow] * LONGEST_CLOCK) this.rebase(now);
    table.finishes[flow] = this.virtual(now) + table.amounts[flow];
    if (this.size === this.heap.length) this.heap = grown(this.heap, 2 * this.size);
    this.siftUp(this.size++, flow);
  }

  remove(flow: number): void {
    const place = this.table.positions[flow];
    const last = this.heap[--this.size];
    if (last === flow) return;
    if (place > 0 && this.before(last, this.heap[(place - 1) >> 1])) this.siftUp(place, last);
    else this.siftDown(place, last);
  }

  /** Calls back with each flow of the class. */
  forEach(visit: (flow: number) => void): void {
    for (let i = 0; i < this.size; i++) visit(this.heap[i]);
  }

  /** Sets the clock to 0. */
  private rebase(now: Picoseconds): void {
    const passed = this.virtual(now);
    for (let i = 0; i < this.size; i++) this.table.finishes[this.heap[i]] -= passed;
    this.clock = 0;
    this.clockAt = now;
  }

  private before(flow: number, other: number): boolean {
    const { finishes, orders } = this.table;
    const difference = finishes[flow] - finishes[other];
    return difference < 0 || (difference === 0 && orders[flow] < orders[other]);
  }

  private siftUp(place: number, flow: number): void {
    const { heap } = this;
    const { positions } = this.table;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!this.before(flow, heap[above])) break;
      heap[place] = heap[above];
      positions[heap[place]] = place;
      place = above;
    }
    heap[place] = flow;
    positions[flow] = place;
  }

  private siftDown(place: number, flow: number): void {
    const { heap, size } = this;
    const { positions } = this.table;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      if (child + 1 < size && this.before(heap[child + 1], heap[child])) child++;
      if (!this.before(heap[child], flow)) break;
      heap[place] = heap[child];
      positions[heap[place]] = place;
      place = child;
    }
    heap[place] = flow;
    positions[flow] = place;
  }
}
