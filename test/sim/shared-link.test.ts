/**
 * Shared links against an exact fluid oracle, their exactness for a lone flow, their statistics and refusals.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlowClass, FlowTable } from '../../sim/flow-class.ts';
import { duration, SharedLink, Simulation, seconds, us } from '../../sim/index.ts';
import { type FluidEnd, type FluidFlow, fluidLink } from '../oracles/fluid-link.ts';
import { property } from '../property.ts';

const link = (rate: number) => {
  const sim = new Simulation({ seed: 'link' });
  return { sim, link: new SharedLink(sim, { name: 'link', rate }) };
};

/** Ends of the flows on the kernel's link. */
function simulate(rate: number, flows: FluidFlow[]): FluidEnd[] {
  const { sim, link: shared } = link(rate);
  const ends: FluidEnd[] = [];
  const ids: number[] = [];
  const done = sim.register((i) => {
    ends[i] = { time: sim.now, left: 0 };
  });
  const start = sim.register((i) => {
    ids[i] = shared.start(flows[i].amount, flows[i].cap, done, i, 0);
  });
  const stop = sim.register((i) => {
    const left = shared.stop(ids[i]);
    ends[i] ??= { time: sim.now, left };
    sim.finish();
  });
  flows.forEach((flow, i) => {
    sim.at(flow.start, start, i);
    if (flow.stop < Infinity) sim.at(flow.stop, stop, i);
  });
  sim.run();
  sim.finish();
  expect(shared.flows).toBe(0);
  return ends;
}

/**
 * Each finish is rounded to a whole ps, which may shift every later one by as much. A flow that is stopped within that
 * distance of its end may be found on either side of it.
 */
function expectAlike(rate: number, flows: FluidFlow[]): void {
  const found = simulate(rate, flows);
  const expected = fluidLink(rate, flows);
  const ps = flows.length + 1;
  flows.forEach(({ cap, amount, stop }, i) => {
    const units = (Math.min(cap, rate) * 2 * ps) / 1e12 + amount * 1e-9;
    const scale = ps + expected[i].time * 1e-9;
    const where = `flow ${i}: ${JSON.stringify({ found: found[i], expected: expected[i] })}`;
    expect(Math.abs(found[i].left - expected[i].left), where).toBeLessThanOrEqual(units);
    expect(Math.abs(found[i].time - Math.min(expected[i].time, stop)), where).toBeLessThanOrEqual(scale);
  });
}

const RATE = 64e9;
const flowWith = (caps: fc.Arbitrary<number>): fc.Arbitrary<FluidFlow> =>
  fc
    .record({
      start: fc.nat(2e6),
      amount: fc.oneof(fc.nat(64), fc.nat(1 << 16), fc.integer({ min: 1, max: 1 << 24 })),
      cap: caps,
      life: fc.option(fc.nat(4e6), { nil: Infinity, freq: 3 }),
    })
    .map(({ start, amount, cap, life }) => ({ start, amount, cap, stop: start + life }));

const fewCaps = fc.constantFrom(1e9, 8e9, 8e9, 32e9, RATE, 100e9, Infinity);
const anyCap = fc.double({ min: 1e6, max: 1e12, noNaN: true });

describe('shared link', () => {
  property([fc.array(flowWith(fewCaps), { maxLength: 40, size: 'max' })], { numRuns: 200 })(
    'with few caps does what exact water-filling does',
    (flows) => expectAlike(RATE, flows),
  );

  property([fc.array(flowWith(anyCap), { maxLength: 40, size: 'max' })], { numRuns: 200 })(
    'with every cap different does what exact water-filling does',
    (flows) => expectAlike(RATE, flows),
  );

  property([fc.array(flowWith(fewCaps.filter(Number.isFinite)), { maxLength: 20 })], { numRuns: 50 })(
    'of infinite rate gives every flow its cap, to the picosecond',
    (flows) => {
      const ends = simulate(Infinity, flows);
      flows.forEach(({ start, amount, cap, stop }, i) => {
        const finish = start + duration(amount, cap);
        // One clock serves all flows of a cap, so that a flow which starts later on it may be rounded the other way.
        expect(Math.abs(ends[i].time - Math.min(finish, stop))).toBeLessThanOrEqual(1);
      });
    },
  );

  property([
    fc.double({ min: 1e-3, max: 1e15, noNaN: true }),
    fc.double({ min: 1, max: 1e12, noNaN: true }),
    fc.oneof(fc.constant(Infinity), fc.double({ min: 1, max: 1e12, noNaN: true })),
  ])('carries a lone flow in exactly duration(amount, min(cap, rate))', (amount, rate, cap) => {
    const { sim, link: shared } = link(rate);
    const instants: number[] = [];
    const done = sim.register((round) => {
      instants.push(sim.now);
      if (round < 3) shared.start(amount, cap, done, round + 1, 0);
    });
    shared.start(amount, cap, done, 1, 0);
    sim.run();
    sim.finish();
    const once = duration(amount, Math.min(cap, rate));
    const sums = [once, once + once, once + once + once];
    if (sums[2] < 2 ** 53) expect(instants).toEqual(sums);
  });

  it('shares by hand: two uncapped, two capped at a fifth', () => {
    const { sim, link: shared } = link(1e9);
    const ends: [number, number][] = [];
    const done = sim.register((a) => ends.push([a, sim.now]));
    shared.start(1000, Infinity, done, 1, 0);
    shared.start(1000, 2e8, done, 2, 0);
    shared.start(1000, 2e8, done, 3, 0);
    const fourth = shared.start(4000, Infinity, done, 4, 0);
    sim.run(us(2));
    // The uncapped have 0.3 GB/s each: 600 B in 2 us. Then the first has 0.6 GB/s for its last 400 B.
    expect(shared.stop(fourth)).toBeCloseTo(3400, 6);
    expect(shared.stop(fourth)).toBe(0);
    sim.run();
    expect(ends).toEqual([
      [1, us(2) + duration(400, 6e8)],
      [2, us(5)],
      [3, us(5)],
    ]);
    sim.run(us(10));
    sim.finish();
    const { carried, utilisation, busyFraction, meanFlows } = shared.statistics();
    expect(carried).toBeCloseTo(3600, 6);
    expect(utilisation).toBeCloseTo(0.36, 6);
    expect(busyFraction).toBe(0.5);
    expect(meanFlows).toBeCloseTo((4 * 2 + 3 * (400 / 600) + 2 * (3 - 400 / 600)) / 10, 6);
  });

  it('finishes flows of one instant in the order of their starts', () => {
    const { sim, link: shared } = link(1e9);
    const ended: number[] = [];
    const done = sim.register((a) => ended.push(a));
    // Equal finishes in two classes, started alternately.
    for (let i = 0; i < 6; i++) shared.start(1000, i % 2 === 0 ? Infinity : 1e9, done, i, 0);
    sim.run();
    expect(ended).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('does not drift over a long busy time', () => {
    /** Instants, from the epoch on, at which flows finish that share the link with one that is busy since 0. */
    const finishes = (epoch: number) => {
      const { sim, link: shared } = link(1e11);
      const instants: number[] = [];
      const done = sim.register(() => instants.push(sim.now - epoch));
      const start = sim.register((i) => shared.start(i === 0 ? 1e6 : 64 + (i % 7), Infinity, done, 0, 0));
      const background = shared.start(1e15, Infinity, done, 0, 0);
      for (let i = 0; i < 5000; i++) sim.at(epoch + 4001 * i, start, i);
      sim.run(epoch + us(100));
      sim.finish();
      const carried = shared.totals().carried - (1e15 - shared.stop(background));
      return { instants, carried };
    };
    const early = finishes(0);
    const late = finishes(seconds(2000));
    expect(early.instants).toHaveLength(5000);
    const drift = late.instants.map((instant, i) => Math.abs(instant - early.instants[i]));
    expect(Math.max(...drift)).toBeLessThanOrEqual(2);
    expect(late.carried).toBeCloseTo(early.carried, 1);
  });

  it('accepts a flow that rounding lets finish late, when another has just slowed it down', () => {
    const at = (start: number, cap: number): FluidFlow => ({ start, amount: 1, cap, stop: Infinity });
    expectAlike(RATE, [at(2, RATE), at(19, Infinity), at(19, Infinity), at(11, 8e9)]);
  });

  it('refuses what makes no sense, by name', () => {
    const { sim, link: shared } = link(1e9);
    const done = sim.register(() => {});
    expect(() => link(0)).toThrow('link: rate is 0');
    expect(() => shared.start(-1, 1, done, 0, 0)).toThrow('link: flow of -1 units');
    expect(() => shared.start(Infinity, 1, done, 0, 0)).toThrow('link: flow of Infinity units');
    expect(() => shared.start(1, 0, done, 0, 0)).toThrow('link: cap is 0');
  });
});

describe('flow class', () => {
  const amounts = fc.array(fc.nat(1000), { minLength: 20, maxLength: 60, size: 'max' });

  property([amounts, amounts])('knows its first flow through any removals', (sizes, removals) => {
    const table = new FlowTable('link');
    const flows = new FlowClass(table);
    const present = sizes.map((amount, i) => {
      const flow = table.take();
      table.amounts[flow] = amount;
      table.orders[flow] = i;
      flows.add(0, flow);
      return flow;
    });
    const rank = (flow: number) => table.amounts[flow] * 100 + table.orders[flow];
    for (const removal of removals.slice(0, sizes.length / 2)) {
      flows.remove(present.splice(removal % present.length, 1)[0]);
    }
    for (const flow of present.toSorted((x, y) => rank(x) - rank(y))) {
      expect(flows.first).toBe(flow);
      flows.remove(flow);
    }
    expect(flows.size).toBe(0);
  });
});
