/**
 * The event queue against a sorted array: random insertions, reservations, cancellations and removals.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../sim/event-queue.ts';
import { Slots } from '../../sim/slots.ts';
import { SortedQueue } from '../oracles/sorted-queue.ts';
import { property } from '../property.ts';

const HANDLER = 7;

/** Both queues side by side; every answer is compared. */
class Pair {
  private readonly queue = new EventQueue();
  private readonly oracle = new SortedQueue();
  private readonly ids: number[] = [];
  private readonly distinct = new Set<number>();
  private readonly reserved: number[] = [];
  private now = 0;
  private count = 0;

  insert(delay: number): void {
    this.queue.time = this.now + delay;
    this.remember(this.queue.insert(HANDLER, this.count, -this.count), delay);
  }

  reserve(): void {
    const order = this.queue.reserveOrder();
    expect(this.oracle.reserveOrder()).toBe(order);
    this.reserved.push(order);
  }

  /** With the oldest reservation, if there is one: its events come before later ones of the same instant. */
  insertReserved(delay: number): void {
    const order = this.reserved.shift();
    if (order === undefined) return;
    this.queue.time = this.now + delay;
    this.remember(this.queue.insertInOrder(order, HANDLER, this.count, -this.count), delay, order);
  }

  /** Any event ever inserted, living or not. */
  cancel(which: number): void {
    if (this.ids.length === 0) return;
    const id = this.ids[which % this.ids.length];
    expect(this.queue.cancel(id)).toBe(this.oracle.cancel(id));
  }

  /** Enough insertions and cancellations for a sweep. */
  flood(n: number): void {
    const first = this.ids.length;
    for (let i = 0; i < 150; i++) this.insert((i * (n + 1)) % 53);
    for (let i = first; i < this.ids.length; i++) if ((i * 7 + n) % 10 > 0) this.cancel(i);
  }

  next(within: number): void {
    const expected = this.oracle.next(this.now + within);
    expect(this.queue.next(this.now + within)).toBe(expected !== undefined);
    if (expected === undefined) return;
    const { time, handler, a, b } = this.queue;
    expect({ time, handler, a, b }).toEqual({
      time: expected.time,
      handler: HANDLER,
      a: expected.a,
      b: 0 - expected.a,
    });
    expect(time).toBeGreaterThanOrEqual(this.now);
    this.now = time;
  }

  agree(): void {
    expect(this.queue.pending).toBe(this.oracle.pending);
  }

  drain(): void {
    while (this.oracle.pending > 0) this.next(Infinity);
    this.next(Infinity);
    this.agree();
  }

  private remember(slot: number, delay: number, order?: number): void {
    const id = this.queue.idOf(slot);
    expect(this.distinct.has(id)).toBe(false);
    this.distinct.add(id);
    this.ids.push(id);
    this.oracle.insert(this.now + delay, id, this.count++, order);
  }
}

const OPERATIONS: { [name: string]: (pair: Pair, n: number) => unknown } = {
  insert: (pair, n) => pair.insert(n % 50),
  reserve: (pair) => pair.reserve(),
  insertReserved: (pair, n) => pair.insertReserved(n % 50),
  cancel: (pair, n) => pair.cancel(n),
  flood: (pair, n) => n % 10 === 0 && pair.flood(n),
  next: (pair, n) => pair.next(n % 3 === 0 ? n % 50 : Infinity),
};

const operation = fc.record({
  // Insertions are listed twice, so that the queue fills.
  name: fc.constantFrom('insert', ...Object.keys(OPERATIONS)),
  n: fc.nat(1000),
});

describe('event queue', () => {
  property([fc.array(operation, { maxLength: 300, size: 'max' })], { numRuns: 100 })(
    'does what a sorted array does',
    (operations) => {
      const pair = new Pair();
      for (const { name, n } of operations) {
        OPERATIONS[name](pair, n);
        pair.agree();
      }
      pair.drain();
    },
  );

  it('grows, and sweeps out the dead when most are cancelled', () => {
    const queue = new EventQueue();
    const ids = Array.from({ length: 5000 }, (_, i) => {
      queue.time = (i * 7919) % 5000;
      return queue.idOf(queue.insert(HANDLER, queue.time, 0));
    });
    expect(ids.filter((_, i) => i % 10 !== 0).every((id) => queue.cancel(id))).toBe(true);
    expect(queue.pending).toBe(500);
    const left = ids.map((_, i) => (i * 7919) % 5000).filter((_, i) => i % 10 === 0);
    const taken: number[] = [];
    while (queue.next(Infinity)) taken.push(queue.a);
    expect(taken).toEqual(left.toSorted((a, b) => a - b));
  });

  it('keeps dead events from piling up when one event is moved again and again', () => {
    const slots = new Set<number>();
    const queue = new EventQueue();
    let id = 0;
    for (let i = 0; i < 10_000; i++) {
      if (i > 0) queue.cancel(id);
      queue.time = 1e9 + i;
      const slot = queue.insert(HANDLER, i, 0);
      slots.add(slot);
      id = queue.idOf(slot);
    }
    expect(slots.size).toBeLessThan(200);
    expect(queue.next(Infinity) && queue.a).toBe(9999);
    expect(queue.next(Infinity)).toBe(false);
  });
});

describe('slots', () => {
  it('never gives an id twice and never 0', () => {
    const slots = new Slots('things');
    const seen = new Set<number>();
    for (let i = 0; i < 1000; i++) {
      const slot = slots.take();
      seen.add(slots.idOf(slot));
      if (i % 3 !== 0) slots.release(slot);
    }
    expect(seen.size).toBe(1000);
    expect(seen.has(0)).toBe(false);
    expect([...seen].filter((id) => slots.slotOf(id) >= 0)).toHaveLength(334);
  });

  it('retires a slot whose generations are spent', () => {
    const slots = new Slots('things');
    const first = slots.take();
    // Half a billion generations further on.
    (slots as unknown as { ids: Float64Array }).ids[first] = 2 ** 53 - 2 ** 25 + first;
    expect(slots.spent(first)).toBe(false);
    slots.renew(first);
    expect(slots.spent(first)).toBe(true);
    slots.recycle(first);
    expect(slots.take()).not.toBe(first);
  });
});
