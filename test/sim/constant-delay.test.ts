/**
 * A constant delay is exactly as many events of their own, ties included; its audit.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConstantDelay, ns, Simulation } from '../../sim/index.ts';
import { property } from '../property.ts';

type Submit = (a: number) => void;

/** Fires a workload of two delays, some of it resubmitted, among other events at the same instants. */
function workload(instants: number[], delays: [number, number], make: 'ring' | 'events'): string[] {
  const sim = new Simulation({ seed: 'delay' });
  const fired: string[] = [];
  let again = 40;
  const log = sim.register((a, b) => {
    fired.push(`${sim.now}: ${a} ${b}`);
    if (again-- > 0) stages[a % 2](a + 100);
  });
  const stages: Submit[] = delays.map((delay, which) => {
    if (make === 'events') return (a) => sim.after(delay, log, a, which);
    const stage = new ConstantDelay(sim, { name: `stage ${which}`, delay });
    return (a) => stage.submit(log, a, which);
  });
  const begin = sim.register((a) => {
    stages[a % 2](a);
    sim.after(delays[a % 2], log, a, 2);
    sim.finish();
  });
  instants.forEach((time, i) => {
    sim.at(time, begin, i);
  });
  sim.run();
  sim.finish();
  return fired;
}

describe('constant delay', () => {
  property([fc.array(fc.nat(30), { maxLength: 60 }), fc.tuple(fc.nat(12), fc.nat(12))], { numRuns: 300 })(
    'cannot be told from events of their own',
    (instants, delays) => {
      expect(workload(instants, delays, 'ring')).toEqual(workload(instants, delays, 'events'));
    },
  );

  it('holds any number under way with one event in the heap', () => {
    const sim = new Simulation({ seed: 'delay' });
    const stage = new ConstantDelay(sim, { name: 'wire', delay: ns(10) });
    const fired: number[] = [];
    const done = sim.register((a) => fired.push(a));
    for (let i = 0; i < 1000; i++) stage.submit(done, i, 0);
    expect(sim.pending).toBe(1);
    sim.run();
    expect(fired).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(sim.now).toBe(ns(10));
  });

  it('grows while its ring is turned', () => {
    const sim = new Simulation({ seed: 'delay' });
    const stage = new ConstantDelay(sim, { name: 'wire', delay: ns(10) });
    const fired: number[] = [];
    const done = sim.register((a) => fired.push(a));
    for (let i = 0; i < 12; i++) stage.submit(done, i, 0);
    sim.run(ns(10));
    for (let i = 12; i < 60; i++) stage.submit(done, i, 0);
    sim.run();
    expect(fired).toEqual(Array.from({ length: 60 }, (_, i) => i));
    sim.finish();
  });

  it('refuses a fraction of a picosecond', () => {
    const sim = new Simulation({ seed: 'delay' });
    expect(() => new ConstantDelay(sim, { name: 'wire', delay: 0.5 })).toThrow('wire: delay is 0.5 ps');
  });
});
