/**
 * The kernel against queueing theory: means from ten seeds, each within the 99.9 % confidence interval.
 */
import { describe, it } from 'vitest';
import {
  exponential,
  ps,
  type Random,
  SharedLink,
  Simulation,
  Station,
  seconds,
  us,
} from '../../sim/index.ts';
import { closedNetwork, waitMG1, waitMMk, waitPriorityMM1 } from '../oracles/queueing.ts';
import { expectWithin } from './replications.ts';

const SERVICE = us(10);
const JOBS = 60_000;
const WARMUP = 5_000;

/** Mean wait in microseconds of an open station with Poisson arrivals. */
function meanWait(seed: string, servers: number, load: number, service: (random: Random) => number): number {
  const sim = new Simulation({ seed });
  const station = new Station(sim, { name: 'station', servers });
  const gaps = sim.random('gaps');
  const services = sim.random('services');
  const gap = SERVICE / (servers * load);
  let arrived = 0;
  let warm = station.totals();
  const done = sim.register(() => {});
  const arrive = sim.register(() => {
    station.submit(ps(service(services)), done, 0, 0);
    arrived++;
    if (arrived === WARMUP) warm = station.totals();
    if (arrived < WARMUP + JOBS) sim.after(ps(exponential(gaps, gap)), arrive);
  });
  sim.after(0, arrive);
  sim.run();
  sim.finish();
  return station.statistics(warm).meanWaiting / us(1);
}

const exponentialService = (random: Random) => exponential(random, SERVICE);
/** Two exponential branches of mean 1 together, with squared coefficient of variation 5. */
const hyperexponential = (random: Random) => {
  // Balanced means: each branch carries half the work; this p gives (c² - 1)/(c² + 1) = (2p - 1)².
  const p = (1 + Math.sqrt(4 / 6)) / 2;
  const branch = random() < p ? p : 1 - p;
  return exponential(random, 1 / (2 * branch));
};

describe('open stations', () => {
  it('M/M/1 at 70 % waits rho/(1-rho) services', () => {
    expectWithin(waitMG1(0.07, 10, 1), 0.08, (seed) => meanWait(seed, 1, 0.7, exponentialService));
  });

  it('M/D/1 at 80 % waits half as long as M/M/1', () => {
    expectWithin(waitMG1(0.08, 10, 0), 0.08, (seed) => meanWait(seed, 1, 0.8, () => SERVICE));
  });

  it('M/G/1 with hyperexponential service follows Pollaczek and Khinchine', () => {
    expectWithin(waitMG1(0.06, 10, 5), 0.12, (seed) =>
      meanWait(seed, 1, 0.6, (r) => SERVICE * hyperexponential(r)),
    );
  });

  it.each([2, 4, 16])('M/M/%i at 80 % waits as Erlang C says', (servers) => {
    const wait = waitMMk(servers, servers * 0.08, 10);
    expectWithin(wait, 0.15, (seed) => meanWait(seed, servers, 0.8, exponentialService));
  });

  it.each([0, 1, 2])('M/M/1 with three priorities: class %i waits as Cobham says', (watched) => {
    const rates = [0.02, 0.03, 0.03];
    expectWithin(waitPriorityMM1(rates, 10)[watched], 0.12, (seed) => {
      const sim = new Simulation({ seed });
      const station = new Station(sim, { name: 'station', servers: 1, discipline: 'priority' });
      const submitted: number[] = [];
      let total = 0;
      let count = 0;
      const done = sim.register((priority, job) => {
        if (priority !== watched) return;
        total += sim.now - submitted[job];
        count++;
      });
      const services = sim.random('services');
      rates.forEach((rate, priority) => {
        const gaps = sim.random(`gaps/${priority}`);
        const arrive = sim.register(() => {
          submitted.push(sim.now);
          station.submit(ps(exponentialService(services)), done, priority, submitted.length - 1, priority);
          sim.after(ps(exponential(gaps, us(1) / rate)), arrive);
        });
        sim.after(0, arrive);
      });
      sim.run(seconds(0.8));
      sim.finish();
      return total / count / us(1) - 10;
    });
  });
});

describe('closed networks', () => {
  /** Cycles per microsecond of customers that go round single exponential servers, after a thinking time. */
  function cycles(seed: string, demands: number[], customers: number, think: number): number {
    const sim = new Simulation({ seed });
    const random = sim.random('services');
    const stations = demands.map((_, i) => new Station(sim, { name: `station ${i}`, servers: 1 }));
    const visit = sim.register((customer, next) => {
      if (next === stations.length) sim.after(ps(exponential(random, us(think))), visit, customer, 0);
      else stations[next].submit(ps(exponential(random, us(demands[next]))), visit, customer, next + 1);
    });
    for (let customer = 0; customer < customers; customer++) sim.call(visit, customer, 0);
    const end = seconds(0.3);
    sim.run(end / 10);
    const warm = stations[0].totals();
    sim.run(end);
    sim.finish();
    return stations[0].statistics(warm).throughput / 1e6;
  }

  it.each([
    [[10, 10], 4, 0],
    [[10, 14], 8, 0],
    [[6, 10, 9], 6, 25],
  ])('demands %j us, %i customers, thinking %i us: throughput as MVA says', (demands, customers, think) => {
    const { throughput } = closedNetwork(demands, customers, think);
    expectWithin(throughput, 0.02, (seed) => cycles(seed, demands, customers, think));
  });
});

describe('processor sharing', () => {
  /** Mean number of flows on a link with Poisson arrivals at a load. */
  function meanFlows(seed: string, load: number, cap: number, amount: (random: Random) => number): number {
    const sim = new Simulation({ seed });
    const rate = 1e9;
    const link = new SharedLink(sim, { name: 'link', rate });
    const gaps = sim.random('gaps');
    const amounts = sim.random('amounts');
    const done = sim.register(() => {});
    const arrive = sim.register(() => {
      link.start(amount(amounts) * 10_000, cap * rate, done, 0, 0);
      sim.after(ps(exponential(gaps, SERVICE / load)), arrive);
    });
    sim.after(0, arrive);
    sim.run(seconds(0.05));
    const warm = link.totals();
    sim.run(seconds(0.8));
    sim.finish();
    return link.statistics(warm).meanFlows;
  }

  it.each([
    ['constant', () => 1],
    ['exponential', (random: Random) => exponential(random, 1)],
    ['hyperexponential', hyperexponential],
  ])('M/G/1-PS at 70 percent is insensitive to the amounts ($0): mean flows rho/(1-rho)', (_, amount) => {
    expectWithin(0.7 / 0.3, 0.1, (seed) => meanFlows(seed, 0.7, Infinity, amount));
  });

  it('flows capped at a quarter of the link are M/M/4 in numbers', () => {
    // Exponential amounts: with n flows the link serves at min(n, 4)/4 of its rate, the birth-death chain of M/M/4.
    const service = 40;
    const theory = 0.07 * (waitMMk(4, 0.07, service) + service);
    expectWithin(theory, 0.06, (seed) => meanFlows(seed, 0.7, 0.25, (random) => exponential(random, 1)));
  });
});
