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
 * Heap arity: A. LaMarca and R. E. Ladner, "The influence of caches on the performance of heaps", 1996.
 */
import { grown } from './grown.ts';
import { Slots } from './slots.ts';

/** In place of the handler of a cancelled event. */
const DEAD = -1;
const SWEEP_FROM = 64;

export class EventQueue {
  /** The instant of the event to insert, and after `next` that of the event taken out. */
  time = 0;
  /** What `next` took out. */
  handler = 0;
  a = 0;
  b = 0;

  private readonly slots = new Slots('pending events');
  private capacity = this.slots.capacity;
  /** Infinity behind the last node, for three places at least. */
  private times = new Float64Array(this.capacity + 4).fill(Infinity);
  private nodes = new Int32Array(this.capacity);
  private size = 0;
  private hole = false;
  private dead = 0;
  private orders = new Float64Array(this.capacity);
  /** handler, a, b and an unused word of each slot. */
  private events = new Int32Array(4 * this.capacity);
  private nextOrder = 0;

  /** Events scheduled, neither fired nor cancelled. */
  get pending(): number {
    return this.size - this.dead - (this.hole ? 1 : 0);
  }

  /** Takes the place among equal times that an event inserted now would have; for `insertInOrder`. */
  reserveOrder(): number {
    return this.nextOrder++;
  }

  /** Adds an event at `this.time` (a field, because a Float64 argument would be allocated); returns its slot. */
  insert(handler: number, a: number, b: number): number {
    return this.insertInOrder(this.nextOrder++, handler, a, b);
  }

  /** As `insert`, with an order reserved earlier. */
  insertInOrder(order: number, handler: number, a: number, b: number): number {
    const { hole } = this;
    let slot = this.nodes[0];
    if (!hole || this.slots.spent(slot)) slot = this.takeSlot();
    this.orders[slot] = order;
    const { events } = this;
    const base = slot << 2;
    events[base] = handler;
    events[base + 1] = a;
    events[base + 2] = b;
    if (hole) {
      this.hole = false;
      this.siftDown(0, this.time, slot);
    } else {
      this.siftUp(this.size++, this.time, slot);
    }
    return slot;
  }

  /** The id of the event in a slot. */
  idOf(slot: number): number {
    return this.slots.idOf(slot);
  }

  /** Takes an event out before it fires; false if it has fired or was cancelled already. */
  cancel(id: number): boolean {
    const slot = this.slots.slotOf(id);
    if (slot < 0 || this.events[slot << 2] === DEAD) return false;
    this.events[slot << 2] = DEAD;
    this.dead++;
    if (this.dead > SWEEP_FROM && this.dead * 2 > this.size) this.sweep();
    return true;
  }

  /** Takes the first event out into `time`, `handler`, `a`, `b` if it is due by `until`; false if there is none. */
  next(until: number): boolean {
    if (this.hole) this.fillHole();
    if (this.dead > 0) this.dropDead();
    const time = this.times[0];
    if (this.size === 0 || time > until) return false;
    const slot = this.nodes[0];
    const { events } = this;
    const base = slot << 2;
    this.time = time;
    this.handler = events[base];
    this.a = events[base + 1];
    this.b = events[base + 2];
    this.slots.renew(slot);
    this.hole = true;
    return true;
  }

  private takeSlot(): number {
    const slot = this.slots.take();
    if (slot >= this.capacity) this.grow();
    return slot;
  }

  private dropDead(): void {
    while (this.size > 0 && this.events[this.nodes[0] << 2] === DEAD) {
      this.slots.renew(this.nodes[0]);
      this.dead--;
      this.fillHole();
    }
  }

  /** Moves the last node to the root, whose event has gone. */
  private fillHole(): void {
    this.hole = false;
    this.slots.recycle(this.nodes[0]);
    const last = --this.size;
    const time = this.times[last];
    this.times[last] = Infinity;
    this.siftDown(0, time, this.nodes[last]);
  }

  private sweep(): void {
    if (this.hole) this.fillHole();
    let live = 0;
    for (let i = 0; i < this.size; i++) {
      const slot = this.nodes[i];
      if (this.events[slot << 2] === DEAD) {
        this.slots.release(slot);
      } else {
        this.nodes[live] = slot;
        this.times[live++] = this.times[i];
      }
    }
    this.times.fill(Infinity, live, this.size);
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

  /** Unrolled, and without a test for the end of the heap (behind it all times are Infinity): half as long again else. */
  private siftDown(i: number, time: number, slot: number): void {
    const { times, nodes, orders, size } = this;
    for (let child = (i << 2) + 1; child < size; child = (i << 2) + 1) {
      const time1 = times[child + 1];
      const time2 = times[child + 2];
      const time3 = times[child + 3];
      let least = child;
      let leastTime = times[child];
      if (time1 < leastTime || (time1 === leastTime && orders[nodes[child + 1]] < orders[nodes[least]])) {
        least = child + 1;
        leastTime = time1;
      }
      if (time2 < leastTime || (time2 === leastTime && orders[nodes[child + 2]] < orders[nodes[least]])) {
        least = child + 2;
        leastTime = time2;
      }
      if (time3 < leastTime || (time3 === leastTime && orders[nodes[child + 3]] < orders[nodes[least]])) {
        least = child + 3;
        leastTime = time3;
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
    this.times = grown(this.times, this.capacity + 4).fill(Infinity, this.size);
    this.nodes = grown(this.nodes, this.capacity);
    this.orders = grown(this.orders, this.capacity);
    this.events = grown(this.events, 4 * this.capacity);
  }
}
