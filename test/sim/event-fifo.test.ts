/**
 * Events of a FIFO are exactly events of their own, ties and those out of order included.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventFifo } from '../../sim/event-fifo.ts';
import { Simulation } from '../../sim/index.ts';
import { property } from '../property.ts';

/** At each instant an event is scheduled `delay` later, and one of its own at the same instant beside it. */
function workload(events: { time: number; delay: number }[], make: 'fifo' | 'events'): string[] {
  const sim = new Simulation({ seed: 'fifo' });
  const fifo = new EventFifo(sim);
  const fired: string[] = [];
  const at = (time: number, a: number) =>
    make === 'fifo' ? fifo.at(time, log, a) : void sim.at(time, log, a);
  let again = 40;
  const log = sim.register((a, b) => {
    fired.push(`${sim.now}: ${a} ${b}`);
    if (again-- > 0) at(sim.now + (a % 7), a + 100);
  });
  const begin = sim.register((i) => {
    const due = sim.now + events[i].delay;
    at(due, i);
    sim.at(due, log, i, 1);
  });
  events.forEach(({ time }, i) => {
    sim.at(time, begin, i);
  });
  sim.run();
  return fired;
}

describe('event fifo', () => {
  property([fc.array(fc.record({ time: fc.nat(30), delay: fc.nat(12) }), { maxLength: 80 })], {
    numRuns: 300,
  })('cannot be told from events of their own', (events) => {
    expect(workload(events, 'fifo')).toEqual(workload(events, 'events'));
  });

  it('holds any number with few events in the heap', () => {
    const sim = new Simulation({ seed: 'fifo' });
    const fifo = new EventFifo(sim);
    const fired: number[] = [];
    const done = sim.register((a) => fired.push(a));
    for (let i = 0; i < 1000; i++) fifo.at(i + 1, done, i);
    expect(sim.pending).toBe(2);
    sim.run(500);
    for (let i = 1000; i < 3000; i++) fifo.at(i + 1, done, i);
    sim.run();
    expect(fired).toEqual(Array.from({ length: 3000 }, (_, i) => i));
  });
});
