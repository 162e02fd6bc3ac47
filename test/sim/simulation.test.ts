/**
 * The event loop: order, cancellation, the clock, and what it refuses.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConservationError, EXACT_LIMIT, ns, Simulation, us } from '../../sim/index.ts';
import { property } from '../property.ts';

const simulation = () => new Simulation({ seed: 'test' });

describe('events', () => {
  it('of one instant fire in the order of scheduling', () => {
    const sim = simulation();
    const fired: number[] = [];
    const log = sim.register((a) => fired.push(a));
    for (let i = 0; i < 100; i++) sim.at(i % 3, log, i);
    sim.run();
    const expected = Array.from({ length: 100 }, (_, i) => i).sort((a, b) => (a % 3) - (b % 3) || a - b);
    expect(fired).toEqual(expected);
  });

  it('scheduled for now fire after those already due now', () => {
    const sim = simulation();
    const fired: number[] = [];
    const log = sim.register((a) => fired.push(a));
    const spread = sim.register(() => sim.after(0, log, 2));
    sim.at(5, spread);
    sim.at(5, log, 1);
    sim.run();
    expect(fired).toEqual([1, 2]);
  });

  property([
    fc.array(fc.record({ delay: fc.nat(20), children: fc.nat(2), cancel: fc.nat(50) }), { minLength: 1 }),
  ])('time never goes back, and each event fires once or is cancelled, never both', (plan) => {
    const sim = simulation();
    const ids: number[] = [];
    const fate: ('pending' | 'fired' | 'cancelled')[] = [];
    const due: number[] = [];
    let last = 0;
    const schedule = (delay: number) => {
      if (ids.length >= 300) return;
      due.push(sim.now + delay);
      fate.push('pending');
      ids.push(sim.after(delay, fire, ids.length));
    };
    const fire = sim.register((a) => {
      expect(sim.now).toBeGreaterThanOrEqual(last);
      expect(sim.now).toBe(due[a]);
      expect(fate[a]).toBe('pending');
      last = sim.now;
      fate[a] = 'fired';
      expect(sim.cancel(ids[a])).toBe(false);
      const { delay, children, cancel } = plan[a % plan.length];
      for (let i = 0; i < children; i++) schedule(delay * i);
      const victim = cancel % ids.length;
      const alive = fate[victim] === 'pending';
      expect(sim.cancel(ids[victim])).toBe(alive);
      if (alive) fate[victim] = 'cancelled';
    });
    for (const { delay } of plan) schedule(delay);
    sim.run();
    expect(fate).not.toContain('pending');
    expect(sim.pending).toBe(0);
  });
});

describe('run', () => {
  it('until an instant fires what is due then, and leaves the clock there', () => {
    const sim = simulation();
    const fired: number[] = [];
    const log = sim.register((a) => fired.push(a));
    for (const t of [1, 2, 3]) sim.at(ns(t), log, t);
    sim.run(ns(2));
    expect([fired, sim.now, sim.pending]).toEqual([[1, 2], ns(2), 1]);
    sim.run(ns(10));
    expect([fired, sim.now]).toEqual([[1, 2, 3], ns(10)]);
  });

  it('goes on after a handler has thrown', () => {
    const sim = simulation();
    const fired: number[] = [];
    const log = sim.register((a) => {
      if (a === 1) throw new Error('handler failed');
      fired.push(a);
    });
    for (const a of [1, 2]) sim.at(a, log, a);
    expect(() => sim.run()).toThrow('handler failed');
    sim.run();
    expect(fired).toEqual([2]);
  });

  it('is not entered from a handler', () => {
    const sim = simulation();
    sim.after(
      0,
      sim.register(() => sim.run()),
    );
    expect(() => sim.run()).toThrow('run() called from inside a handler');
  });

  it('says when time has passed the exact range', () => {
    const sim = simulation();
    sim.run(EXACT_LIMIT);
    expect(sim.beyondExact).toBe(false);
    sim.after(
      2,
      sim.register(() => {}),
    );
    sim.run();
    expect(sim.beyondExact).toBe(true);
  });
});

describe('refused instants', () => {
  it('in the past, naming both', () => {
    const sim = simulation();
    const nothing = sim.register(() => {});
    sim.run(us(3));
    expect(() => sim.at(us(2), nothing)).toThrow(
      'scheduled in the past: at 2000000 ps, but it is 3000000 ps now',
    );
    expect(() => sim.after(-1, nothing)).toThrow('scheduled in the past');
  });

  it.each([0.5, Number.NaN, Infinity])('%d ps', (time) => {
    const sim = simulation();
    const nothing = sim.register(() => {});
    expect(() => sim.after(time, nothing)).toThrow('finite whole picoseconds');
    expect(sim.pending).toBe(0);
  });
});

describe('finish', () => {
  it('runs every audit', () => {
    const sim = simulation();
    let audits = 0;
    sim.audit(() => audits++);
    sim.audit(() => {
      throw new ConservationError('link: 3 in, 2 out');
    });
    expect(() => sim.finish()).toThrow('link: 3 in, 2 out');
    expect(audits).toBe(1);
  });
});

describe('random streams', () => {
  it('depend on seed and path, and on nothing else', () => {
    const draws = (seed: string, path: string, before: string[] = []) => {
      const sim = new Simulation({ seed });
      for (const other of before) sim.random(other)();
      return Array.from({ length: 5 }, sim.random(path));
    };
    expect(draws('a', 'drive/0')).toEqual(draws('a', 'drive/0', ['drive/1', 'cpu']));
    expect(draws('a', 'drive/0')).not.toEqual(draws('a', 'drive/1'));
    expect(draws('a', 'drive/0')).not.toEqual(draws('b', 'drive/0'));
    expect(draws('a/b', 'c')).not.toEqual(draws('a', 'b/c'));
  });

  it('of one path are one stream', () => {
    const sim = simulation();
    expect(sim.random('x')).toBe(sim.random('x'));
  });

  it('of neighbouring paths are uncorrelated', () => {
    const sim = simulation();
    const [x, y] = ['drive/0', 'drive/1'].map((path) => Array.from({ length: 20_000 }, sim.random(path)));
    const covariance = x.reduce((sum, value, i) => sum + (value - 0.5) * (y[i] - 0.5), 0) / x.length;
    // Standard error of the correlation is 1/√20000 = 0.007.
    expect(Math.abs(12 * covariance)).toBeLessThan(0.025);
  });
});
