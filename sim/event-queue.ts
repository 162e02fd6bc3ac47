/**
 * Pending events in order of time, equal times in order of scheduling: a 4-ary heap on typed arrays.
 *
 * A node of the heap is a time and the slot of its event; what the event carries (order, handler, a, b) stays in the
 * slot, so that moving a node moves 12 bytes and the order is read only where times are equal. The order number is a
 * Float64 counting from 0: it would take 28 years at 10 M events/s to reach 2^53, so it never wraps.
 *
 * `next` leaves a hole at the root, which the handler's first `schedule` fills: the commonest pattern, one event that
 * causes one event, costs one sift instead of two. A cancelled event stays as a dead node until it reaches the root;
 * when more than half the nodes are dead they are swept out, O(1) a cancellation in the long run.
 *
 * Heap arity: LaMarca and Ladner, "The influence of caches on the performance of heaps", 1996.
 */
import { grown, Slots } from './slots.ts';

const DEAD = -1;
const SWEEP_FROM = 64;

export class EventQueue {
  /** What `next` took out last. */
  time = 0;
  handler = 0;
  a = 0;
  b = 0;

  private readonly slots = new Slots('pending events');
  private capacity = this.slots.capacity;
  private times = new Float64Array(this.capacity);
  private nodes = new Int32Array(this.capacity);
  private size = 0;
  private hole = false;
  private dead = 0;
  private orders = new Float64Array(this.capacity);
  private handlers = new Int32Array(this.capacity);
  private as = new Int32Array(this.capacity);
  private bs = new Int32Array(this.capacity);
  private nextOrder = 0;

  /** Events scheduled, neither fired nor cancelled. */
  get pending(): number {
    return this.size - this.dead - (this.hole ? 1 : 0);
  }

  /** Takes the place among equal times that an event scheduled now would have; for `scheduleInOrder`. */
  reserveOrder(): number {
    return this.nextOrder++;
  }

  /** Adds an event; returns its id, for `cancel`. */
  schedule(time: number, handler: number, a: number, b: number): number {
    return this.scheduleInOrder(time, this.nextOrder++, handler, a, b);
  }

  /** As `schedule`, with an order reserved earlier. */
  scheduleInOrder(time: number, order: number, handler: number, a: number, b: number): number {
    const slot = this.slots.take();
    if (slot >= this.capacity) this.grow();
    this.orders[slot] = order;
    this.handlers[slot] = handler;
    this.as[slot] = a;
    this.bs[slot] = b;
    if (this.hole) {
      this.hole = false;
      this.siftDown(0, time, slot);
    } else {
      this.siftUp(this.size++, time, slot);
    }
    return this.slots.idOf(slot);
  }

  /** Takes an event out before it fires; false if it has fired or was cancelled already. */
  cancel(id: number): boolean {
    const slot = this.slots.slotOf(id);
    if (slot < 0 || this.handlers[slot] === DEAD) return false;
    this.handlers[slot] = DEAD;
    this.dead++;
    if (this.dead > SWEEP_FROM && this.dead * 2 > this.size) this.sweep();
    return true;
  }

  /** Takes the first event out into `time`, `handler`, `a`, `b` if it is due by `until`; false if there is none. */
  next(until: number): boolean {
    if (this.hole) this.fillHole();
    if (this.dead > 0) this.dropDead();
    if (this.size === 0 || this.times[0] > until) return false;
    const slot = this.nodes[0];
    this.time = this.times[0];
    this.handler = this.handlers[slot];
    this.a = this.as[slot];
    this.b = this.bs[slot];
    this.slots.release(slot);
    this.hole = true;
    return true;
  }

  private dropDead(): void {
    while (this.size > 0 && this.handlers[this.nodes[0]] === DEAD) {
      this.slots.release(this.nodes[0]);
      this.dead--;
      this.fillHole();
    }
  }

  /** Moves the last node to the root, whose event has gone. */
  private fillHole(): void {
    this.hole = false;
    const last = --this.size;
    if (last > 0) this.siftDown(0, this.times[last], this.nodes[last]);
  }

  private sweep(): void {
    if (this.hole) this.fillHole();
    let live = 0;
    for (let i = 0; i < this.size; i++) {
      const slot = this.nodes[i];
      if (this.handlers[slot] === DEAD) {
        this.slots.release(slot);
      } else {
        this.nodes[live] = slot;
        this.times[live++] = this.times[i];
      }
    }
    this.size = live;
    this.dead = 0;
    for (let i = (live - 2) >> 2; i >= 0; i--) this.siftDown(i, this.times[i], this.nodes[i]);
  }

  private siftUp(i: number, time: number, slot: number): void {
    const { times, nodes, orders } = this;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      const above = times[parent];
      if (above < time || (above === time && orders[nodes[parent]] < orders[slot])) break;
      times[i] = above;
      nodes[i] = nodes[parent];
      i = parent;
    }
    times[i] = time;
    nodes[i] = slot;
  }

  private siftDown(i: number, time: number, slot: number): void {
    const { times, nodes, orders, size } = this;
    for (;;) {
      const first = 4 * i + 1;
      if (first >= size) break;
      const end = first + 4 < size ? first + 4 : size;
      let least = first;
      let leastTime = times[first];
      for (let child = first + 1; child < end; child++) {
        const t = times[child];
        if (t < leastTime || (t === leastTime && orders[nodes[child]] < orders[nodes[least]])) {
          least = child;
          leastTime = t;
        }
      }
      if (time < leastTime || (time === leastTime && orders[slot] < orders[nodes[least]])) break;
      times[i] = leastTime;
      nodes[i] = nodes[least];
      i = least;
    }
    times[i] = time;
    nodes[i] = slot;
  }

  private grow(): void {
    this.capacity = this.slots.capacity;
    this.times = grown(this.times, this.capacity);
    this.nodes = grown(this.nodes, this.capacity);
    this.orders = grown(this.orders, this.capacity);
    this.handlers = grown(this.handlers, this.capacity);
    this.as = grown(this.as, this.capacity);
    this.bs = grown(this.bs, this.capacity);
  }
}
