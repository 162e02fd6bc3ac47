/**
 * Stations against a slow oracle, their statistics by hand, and their audit.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Census } from '../../sim/conservation.ts';
import { ConservationError, Simulation, Station, us } from '../../sim/index.ts';
import { type Outcome, type SlowJob, slowStation } from '../oracles/slow-station.ts';
import { property } from '../property.ts';

/** Dense enough for a queue to stand, and cancelled while it does. */
const job: fc.Arbitrary<SlowJob> = fc
  .record({
    arrival: fc.nat(60),
    service: fc.nat(12),
    priority: fc.nat(3),
    patience: fc.option(fc.nat(60), { nil: undefined }),
  })
  .map(({ patience, ...rest }) =>
    patience === undefined ? rest : { ...rest, cancel: rest.arrival + patience },
  );

/** What a station makes of the jobs. */
function simulate(jobs: SlowJob[], servers: number, discipline: 'fifo' | 'priority'): Outcome[] {
  const sim = new Simulation({ seed: 'station' });
  const station = new Station(sim, { name: 'station', servers, discipline });
  const outcomes: Outcome[] = [];
  const ids: number[] = [];
  const done = sim.register((i) => {
    outcomes[i] = { completed: sim.now };
  });
  const submit = sim.register((i) => {
    ids[i] = station.submit(jobs[i].service, done, i, 0, jobs[i].priority);
  });
  const cancel = sim.register((i) => {
    if (ids[i] !== undefined && station.cancel(ids[i])) outcomes[i] = { cancelled: sim.now };
    sim.finish();
  });
  jobs.forEach((one, i) => {
    sim.at(one.arrival, submit, i);
    if (one.cancel !== undefined) sim.at(one.cancel, cancel, i);
  });
  sim.run();
  sim.finish();
  const { submitted, completed, cancelled } = station.statistics();
  expect(submitted).toBe(jobs.length);
  expect(completed + cancelled).toBe(jobs.length);
  return outcomes;
}

describe('station', () => {
  const workload: [fc.Arbitrary<SlowJob[]>, fc.Arbitrary<number>] = [
    fc.array(job, { maxLength: 60, size: 'max' }),
    fc.integer({ min: 1, max: 4 }),
  ];

  property(workload, { numRuns: 300 })('fifo does what a list searched end to end does', (jobs, servers) => {
    expect(simulate(jobs, servers, 'fifo')).toEqual(slowStation(jobs, servers, false));
  });

  property(workload, { numRuns: 300 })(
    'priority does what a list searched end to end does',
    (jobs, servers) => {
      expect(simulate(jobs, servers, 'priority')).toEqual(slowStation(jobs, servers, true));
    },
  );

  it('measures by hand: three jobs of 10, 10 and 20 us on one server, all at 0', () => {
    const sim = new Simulation({ seed: 'station' });
    const station = new Station(sim, { name: 'disk', servers: 1 });
    const done = sim.register(() => {});
    for (const service of [10, 10, 20]) station.submit(us(service), done, 0, 0);
    sim.run(us(50));
    expect(station.statistics()).toEqual({
      submitted: 3,
      completed: 3,
      cancelled: 0,
      utilisation: 0.8,
      meanQueueLength: (10 * 2 + 10) / 50,
      meanWaiting: us(10),
      meanResponse: (us(10) + us(20) + us(40)) / 3,
      throughput: 60_000,
    });
    sim.finish();
  });

  it('measures from the end of a warm-up on', () => {
    const sim = new Simulation({ seed: 'station' });
    const station = new Station(sim, { name: 'disk', servers: 2 });
    const done = sim.register(() => {});
    station.submit(us(10), done, 0, 0);
    sim.run(us(10));
    const warm = station.totals();
    station.submit(us(5), done, 0, 0);
    sim.run(us(20));
    expect(station.statistics(warm)).toMatchObject({ completed: 1, utilisation: 0.25, meanResponse: us(5) });
  });

  it('cancels only what waits', () => {
    const sim = new Simulation({ seed: 'station' });
    const station = new Station(sim, { name: 'disk', servers: 1 });
    const fired: number[] = [];
    const done = sim.register((a) => fired.push(a));
    const [first, second] = [1, 2, 3].map((a) => station.submit(us(1), done, a, 0));
    expect([station.cancel(first), station.cancel(second), station.cancel(second)]).toEqual([
      false,
      true,
      false,
    ]);
    expect([station.queueLength, station.busyServers]).toEqual([1, 1]);
    sim.run();
    expect(fired).toEqual([1, 3]);
    expect(station.cancel(first)).toBe(false);
  });

  it('grows beyond its first arrays', () => {
    const jobs = Array.from({ length: 500 }, (_, i) => ({ arrival: i % 7, service: 3, priority: i % 4 }));
    expect(simulate(jobs, 2, 'priority')).toEqual(slowStation(jobs, 2, true));
  });

  it('refuses what makes no sense, by name', () => {
    const sim = new Simulation({ seed: 'station' });
    expect(() => new Station(sim, { name: 'cores', servers: 0 })).toThrow('cores: servers is 0');
    const station = new Station(sim, { name: 'cores', servers: 1, discipline: 'priority' });
    const done = sim.register(() => {});
    station.submit(1, done, 0, 0);
    expect(() => station.submit(1, done, 0, 0, 256)).toThrow('cores: priority is 256');
  });
});

describe('census', () => {
  /** Two visits, from 0 to 10 and from 5 to 20, then the audit at 30. */
  const visits = (spoil: (census: Census) => void) => {
    const census = new Census();
    census.arrive(0);
    census.arrive(5);
    census.complete(10, 0);
    census.complete(20, 5);
    spoil(census);
    return () => census.audit('disk', 30, 0, 0);
  };

  it('is content when all is in order', () => {
    expect(visits(() => {})).not.toThrow();
  });

  it('notices a lost visitor', () => {
    const audit = visits((census) => census.arrive(25));
    expect(audit).toThrow(ConservationError);
    expect(audit).toThrow('disk: 3 submitted, but 2 completed + 0 cancelled + 0 present');
  });

  it('notices visits of the wrong length', () => {
    const audit = visits((census) => {
      census.arrive(20);
      census.complete(30, 19);
    });
    expect(audit).toThrow(ConservationError);
    expect(audit).toThrow("disk: Little's law fails");
  });
});
